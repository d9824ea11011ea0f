import { isSpace, lineFeed } from '../ascii.ts';
import { Fault } from '../fault.ts';
import type { FieldRequest, RecordBlock, RecordsEnd } from './record.ts';
import { firstOf, owned, withLast, type AddedRecord } from './recordBlocks.ts';
import type { PlacedBlock } from './recordRun.ts';
import type { RecordWindow } from './recordWindow.ts';

/** What is wrong so many bytes after the last record is a record there; what is farther, one right after the last. */
const near = 4096;
/** The most that such a record shows, in bytes: what follows a document can be long. */
const shown = 256;
const pieceLength = 1024 * 1024;

/**
 * Yields a document's last records, and looks at what follows them up to the source's end: where that is not as it should
 * be, it is one more record, in the same block or in one of its own.
 */
export async function* withEnding(
  window: RecordWindow,
  position: number,
  block: RecordBlock,
  ended: RecordsEnd,
  fields: readonly FieldRequest[],
  apart: boolean,
): AsyncGenerator<PlacedBlock> {
  const { offset } = block;
  const next = offset + block.next;
  const place = (records: RecordBlock): PlacedBlock => ({ start: position, next, records });
  const isRead = window.ended;
  // The buffer is used for what follows.
  let records: RecordBlock = isRead ? block : owned(block, block.bytes.length);
  if (apart && !isRead) {
    yield place(records);
    records = firstOf(records, 0).with({ lineCount: 0 });
  }
  const problem = await problemAfter(window, position, offset + ended.at, ended.afterComma);
  if (problem) {
    const start = problem.place - offset;
    const { text, fault, at } = problem;
    // In a block of its own, lines count from where the records end.
    const line = problem.line - (apart && !isRead ? block.lineCount : 0);
    const bytes = isRead ? block.bytes : extended(records.bytes, text, start);
    const added: AddedRecord = { start, end: start + text.length, line, fault, at };
    yield place(withLast(records, added, fields).with({ bytes }));
  } else if (!apart || isRead) {
    yield place(records);
  }
  if (window.failure) throw window.failure;
}

interface Problem {
  /** Offset of the record that it is. */
  readonly place: number;
  readonly text: Uint8Array;
  /** From the line on which the block begins. */
  readonly line: number;
  readonly fault: Fault;
  readonly at: number;
}

/** Undefined where nothing is wrong, or the source fails. */
async function problemAfter(
  window: RecordWindow,
  position: number,
  from: number,
  afterComma: boolean,
): Promise<Problem | undefined> {
  const ending = window.ending(afterComma);
  if (!ending) return undefined;
  await window.fill(from + near + shown);
  const lines = countFeeds(window.bytes.subarray(position - window.base, from - window.base));
  const head = window.bytes.slice(from - window.base, from - window.base + near + shown);

  const problem = (at: number, fault: Fault): Problem => {
    const isNear = at - from <= near;
    const isCut = fault === Fault.DocumentUnclosed;
    let start = isNear ? at - from : 0;
    if (!isNear) while (isSpace(head[start])) start++;
    // What is missing is missed right after what is there.
    else if (isCut) while (start > 0 && isSpace(head[start - 1])) start--;
    let end = isNear && isCut ? start : Math.min(head.length, start + shown);
    // Not in the middle of a character.
    while (end < head.length && end > start && (head[end] & 0xc0) === 0x80) end--;
    return {
      place: from + start,
      text: head.slice(start, end),
      line: lines + countFeeds(head.subarray(0, start)),
      fault,
      at: isCut ? 0 : Math.min(at - from - start, 0xffffffff),
    };
  };

  for (let next = from; ;) {
    const stop = ending.push(window.bytes, next - window.base, window.end - window.base);
    if (stop !== -1) return problem(window.base + stop, ending.fault);
    if (window.ended) break;
    if (window.failure) return undefined;
    next = window.end;
    window.drop(next);
    await window.fill(next + pieceLength);
  }
  return ending.isWhole ? undefined : problem(window.end, Fault.DocumentUnclosed);
}

function countFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) count++;
  return count;
}

/** Bytes with `text` at `start`. */
function extended(bytes: Uint8Array, text: Uint8Array, start: number): Uint8Array {
  const longer = new Uint8Array(Math.max(bytes.length, start + text.length));
  longer.set(bytes);
  longer.set(text, start);
  return longer;
}
