import { setImmediate } from 'node:timers/promises';
import { emptySummary, type BlockIndex, type BlockPlace } from '../index/blockIndex.ts';
import { windowAmong, windowEnd } from '../matchWindow.ts';
import { SourceError } from '../source/source.ts';
import type { Pool } from '../pool/pool.ts';
import type { BlockResult, FileSpec, Result, ScanResult, Task } from '../pool/task.ts';
import { repeated } from '../pool/work.ts';
import type { ScanRequest } from './scanRequest.ts';
import { Stretches, type Answer, type Comparison } from './stretches.ts';

/** A stretch's result, in its place. */
export interface OrderedResult {
  /** Ordinal of the first of `blocks`. */
  readonly firstBlock: number;
  readonly blocks: readonly BlockResult[];
  readonly place: BlockPlace;
  readonly result: ScanResult | undefined;
  /** Whether more is still to come of the same stretch; then `blocks` is empty. */
  readonly isPart?: boolean;
  /** Bytes done up to here; of those, skipped, and not read because the columns asked for are kept. */
  readonly scanned: number;
  readonly skipped: number;
  readonly unread: number;
}

/**
 * Scans blocks in parallel and yields the results in file order, extending the index with what it did not know.
 *
 * A stretch whose beginning is not in the index is scanned from a guess; the result is taken when the stretch
 * before ends exactly there, else it is scanned again from the place that is now known. So the answer never
 * depends on a guess, on the number of workers or on timing.
 *
 * Who does not take results stops the reading: see `Stretches`.
 */
export async function* scanInOrder(
  file: FileSpec,
  end: () => number,
  index: BlockIndex,
  pool: Pool<Task, Result>,
  request: ScanRequest,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const stretches = new Stretches(file, end, index, pool, request, both);
  let skipped = 0;
  let unread = 0;
  /** Matches so far, those before the window included. */
  let matched = 0;

  /** Takes over the blocks that are as they were; answers how many. */
  const takeOver = async (first: number, start: number, comparison: Comparison): Promise<number> => {
    const same = await comparison.same;
    // A block before these may have turned out to be another.
    if (request.unproven?.index !== comparison.index) return 0;
    if (comparison.index.place(first).start !== start) return 0;
    for (let block = first; block < first + same; block++) {
      if (block === index.length) index.append(comparison.index.summary(block));
    }
    return same;
  };

  /** Blocks that nobody has to look at, the first of them at a place. */
  const passOver = (firstBlock: number, lastBlock: number, place: BlockPlace): OrderedResult => {
    const scanned = Math.min(lastBlock * file.blockSize, end());
    skipped += scanned - firstBlock * file.blockSize;
    const blocks = unscanned(index, firstBlock, lastBlock);
    return { firstBlock, blocks, place, result: undefined, scanned, skipped, unread };
  };

  try {
    if (request.window.take <= 0) return;
    let expected = request.fromBlock <= index.length ? index.place(request.fromBlock) : undefined;
    if (!expected) throw new RangeError(`Block ${request.fromBlock} is not known yet.`);
    for (;;) {
      stretches.fill(matched);
      const stretch = stretches.shift();
      if (!stretch) return;
      const { firstBlock, lastBlock, comparison, answer } = stretch;
      if (comparison) {
        const rest = firstBlock + (await takeOver(firstBlock, expected.start, comparison));
        if (rest > firstBlock) {
          yield passOver(firstBlock, rest, expected);
          expected = index.place(rest);
        }
        if (rest < lastBlock) stretches.scanRest(rest, lastBlock, expected);
        continue;
      }
      const stretchEnd = Math.min(lastBlock * file.blockSize, end());
      if (answer) {
        const result = answered(index, firstBlock, answer);
        const { blocks } = result;
        matched += countMatches(result);
        unread += result.unreadBytes;
        yield { firstBlock, blocks, place: expected, result, scanned: stretchEnd, skipped, unread };
        expected = index.place(lastBlock);
        // Others get their turn, and may abort this.
        if (stretches.hasMore()) await setImmediate();
        both.throwIfAborted();
        continue;
      }
      if (!stretch.result) {
        yield passOver(firstBlock, lastBlock, expected);
        expected = index.place(lastBlock);
        continue;
      }
      let result = await stretch.result;
      if (result.start !== expected.start && !(result.start === undefined && expected.start >= stretchEnd)) {
        result = await again(result, stretches.scan(firstBlock, lastBlock, expected));
      }
      const whole = result;
      for (let done = 0; result.unfinished !== undefined;) {
        const scanned = Math.min(firstBlock * file.blockSize, end());
        yield {
          firstBlock,
          blocks: [],
          place: expected,
          result: partOf(result),
          isPart: true,
          scanned,
          skipped,
          unread,
        };
        done += result.unfinished;
        const rest = await stretches.scan(firstBlock, lastBlock, expected, { skip: done, take: Infinity });
        result = { ...whole, bytes: rest.bytes, unfinished: rest.unfinished, work: rest.work };
      }
      const selected = countMatches(result);
      const cut = windowAmong(request.window, matched, selected);
      if (stretches.areAhead && cut.take < selected)
        result = await again(result, stretches.scan(firstBlock, lastBlock, expected, cut));
      matched += result.passed + countMatches(result);
      unread += result.unreadBytes;
      const { failure } = result;
      const made = bytesOf(result);
      if (made !== undefined) stretches.weigh(stretch, made);
      const begun = result.blocks.length > 0 || failure;
      const found = begun ? result.blocks : empty(expected.start, lastBlock - firstBlock);
      // A stream's end is seen only now: what was handed out past it holds nothing.
      const blocks = found.slice(0, Math.max(0, stretches.toBlock - firstBlock));
      const place = expected;
      blocks.forEach((block, i) => {
        const partial = failure && i === blocks.length - 1;
        if (firstBlock + i === index.length && !partial) index.append(block);
      });
      if (failure) {
        // The zone of a block that is not whole says nothing of the rest of it.
        const told = blocks.map((block, i) => (i < blocks.length - 1 ? block : { ...block, zones: [] }));
        yield { firstBlock, blocks: told, place, result, scanned: failure.position, skipped, unread };
        const recordAt = blocks.at(-1)?.next ?? expected.start;
        throw new SourceError(failure.failure, failure.said, failure.position, { recordAt });
      }
      expected = index.place(firstBlock + blocks.length);
      const scanned = Math.min(stretchEnd, end());
      yield { firstBlock, blocks, place, result, scanned, skipped, unread };
      if (matched >= windowEnd(request.window)) return;
    }
  } finally {
    stop.abort();
  }
}

