import { backslash, lineFeed, quote, space } from '../../../ascii.ts';
import { Fault } from '../../../fault.ts';
import { createDocumentEnding } from './ending.ts';
import { createElementFinder, type Elements } from './elements.ts';
import { createRowSeeker } from './rowSeeker.ts';
import type { JsonRows } from './rows.ts';
import { Lender } from '../../lease.ts';
import {
  FieldColumn,
  Kind,
  type FieldRequest,
  type RecordBlock,
  type RecordsEnd,
  type Scanner,
  type ScanTask,
} from '../../record.ts';
import { copied, joined, noRecords } from '../../recordBlocks.ts';

/** The field that holds a row's name where rows are the members of an object. */
export const nameField = '_key';

/** A list inside a row ends within so many bytes, mostly: then it is not the list of the rows. */
const probeLength = 16 * 1024;

/** Where a block's `next` is when the rows have ended and the document goes on: past the end of any source. */
export const pastTheEnd = 2 ** 52;

/**
 * The rows of a JSON document. A record is a row's bytes, from its first to its last. Its boundaries are found by
 * brackets and quotes; then the bytes between rows and the line feeds inside them are covered for as long as it takes,
 * so that the scanner of JSON Lines can read the rows: their faults and fields are those that it finds.
 *
 * A field `_key` is the row's name, for members. A comma where a row should be is a record of that one byte.
 *
 * `resync` guesses: the place it finds looks like a row's beginning, and so do the rows that follow. After the last
 * row `next` is past the end of any source.
 */
export function createJsonDocumentScanner(rows: JsonRows, lines: Scanner): Scanner {
  const lender = new Lender();
  const findElements = createElementFinder(rows);
  const seekRow = createRowSeeker(rows);
  let buffer = lines.reserve(0);
  let plan = planOf([], rows);

  /** Whether the list that ends at `at` can be that of the rows, by what comes after it. */
  function isEnding(at: number, length: number): boolean {
    return createDocumentEnding(rows, false).push(buffer, at, length) === -1;
  }

  function resync(from: number, length: number): number {
    for (let at = from; ;) {
      const begin = seekRow(buffer, at, length);
      // To read on from a wrong place would space out what only seems to be a comment.
      if (begin === length || rows.comments) return begin;
      const until = Math.min(length, begin + probeLength);
      const found = findElements(buffer, { from: begin, until, length, final: false });
      if (found.broken === 0 && (found.state !== 'ended' || isEnding(found.next, length))) return begin;
      at = found.state === 'ended' ? Math.max(found.next, begin + 1) : begin + 1;
    }
  }

  return {
    name: lines.name,
    maxRecordLength: lines.maxRecordLength,
    recordsAreLines: false,

    reserve(length, keep) {
      buffer = lines.reserve(length, keep);
      return buffer;
    },

    scan(task) {
      lender.takeBack();
      if (plan.asked !== task.fields) plan = planOf(task.fields, rows);
      buffer = lines.reserve(task.length, task.length);
      const found = findElements(buffer, task);
      if (found.state === 'incomplete') {
        return noRecords(buffer, task, plan.asked).with({ incomplete: true, next: found.next });
      }
      const { lineStarts, lineCount } = countLines(buffer, task.from, found);
      const covered = buffer.slice(task.from, found.next);
      cover(buffer, found);
      const blocks: RecordBlock[] = [];
      for (let first = 0; first < found.count;) {
        const last = lastOfRun(found, first);
        const range = { from: found.starts[first], until: found.ends[last], length: found.ends[last] };
        const block = lines.scan({ ...range, offset: task.offset, final: true, fields: plan.inside });
        if (block.count !== last - first + 1) {
          throw new Error(`${last - first + 1} rows were read as ${block.count} records.`);
        }
        const only = last - first + 1 === found.count;
        blocks.push(only ? block : copied(block));
        first = last + 1;
      }
      buffer = lines.reserve(task.length, task.length);
      const read = blocks.length === 1 ? blocks[0] : joined(blocks, noRecords(buffer, task, plan.inside));
      buffer.set(covered, task.from);
      const ended = found.state === 'ended';
      const changes = {
        bytes: buffer.subarray(0, task.length),
        offset: task.offset,
        starts: found.starts.subarray(0, found.count),
        ends: found.ends.subarray(0, found.count),
        lines: lineStarts,
        lineCount,
        next: !ended ? found.next : task.final ? task.length : pastTheEnd - task.offset,
        incomplete: false,
        ended: endOf(found, read, task),
        fields: plan.outputs.map((output) =>
          output === nameField ? names(buffer, found) : read.fields[output],
        ),
      };
      return read.with(changes, lender.lend());
    },

    checksum: (from, to) => lines.checksum(from, to),
    resync,
    // A row of which the end is not in sight is mostly one whose closing bracket is missing.
    skip: resync,
    ...(rows.layout !== 'values' && {
      ending: (afterComma: boolean) => createDocumentEnding(rows, afterComma),
    }),
  };

  /**
   * Where the rows have ended. A last row that is malformed has all of the document after it, and what is wrong has been
   * said with it. Nothing is said where no row was looked for, but for a document that ends where its rows begin.
   */
  function endOf(found: Elements, read: RecordBlock, task: ScanTask): RecordsEnd | undefined {
    const { end, count } = found;
    if (end === undefined) return undefined;
    if (end.inRow && read.faults[count - 1] !== Fault.None) return undefined;
    if (task.from === task.length && task.offset + task.from !== rows.start) return undefined;
    return { at: end.at, afterComma: end.afterComma };
  }
}

