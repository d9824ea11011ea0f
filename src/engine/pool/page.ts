import type { ColumnType } from '../../protocol/file.ts';
import { CellKind, type FilePlace } from '../../protocol/preview.ts';
import { SaidError, type Said } from '../../said/said.ts';
import { Fault, isReadable } from '../fault.ts';
import { faultReason } from '../faultReason.ts';
import { JsonFields } from '../format/json/fields.ts';
import { Kind, type FieldRequest, type RecordBlock, type Scanner } from '../format/record.ts';
import { offsetInFile, offsetOf, partitionOf, pathOf, withOffsets } from '../format/recordBlocks.ts';
import { records } from '../format/records.ts';
import type { Format } from '../format/driver.ts';
import { formatOf } from '../format/registry.ts';
import { fieldText, jsonUnescape } from '../query/fieldText.ts';
import { CellBuffer, cellWriter, looksNumeric, type CellWriter } from './cells.ts';
import { mergedType, typeOfKind } from './columnTypes.ts';
import { DerivedRows } from './derivedRows.ts';
import type { Matcher } from './matcher.ts';
import type { OpenFile } from './openFile.ts';
import type { PartitionValue } from '../source/source.ts';
import type { CellColumn, CellRequest, OfFile, PageResult, PageTask, RowFault } from './task.ts';

/** Read at a time, in bytes: a page of first rows should not cost a whole block. */
const step = 128 * 1024;

/**
 * Reads the rows of a page: scans each part's block for its matches, then only those records for their cells.
 */
export async function readPage(
  file: OpenFile,
  { file: spec, parts, cells: request, isFirst = false, mostBytes: most }: PageTask,
  matcher: Matcher,
  signal: AbortSignal,
): Promise<PageResult> {
  const { plan } = matcher;
  const format = formatOf(spec.format);
  const failedAsFaults = request.kind === 'columns' && request.failedAsFaults === true;
  // Rows that the query computes are shown as computed, unless the record itself is asked for.
  const derived = plan.shape === 'rows' && request.kind === 'columns' ? new DerivedRows(plan) : undefined;
  const rows = new RowCollector(
    derived ? derived.scanner : file.rowScanner,
    derived !== undefined || file.rowScanner === file.scanner,
    derived ? formatOf({ kind: 'jsonl' }) : format,
    derived && request.kind === 'columns' ? { ...request, numbersInText: format.numbersInText } : request,
  );
  const { named } = plan.layout;
  // The names of records are no part of them: they are found by the scan.
  const names = derived || named === undefined ? [] : [{ path: [named], numeric: false }];
  const fields = [...(derived ? plan.fields : matcher.fields), ...names];
  const nameAt = names.length === 0 ? undefined : fields.length - 1;
  // What follows the records of a document can be long, and the first rows are not to wait for it.
  const ending = isFirst ? 'not' : 'apart';
  for (const { stretch, skip, take } of parts) {
    const run = {
      start: stretch.start,
      from: stretch.from,
      to: stretch.to,
      end: spec.end,
      ending,
      most,
    } as const;
    let { record, line } = stretch;
    let passed = 0;
    for await (const placed of records(
      file.source,
      file.scanner,
      run,
      Math.min(spec.blockSize, step),
      fields,
      signal,
    )) {
      let block = await withOffsets(placed.records, file.source, signal);
      if (file.checker) block = block.with({ violations: file.checker.check(block).violations });
      const { count: recordCount, lineCount } = block;
      const count = matcher.select(block, record, line);
      const from = Math.max(0, skip - passed);
      const to = Math.min(count, skip + take - passed);
      const selected = matcher.selection.slice(from, Math.max(from, to));
      // What is shown of a computed row is cut, but the row may be long: each is gone before the next one is made.
      if (derived) {
        for (const one of selected) {
          const single = Uint32Array.of(one);
          const computed = derived.compute(block, single, record, line, failedAsFaults);
          if (computed instanceof SaidError) rows.takeFailed(computed.said, block, one, record, line);
          else rows.takeDerived(computed, block, single, record, line);
        }
      } else if (selected.length > 0) rows.take(block, selected, record, line, nameAt);
      passed += count;
      record += recordCount;
      line += lineCount;
      if (passed >= skip + take) break;
    }
  }
  return rows.finish();
}

/** How many rows' keys are looked at for columns that are not known yet. */
const rowsSampled = 200;

