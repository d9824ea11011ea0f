import { Fault } from '../../fault.ts';
import type { Found, FoundColumn } from '../../kernel/frame.ts';
import { createJsonlKernel, suspect, type JsonlKernel, type JsonlRequest } from '../../kernel/jsonlKernel.ts';
import type { ColumnRanges } from '../../kernel/ranges.ts';
import type { NameNode } from '../../kernel/names.ts';
import { createJsonReader, type FieldSink } from './reader.ts';
import { markLength, nextLine } from '../lines.ts';
import { createJsonlScan, engineLimits, type ScanLimits } from './lines.ts';
import { exactNumber } from '../number.ts';
import { pathTree, type PathNode } from '../path.ts';
import { Lender } from '../lease.ts';
import { FieldColumn, Kind, RecordBlock, type FieldRequest, type Scanner } from '../record.ts';

/**
 * JSON Lines by the SIMD kernel: the same records, faults and fields as the plain scanner finds. The kernel
 * reads names of objects; the rest is done here, by the plain reader and at its pace: records that the kernel
 * finds suspect, what is inside a list, and paths of no name at all.
 */
export function createKernelJsonlScanner(
  limits: ScanLimits = engineLimits,
  kernel: JsonlKernel = createJsonlKernel(),
): Scanner {
  const reader = createJsonReader(limits.maxDepth);
  const scanPlain = createJsonlScan(limits);
  const lender = new Lender();
  let buffer = kernel.reserve(0);
  let plan = planOf([], limits);

  /**
   * Reads the suspect records again: what is wrong with them, and their fields if nothing is. Answers how many
   * are malformed.
   */
  function resolve(found: Found): number {
    found.faultAt.fill(0);
    if (found.faulty === 0) return 0;
    const { bytes, faults, faultAt, starts, ends } = found;
    const sink = sinkInto(found.columns, bytes);
    let faulty = 0;
    for (let record = faults.indexOf(suspect); record !== -1; record = faults.indexOf(suspect, record + 1)) {
      const [start, end] = [starts[record], ends[record]];
      const tooLong = end - start > limits.maxRecordLength;
      sink.record = record;
      sink.clear();
      const verdict = tooLong
        ? { fault: Fault.TooLong, at: start + limits.maxRecordLength }
        : reader.read(bytes, start, end, plan.tree, sink);
      faults[record] = verdict.fault;
      if (verdict.fault === Fault.None) continue;
      faultAt[record] = verdict.at - start;
      sink.clear();
      faulty++;
    }
    return faulty;
  }

  /** The field of which column `source` is the list around it. */
  function insideList(found: Found, source: FoundColumn, { tree, request }: ListField): FieldColumn {
    const { count, bytes } = found;
    const column = new FieldColumn(
      new Uint8Array(count),
      new Uint32Array(count),
      new Uint32Array(count),
      new Float64Array(request.numeric ? count : 0).fill(NaN),
    );
    const sink = sinkInto([column], bytes);
    for (let record = 0; record < count; record++) {
      if (source.kinds[record] !== Kind.List) continue;
      sink.record = record;
      reader.read(bytes, source.starts[record], source.ends[record], tree, sink);
    }
    return column;
  }

  return {
    name: 'kernel',
    maxRecordLength: limits.maxRecordLength,
    recordsAreLines: true,

    reserve(length, keep) {
      buffer = kernel.reserve(length, keep);
      return buffer;
    },

    scan(task) {
      lender.takeBack();
      if (plan.fields !== task.fields) plan = planOf(task.fields, limits);
      if (plan.wholeRecord) return scanPlain(buffer, task);

      const mark = markLength(buffer.subarray(0, task.length), task.offset + task.from, task.from);
      const from = task.from + mark;
      const until = Math.max(from, Math.min(task.until, task.length));
      const range = { length: task.length, from, until, final: task.final };
      const found = kernel.scan(range, plan.request);
      buffer = found.bytes;

      const faulty = found.incomplete ? 0 : resolve(found);
      const { count, starts, ends, lines, faults, faultAt, lineCount, next, incomplete } = found;
      const parts = {
        bytes: buffer.subarray(0, task.length),
        offset: task.offset,
        count,
        starts,
        ends,
        lines,
        faults,
        faultAt,
        faulty,
        lineCount,
        next,
        incomplete,
        search: kernel.search,
        fields: plan.outputs.map(({ column, list, numeric }) => {
          const source = found.columns[column];
          if (list !== undefined) return insideList(found, source, list);
          const { kinds, numbers, ranges } = source;
          const asked = numeric ? numbers : noNumbers;
          return new FieldColumn(kinds, source.starts, source.ends, asked, ranges);
        }),
      };
      return RecordBlock.borrowed(parts, lender.lend());
    },

    resync: (from, length) => nextLine(buffer.subarray(0, length), from),
    checksum: (from, to) => kernel.checksum(from, to),
    skip: (from, length) => nextLine(buffer.subarray(0, length), from),
  };
}