/** Which of the fields that were asked for are in the rows. */
export interface DocumentPlan {
  readonly asked: readonly FieldRequest[];
  readonly inside: readonly FieldRequest[];
  /** For each one asked for, its index in `inside`. */
  readonly outputs: readonly (number | typeof nameField)[];
}

export function planOf(asked: readonly FieldRequest[], rows: JsonRows): DocumentPlan {
  const isName = ({ path }: FieldRequest) =>
    rows.layout === 'members' && path.length === 1 && path[0] === nameField;
  if (!asked.some(isName)) return { asked, inside: asked, outputs: asked.map((_, index) => index) };
  const inside = asked.filter((field) => !isName(field));
  let index = 0;
  return { asked, inside, outputs: asked.map((field) => (isName(field) ? nameField : index++)) };
}

/** The field of the rows' names. */
export function names(
  bytes: Uint8Array,
  { count, nameStarts, nameEnds }: Pick<Elements, 'count' | 'nameStarts' | 'nameEnds'>,
): FieldColumn {
  const kinds = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const name = bytes.subarray(nameStarts[row], nameEnds[row]);
    const none = bytes[nameStarts[row] - 1] !== quote;
    kinds[row] = none ? Kind.Missing : name.includes(backslash) ? Kind.EscapedText : Kind.Text;
  }
  const numbers = new Float64Array(count).fill(NaN);
  return new FieldColumn(kinds, nameStarts.slice(0, count), nameEnds.slice(0, count), numbers);
}

/** The last of the rows from `first` on that have something between them. Texts may follow each other closely. */
function lastOfRun({ count, starts, ends }: Elements, first: number): number {
  let last = first;
  while (last + 1 < count && starts[last + 1] > ends[last]) last++;
  return last;
}

/** The line on which each row begins, and the line feeds up to `found.next`; both from `from` on. */
function countLines(buffer: Uint8Array, from: number, { count, starts, next }: Elements) {
  const passed = buffer.subarray(0, next);
  const lineStarts = new Uint32Array(count);
  let row = 0;
  let lineCount = 0;
  for (let feed = passed.indexOf(lineFeed, from); feed !== -1; feed = passed.indexOf(lineFeed, feed + 1)) {
    while (row < count && starts[row] <= feed) lineStarts[row++] = lineCount;
    lineCount++;
  }
  lineStarts.fill(lineCount, row);
  return { lineStarts, lineCount };
}

/** Hides from a scanner of lines what would be line ends to it inside rows, and makes line ends of all between them. */
function cover(buffer: Uint8Array, { count, starts, ends, feedsInText }: Elements): void {
  if (count === 0) return;
  for (const feed of feedsInText) if (buffer[feed] === lineFeed) buffer[feed] = otherControl;
  const covered = buffer.subarray(0, ends[count - 1]);
  for (
    let feed = covered.indexOf(lineFeed, starts[0]);
    feed !== -1;
    feed = covered.indexOf(lineFeed, feed + 1)
  ) {
    buffer[feed] = space;
  }
  for (let row = 1; row < count; row++) {
    for (let at = ends[row - 1]; at < starts[row]; at++) buffer[at] = lineFeed;
  }
}

/** A control character that ends no line: no more allowed in a string than a line feed is. */
const otherControl = 0x0b;
