import { isSpace } from '../ascii.ts';
import { checksumOf } from '../kernel/checksum.ts';
import { Fault } from '../fault.ts';
import { createBlockBuilder, type BlockBuilder, type NumberOf } from './columns.ts';
import { GrowingBuffer } from './growingBuffer.ts';
import type { FieldRequest, RecordBlock, Scanner, ScanTask } from './record.ts';

/** Reads the lines of a format in which a record is a line. */
export interface LineReader {
  /** `FieldColumn.numbers` of its fields. */
  readonly numberOf: NumberOf;
  /** Called before the lines of a block. */
  begin(fields: readonly FieldRequest[], bytes: Uint8Array): void;
  /** Sets the fields, or the fault, of the record `bytes[start, end)`, which was added last. */
  read(bytes: Uint8Array, start: number, end: number, builder: BlockBuilder): void;
}

/**
 * The plain scanner of a format in which a record is a line with anything but white space on it, ended by LF or CRLF or
 * the end of the source. A line without a record still counts as a line. A UTF-8 byte-order mark at the start of the
 * source belongs to no record.
 *
 * A line that has not ended makes a block incomplete however long it is: a caller that will not hold more than
 * `maxRecordLength` of it moves on with `skip`.
 */
export function createLineScanner(reader: LineReader, maxRecordLength: number): Scanner {
  const scanLines = createLineScan(reader, maxRecordLength);
  const buffer = new GrowingBuffer();
  return {
    name: 'plain',
    maxRecordLength,
    recordsAreLines: true,
    reserve: (length, keep) => buffer.reserve(length, keep),
    scan: (task) => scanLines(buffer.first(task.length), task),
    resync: (from, length) => nextLine(buffer.first(length), from),
    checksum: (from, to) => checksumOf(buffer.slice(from, to)),
    skip: (from, length) => nextLine(buffer.first(length), from),
  };
}

/** `Scanner.scan` of bytes that need not be in the scanner's own buffer. */
export function createLineScan(
  reader: LineReader,
  maxRecordLength: number,
): (buffer: Uint8Array, task: ScanTask) => RecordBlock {
  const builder = createBlockBuilder(reader.numberOf);

  return (buffer, task) => {
    const bytes = buffer.subarray(0, task.length);
    const until = Math.min(task.until, task.length);
    let next = task.from + markLength(bytes, task.offset + task.from, task.from);
    let line = 0;
    let incomplete = false;

    builder.begin(task.fields);
    reader.begin(task.fields, bytes);
    while (next < until) {
      const lineFeed = bytes.indexOf(0x0a, next);
      if (lineFeed === -1 && !task.final) {
        incomplete = true;
        break;
      }
      const start = next;
      const end = lineFeed === -1 ? bytes.length : lineEnd(bytes, start, lineFeed);
      if (!isBlank(bytes, start, end)) {
        builder.add(start, end, line);
        if (end - start > maxRecordLength) builder.setFault(Fault.TooLong, maxRecordLength);
        else reader.read(bytes, start, end, builder);
      }
      next = lineFeed === -1 ? bytes.length : lineFeed + 1;
      line++;
    }
    return builder.finish(bytes, task, { lineCount: line, next, incomplete });
  };
}

/** `Scanner.resync` where records are lines. */
export function nextLine(bytes: Uint8Array, from: number): number {
  if (from > 0 && bytes[from - 1] === 0x0a) return from;
  const lineFeed = bytes.indexOf(0x0a, from);
  return lineFeed === -1 ? bytes.length : lineFeed + 1;
}

/** Length of the byte-order mark at index `at`, which is `position` in the source. */
export function markLength(bytes: Uint8Array, position: number, at: number): 0 | 3 {
  return position === 0 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
}

/** Where the line's text ends, `lineFeed` being the LF after it. */
function lineEnd(bytes: Uint8Array, start: number, lineFeed: number): number {
  return lineFeed > start && bytes[lineFeed - 1] === 0x0d ? lineFeed - 1 : lineFeed;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (!isSpace(bytes[at])) return false;
  }
  return true;
}