/** Bytes that were made of a stretch; undefined where none are to be. */
function bytesOf({ bytes, lines, checked, also = [] }: ScanResult): number | undefined {
  const listed = checked?.listed;
  const parts = [
    ...[bytes, lines, checked?.bytes],
    ...also.flatMap((other) => [other.bytes, other.lines]),
    ...(listed
      ? [listed.records, listed.lines, listed.offsets, listed.kinds, listed.values, listed.valueEnds]
      : []),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function again(before: ScanResult, result: Promise<ScanResult>): Promise<ScanResult> {
  const last = await result;
  return last.work ? { ...last, work: repeated(before.work, last.work) } : last;
}

/** What was made of the first matches of a stretch, with nothing that is told of it once it is whole. */
function partOf(result: ScanResult): ScanResult {
  const work = result.work && { ...result.work, candidates: 0, matched: 0 };
  const none = {
    blocks: [],
    rejects: [],
    passed: 0,
    failure: undefined,
    made: undefined,
    checked: undefined,
    also: undefined,
  };
  return { ...result, ...none, fromColumns: 0, unreadBytes: 0, work };
}

export function countMatches({ blocks }: ScanResult): number {
  return blocks.reduce((sum, block) => sum + block.matched, 0);
}

/** Blocks that the index knows and nobody has to look at. */
function unscanned(index: BlockIndex, from: number, to: number): BlockResult[] {
  const blocks: BlockResult[] = [];
  for (let block = from; block < to; block++) blocks.push({ ...index.summary(block), matched: 0, zones: [] });
  return blocks;
}

const noZones: BlockResult['zones'] = [];

/** What a task would answer of blocks that were looked at here. */
function answered(index: BlockIndex, from: number, { counts, bytes }: Answer): ScanResult {
  const blocks: BlockResult[] = [];
  let fromColumns = 0;
  for (let i = 0; i < counts.length; i++) {
    const { start, next, records, lines, malformed, checksum } = index.summary(from + i);
    if (records > 0) fromColumns++;
    blocks.push({ start, next, records, lines, malformed, checksum, matched: counts[i], zones: noZones });
  }
  return {
    kind: 'scan',
    start: blocks[0].start,
    blocks,
    bytes,
    rejects: [],
    paths: [],
    places: [],
    passed: 0,
    failure: undefined,
    fromColumns,
    unreadBytes: blocks[blocks.length - 1].next - blocks[0].start,
  };
}

/** Blocks inside a record that began before them. */
function empty(start: number, count: number): BlockResult[] {
  return Array.from({ length: count }, () => ({ ...emptySummary(start), matched: 0, zones: [] }));
}
