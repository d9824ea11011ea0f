import { Fault } from '../../fault.ts';
import { createBlockBuilder } from '../columns.ts';
import { isSpace } from '../../ascii.ts';
import { createJsonReader } from './reader.ts';
import { exactNumber } from '../number.ts';
import { pathTree } from '../path.ts';
import { checksumOf } from '../../kernel/checksum.ts';
import { Kind, maxDepth, maxRecordLength, type RecordBlock, type Scanner, type ScanTask } from '../record.ts';

/** What a scanner holds at most; other values than the engine's are for tests. */
export interface ScanLimits {
  readonly maxRecordLength: number;
  readonly maxDepth: number;
}

export const engineLimits: ScanLimits = { maxRecordLength, maxDepth };

/**
 * JSON Lines: a record is a line with anything but white space on it, ended by LF or CRLF or the end of the
 * source. Any JSON value may be one. A line without a record still counts as a line. A UTF-8 byte-order mark at
 * the start of the source belongs to no record.
 *
 * A line that has not ended makes a block incomplete however long it is: a caller that will not hold more than
 * `maxRecordLength` of it moves on with `skip`.
 */
export function createPlainJsonlScanner(limits: ScanLimits = engineLimits): Scanner {
  const scanLines = createJsonlScan(limits);
  let buffer = new Uint8Array(0);

  return {
    name: 'plain',
    maxRecordLength: limits.maxRecordLength,
    recordsAreLines: true,

    reserve(length, keep = 0) {
      if (length > buffer.length) {
        const larger = new Uint8Array(length);
        larger.set(buffer.subarray(0, keep));
        buffer = larger;
      }
      return buffer;
    },

    scan: (task) => scanLines(buffer, task),

    resync: (from, length) => nextLine(buffer.subarray(0, length), from),
    checksum: (from, to) => checksumOf(buffer.subarray(from, to)),
    skip: (from, length) => nextLine(buffer.subarray(0, length), from),
  };
}

/** `Scanner.scan` of a buffer that is not the scanner's own. */
export function createJsonlScan(limits: ScanLimits): (buffer: Uint8Array, task: ScanTask) => RecordBlock {
  const reader = createJsonReader(limits.maxDepth);
  const builder = createBlockBuilder((bytes, kind, start, end) =>
    kind === Kind.Number ? exactNumber(bytes, start, end) : NaN,
  );

  return (buffer, task) => {
    const bytes = buffer.subarray(0, task.length);
    const until = Math.min(task.until, task.length);
    const tree = pathTree(task.fields);
    let next = task.from + markLength(bytes, task.offset + task.from, task.from);
    let line = 0;
    let incomplete = false;

    builder.begin(task.fields);
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
        if (end - start > limits.maxRecordLength) {
          builder.setFault(Fault.TooLong, limits.maxRecordLength);
        } else {
          const verdict = reader.read(bytes, start, end, tree, builder);
          if (verdict.fault !== Fault.None) builder.setFault(verdict.fault, verdict.at - start);
        }
      }
      next = lineFeed === -1 ? bytes.length : lineFeed + 1;
      line++;
    }
    return builder.finish(bytes, task, { lineCount: line, next, incomplete });
  };
}

/** `Scanner.resync` of JSON Lines. */
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