class RowCollector {
  readonly #scanner: Scanner;
  readonly #inPlace: boolean;
  readonly #request: CellRequest;
  readonly #columns: readonly CellColumn[];
  readonly #fields: readonly FieldRequest[];
  readonly #write: CellWriter;
  readonly #cells: CellBuffer;
  readonly #numbersInText: boolean;
  /** What columns say of the files of records. */
  readonly #ofFile: readonly OfFile[];
  readonly #fileNames: readonly string[] | undefined;
  readonly #paths: JsonFields | undefined;
  /** What the columns of `#paths` held so far. */
  readonly #types: ColumnType[] = [];
  readonly #records: number[] = [];
  readonly #lines: number[] = [];
  readonly #offsets: number[] = [];
  readonly #positions: number[] = [];
  readonly #lengths: number[] = [];
  readonly #files: FilePlace[] = [];
  readonly #faults: RowFault[] = [];

  /**
   * @param scanner reads the records' cells
   * @param inPlace whether blocks are in this scanner's own buffer
   */
  constructor(scanner: Scanner, inPlace: boolean, format: Format, request: CellRequest) {
    this.#scanner = scanner;
    this.#inPlace = inPlace;
    this.#request = request;
    this.#columns = request.kind === 'columns' ? request.columns : [];
    this.#fields = this.#columns
      .filter(({ ofFile }) => ofFile === undefined)
      .map(({ path }) => ({ path, numeric: false }));
    this.#ofFile = this.#columns.flatMap(({ ofFile }) => ofFile ?? []);
    this.#fileNames = this.#columns.find(({ ofFile }) => ofFile === 'path')?.fileNames;
    this.#numbersInText =
      format.numbersInText || (request.kind === 'columns' && request.numbersInText === true);
    this.#write = cellWriter(format, this.#numbersInText);
    this.#cells = new CellBuffer(request.limit);
    this.#paths = format.layout.names === 'columns' ? undefined : new JsonFields();
  }

