import type { Source } from '../source/source.ts';
import { Fault } from '../fault.ts';
import type { FieldRequest, Needle, Scanner } from './record.ts';
import { owned, withLast } from './recordBlocks.ts';
import { withEnding } from './recordEnding.ts';
import type { PlacedBlock, Run } from './recordRun.ts';
import { lookAhead, RecordWindow } from './recordWindow.ts';

/**
 * The first stage of every pipeline: reads a run of a source into the scanner's buffer and yields its records, a
 * block at a time. Memory is one block, its look-ahead, and the longest record.
 */

/**
 * Yields the records of each block of `run` in which one begins; nothing at all where none begins in it. What is
 * yielded is valid until the next block is asked for.
 *
 * @throws SourceError on a failure of the source; everything before it has been yielded
 */
export async function* records(
  source: Source,
  scanner: Scanner,
  run: Run,
  blockSize: number,
  fields: readonly FieldRequest[],
  signal: AbortSignal,
  holding?: Needle,
): AsyncGenerator<PlacedBlock> {
  source.expect?.({ from: run.start ?? Math.max(0, run.from - 1), to: run.to + lookAhead });
  try {
    yield* blocksOf(source, scanner, run, blockSize, fields, signal, holding);
  } finally {
    source.expect?.();
  }
}

async function* blocksOf(
  source: Source,
  scanner: Scanner,
  run: Run,
  blockSize: number,
  fields: readonly FieldRequest[],
  signal: AbortSignal,
  holding: Needle | undefined,
): AsyncGenerator<PlacedBlock> {
  const window = new RecordWindow(source, scanner, run, holding, signal);
  let position = run.start;
  if (position === undefined) {
    await window.fill(Math.min(run.from + blockSize, run.to) + lookAhead);
    if (window.failure) throw window.failure;
    position = await window.resync();
    if (position === undefined) return;
  } else {
    window.begin(position);
  }
  const to = run.most === undefined ? run.to : Math.min(run.to, position + run.most);
  const longest = Math.min(scanner.maxRecordLength, run.most ?? Infinity);
  // A document may end where its records would begin.
  let isEmpty = position === run.start && position === run.end && scanner.ending !== undefined;
  while (position < to || isEmpty) {
    isEmpty = false;
    const blockEnd = Math.min(to, (Math.floor(position / blockSize) + 1) * blockSize);
    let wanted = blockEnd + lookAhead;
    for (;;) {
      await window.fill(wanted);
      // The block itself may be there, and the source have failed in what was read ahead.
      if (window.failure && !(window.end > blockEnd && window.holds(position, blockEnd))) {
        const whole = window.scanWhole(position, blockEnd, fields);
        if (whole.count > 0) yield { start: position, next: window.base + whole.next, records: whole };
        throw window.failure;
      }
      const atEnd = window.ended && position >= window.end;
      if (atEnd && !scanner.ending) return;
      const block = window.scan(position, blockEnd, fields);
      if (!block.incomplete) {
        const next: number = window.base + block.next;
        const { ended } = block;
        if (ended && run.ending !== 'not') {
          yield* withEnding(window, position, block, ended, fields, run.ending === 'apart');
        } else {
          if (atEnd) return;
          yield { start: position, next, records: block };
        }
        position = next;
        break;
      }
      const open = window.base + block.next;
      if (window.end - open > longest) {
        if (run.most !== undefined) {
          const before = window.scan(position, open, fields);
          if (before.count > 0) yield { start: position, next: open, records: before };
          return;
        }
        const passed = await withTooLong(window, scanner, position, open, fields);
        if (passed.records.count > 0) yield passed;
        if (window.failure) throw window.failure;
        position = passed.next;
        break;
      }
      // Doubling keeps the bytes scanned twice below the length of the record that is too long for the window.
      const doubled = position + Math.max(2 * (window.end - position), lookAhead);
      wanted = Math.min(doubled, open + longest + 1);
    }
    window.drop(position);
  }
  window.giveBack();
}

/** The longest that can be written down of a record, in bytes. */
const maxLength = 0x7fffffff;

/** The records from `position` on with the one at `open`, which is not held: its place is known, its bytes are not there. */
async function withTooLong(
  window: RecordWindow,
  { maxRecordLength, recordsAreLines }: Scanner,
  position: number,
  open: number,
  fields: readonly FieldRequest[],
): Promise<PlacedBlock> {
  const found = window.scan(position, open, fields);
  if (found.incomplete) throw window.tooMuchSpace(open, maxRecordLength);
  const start = open - window.base;
  const before = owned(found, start);
  const { next, lineFeeds } = await window.skip(open);
  if (window.failure) return { start: position, next: open, records: before };
  const end = start + Math.min(next - open, maxLength);
  const record = { start, end, line: before.lineCount, fault: Fault.TooLong, at: maxRecordLength };
  const lineCount = before.lineCount + (recordsAreLines ? 1 : lineFeeds);
  return { start: position, next, records: withLast(before, record, fields).with({ lineCount }) };
}