const noNumbers = new Float64Array(0);

/** What a scan's fields come to: columns for the kernel, and how each field is had from one of them. */
interface Plan {
  readonly fields: readonly FieldRequest[];
  /** A path that begins at a list or at the record itself. */
  readonly wholeRecord: boolean;
  readonly request: JsonlRequest;
  readonly tree: PathNode;
  readonly outputs: readonly { column: number; numeric: boolean; list: ListField | undefined }[];
}

interface ListField {
  /** The path on from the list. */
  readonly tree: PathNode;
  readonly request: FieldRequest;
}

function planOf(fields: readonly FieldRequest[], limits: ScanLimits): Plan {
  const columns: { path: readonly string[]; numeric: boolean }[] = [];
  // Records can have tens of thousands of fields.
  const places = new Map<string, number>();
  const outputs = fields.map(({ path, numeric }) => {
    const names = namesOf(path);
    const inside = names.length < path.length;
    const key = JSON.stringify(names);
    const column = places.get(key) ?? columns.push({ path: names, numeric: false }) - 1;
    places.set(key, column);
    if (numeric && !inside) columns[column].numeric = true;
    const request = { path: path.slice(names.length), numeric };
    return { column, numeric, list: inside ? { tree: pathTree([request]), request } : undefined };
  });
  const tree = pathTree(columns);
  return {
    fields,
    wholeRecord: columns.some(({ path }) => path.length === 0),
    request: { columns, root: fields.length === 0 ? undefined : nameNode(tree), ...limits },
    tree,
    outputs,
  };
}

function namesOf(path: readonly (string | number)[]): string[] {
  const names: string[] = [];
  for (const step of path) {
    if (typeof step === 'number') break;
    names.push(step);
  }
  return names;
}

function nameNode(node: PathNode): NameNode {
  return {
    column: node.here[0],
    below: node.below,
    names: node.keys.flatMap(({ key, utf8, node: child }) =>
      utf8 === undefined || needsEscape(key) ? [] : [{ utf8, node: nameNode(child) }],
    ),
  };
}

/** A name that stands in a record only with a backslash: the kernel leaves such records to the plain reader. */
function needsEscape(name: string): boolean {
  return /[\u0000-\u001f"\\]/.test(name);
}

interface RecordSink extends FieldSink {
  record: number;
  /** Takes back all fields. */
  clear(): void;
}

/** Writes the fields of `record` where the kernel would. */
function sinkInto(
  columns: readonly (Omit<FoundColumn, 'ranges'> & { readonly ranges?: ColumnRanges | undefined })[],
  bytes: Uint8Array,
): RecordSink {
  const sink: RecordSink = {
    record: 0,
    setField(index, kind, start, end) {
      const { kinds, starts, ends, numbers, ranges } = columns[index];
      kinds[sink.record] = kind;
      starts[sink.record] = start;
      ends[sink.record] = end;
      if (numbers.length > 0) {
        const number = kind === Kind.Number ? exactNumber(bytes, start, end) : NaN;
        numbers[sink.record] = number;
        ranges?.numberSet(number, bytes, start, end);
      }
    },
    clearField: (index) => sink.setField(index, Kind.Missing, 0, 0),
    clear() {
      for (let index = 0; index < columns.length; index++) sink.clearField(index);
    },
  };
  return sink;
}