  /**
   * Takes some records of a block, which is void afterwards.
   * @param record 0-based number of the block's first record, `line` of its first line
   * @param nameAt the field of the records' names, where they have some
   */
  take(block: RecordBlock, selected: Uint32Array, record: number, line: number, nameAt?: number): void {
    const { offset } = block;
    let { bytes } = block;
    const [starts, ends, lines, faults, faultAt] = [
      block.starts,
      block.ends,
      block.lines,
      block.faults,
      block.faultAt,
    ].map((column) => Array.from(selected, (i) => column[i]));
    const offsets = Array.from(selected, (i) => offsetOf(block, i));
    const said = Array.from(selected, (i) => this.#ofFile.map((what) => saidOf(block, i, what, nameAt)));
    const before = this.#records.length;
    if (this.#request.kind === 'raw' && (block.files?.count ?? 1) > 1) {
      for (const i of selected) {
        this.#files.push({ name: pathOf(block, i) ?? '', offset: offsetInFile(block, i) });
      }
    }
    selected.forEach((index, i) => {
      const [start, end, fault] = [starts[i], ends[i], faults[i]];
      const row = this.#records.push(record + index + 1) - 1;
      this.#lines.push(line + lines[i] + 1);
      this.#offsets.push(offsets[i]);
      this.#positions.push(offset + start);
      this.#lengths.push(end - start);
      if (fault !== Fault.None) {
        const reason = faultReason(fault, bytes.subarray(start, end), faultAt[i]);
        this.#faults.push({ row, at: faultAt[i], reason });
      }
      // A record that is too long is not there.
      const held = end <= bytes.length ? end : start;
      if (this.#request.kind === 'raw') this.#cells.bytes(CellKind.Text, bytes, start, held);
      else {
        const ofFile = this.#fileNames ? [this.#fileNames.at(before + i) ?? ''] : said[i];
        if (isReadable(fault)) bytes = this.#readCells(bytes, offset, start, held, row, ofFile);
        else this.#malformed(bytes, start, held, ofFile);
      }
    });
  }

  /** Takes rows that were computed from some records of a block: a block of their own, in the same order. */
  takeDerived(
    rows: RecordBlock,
    block: RecordBlock,
    selected: Uint32Array,
    record: number,
    line: number,
  ): void {
    const first = this.#records.length;
    this.take(
      rows,
      Uint32Array.from(selected, (_, i) => i),
      0,
      0,
    );
    selected.forEach((index, i) => {
      this.#records[first + i] = record + index + 1;
      this.#lines[first + i] = line + block.lines[index] + 1;
      this.#offsets[first + i] = offsetOf(block, index);
      this.#positions[first + i] = block.offset + block.starts[index];
    });
  }

  /** Takes a record of a block whose row could not be computed. */
  takeFailed(reason: Said, block: RecordBlock, index: number, record: number, line: number): void {
    const row = this.#records.push(record + index + 1) - 1;
    this.#lines.push(line + block.lines[index] + 1);
    this.#offsets.push(offsetOf(block, index));
    this.#positions.push(block.offset + block.starts[index]);
    this.#lengths.push(0);
    this.#faults.push({ row, at: 0, reason });
    for (const _ of this.#columns) this.#cells.empty(CellKind.Failed);
  }

  finish(): PageResult {
    return {
      kind: 'page',
      rows: this.#records.length,
      ...this.#cells.finish(),
      records: Float64Array.from(this.#records),
      lines: Float64Array.from(this.#lines),
      offsets: Float64Array.from(this.#offsets),
      positions: Float64Array.from(this.#positions),
      lengths: Float64Array.from(this.#lengths),
      files: this.#files,
      faults: this.#faults,
      paths: this.#paths?.paths() ?? [],
      types: this.#types,
    };
  }

  /** Answers the buffer, which the scan may have moved. */
  #readCells(
    bytes: Uint8Array,
    offset: number,
    start: number,
    end: number,
    row: number,
    ofFile: readonly PartitionValue[],
  ): Uint8Array {
    if (this.#paths && row < rowsSampled) this.#learnColumns(this.#paths, bytes, start, end);
    const fields = this.#fields;
    const length = this.#inPlace ? bytes.length : end - start;
    if (!this.#inPlace) this.#scanner.reserve(length).set(bytes.subarray(start, end));
    const block = this.#scanner.scan(
      this.#inPlace
        ? { length, offset, from: start, until: start + 1, final: true, fields }
        : { length, offset: offset + start, from: 0, until: length, final: true, fields },
    );
    let [next, said] = [0, 0];
    for (const column of this.#columns) {
      const { reading } = column;
      if (column.ofFile !== undefined) {
        this.#say(ofFile[said++]);
        continue;
      }
      const i = next++;
      const { kinds, starts, ends } = block.fields[i];
      // A record as a whole has a cell of its own only where it is no object: objects have one a member.
      const members = this.#fields[i].path.length === 0 && kinds[0] === Kind.Object;
      if (members) this.#cells.empty(CellKind.Missing);
      else this.#write(this.#cells, block.bytes, kinds[0], starts[0], ends[0], reading);
    }
    return this.#inPlace ? block.bytes : bytes;
  }

  #learnColumns(fields: JsonFields, bytes: Uint8Array, start: number, end: number): void {
    fields.read(bytes, start, end);
    const { count, kinds, starts, ends } = fields;
    for (let column = 0; column < count; column++) {
      const known = column < this.#types.length ? this.#types[column] : 'unknown';
      const isNumber =
        this.#numbersInText &&
        kinds[column] === Kind.Text &&
        looksNumeric(bytes, starts[column], ends[column]);
      this.#types[column] = mergedType(known, isNumber ? 'number' : typeOfKind(kinds[column]));
    }
  }

  #say(value: PartitionValue): void {
    if (value === null) this.#cells.empty(CellKind.Null);
    else this.#cells.text(typeof value === 'number' ? CellKind.Number : CellKind.Text, String(value));
  }

  #malformed(bytes: Uint8Array, start: number, end: number, ofFile: readonly PartitionValue[]): void {
    let first = true;
    let said = 0;
    for (const column of this.#columns) {
      if (column.ofFile !== undefined) this.#say(ofFile[said++]);
      else if (!first) this.#cells.empty(CellKind.Missing);
      else {
        this.#cells.bytes(CellKind.Malformed, bytes, start, end);
        first = false;
      }
    }
  }
}

/** What is said of a record besides its fields. */
function saidOf(
  block: RecordBlock,
  record: number,
  what: OfFile,
  nameAt: number | undefined,
): PartitionValue {
  if (what === 'path') return pathOf(block, record) ?? '';
  if (what !== 'name') return partitionOf(block, record, what);
  const names = nameAt === undefined ? undefined : block.fields[nameAt];
  const isNamed = names !== undefined && names.kinds[record] > Kind.Null;
  return isNamed ? fieldText(block.bytes, names, record, jsonUnescape) : null;
}
