import { setImmediate } from 'node:timers/promises';
import { emptySummary, type BlockIndex, type BlockPlace, type BlockSummary } from '../index/blockIndex.ts';
import { isEverything, windowAfter, windowAmong, windowEnd, type MatchWindow } from '../matchWindow.ts';
import { SourceError } from '../source/source.ts';
import type { Pool } from '../pool/pool.ts';
import type {
  AlsoTask,
  BlockResult,
  CompareTask,
  FileSpec,
  Find,
  MalformedUse,
  Output,
  Result,
  ScanResult,
  ScanTask,
  StretchColumns,
  Task,
  ViolationUse,
} from '../pool/task.ts';
import { repeated } from '../pool/work.ts';

/** What a scan of a file is to do with its records. */
export interface ScanRequest {
  /** Undefined: every record, also the malformed ones. */
  readonly query: string | undefined;
  /** See `ScanTask`. */
  readonly digest: string | undefined;
  readonly find?: Find | undefined;
  readonly output: Output;
  readonly malformed: MalformedUse;
  readonly violations?: ViolationUse | undefined;
  /** Matches [skip, skip + take) are yielded; the scan ends with the last of them. */
  readonly window: MatchWindow;
  /** Whether the query needs absolute record and line numbers: then no stretch can start before those are known. */
  readonly needsPosition: boolean;
  readonly fromBlock: number;
  /** One past the last block. */
  readonly toBlock: number;
  /** Blocks handed to a worker at once, if other than usual: what it makes of them is held until their turn. */
  readonly blocksPerStretch?: number | undefined;
  /** Answers where the stretch that begins with a block ends best. */
  readonly stretchEnd?: ((block: number) => number) | undefined;
  /** Answers whether a block may hold a match; the others are skipped. Only asked of blocks that the index knows. */
  readonly mayMatch?: ((block: number) => boolean) | undefined;
  /** Whether results are to say what they took. */
  readonly measure?: boolean | undefined;
  /** What else is made of the records. */
  readonly also?: readonly AlsoTask[] | undefined;
  readonly unproven?: Unproven | undefined;
  /** Answers what is kept of the columns of the blocks [from, to), and what is to be kept. */
  readonly columns?: ((from: number, to: number) => StretchColumns | undefined) | undefined;
  readonly answers?: PackedAnswers | undefined;
}

/** What is known here of some blocks, without a task. */
export interface PackedAnswers {
  /** How many records of a block match; undefined where that, or what is made of them, is not known. */
  matches(block: number): number | undefined;
  /** What is made of the blocks since the last call that were known; undefined where nothing is to be made. */
  take(): Uint8Array | undefined;
}

/** An index of the file as it was, whose blocks hold where their bytes are as they were. */
export interface Unproven {
  /** Undefined once a block has turned out to be another. */
  readonly index: BlockIndex | undefined;
  /** Whether nothing but its summary is wanted of a block that is as it was: then it is compared, and not scanned. */
  suffices(block: number): boolean;
}

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
 * Blocks in a stretch once the first ones are out; the first are short so that the first matches show at once.
 * Every answer wakes a thread that others have to make room for, so a stretch is long while little is made of
 * it.
 */
const fewBlocks = 8;
const manyBlocks = 32;
/** Bytes of results that a stretch of more than a few blocks is expected to come to. */
const resultRoom = 4 * 1024 * 1024;
/** Where groups take more than this a block, there are still fewer: a worker holds what it makes of a stretch. */
const reducedBlock = 128 * 1024;
const reducedBlocks = 2;
const backgroundPriority = 1;
/** How long blocks are looked at here in one go. */
export const lookingMs = 8;

interface Handed {
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly result: Promise<ScanResult> | undefined;
  readonly comparison?: Comparison;
  readonly answer?: Answer;
}

/** Blocks that were looked at here. */
interface Answer {
  /** Matches of each. */
  readonly counts: readonly number[];
  readonly bytes: Uint8Array | undefined;
}

interface Comparison {
  readonly index: BlockIndex;
  /** How many blocks, from the first on, are as they were. */
  readonly same: Promise<number>;
}

/** Columns whose statistics all threads together may hold: some 20 KB each. */
const columnsHeld = 6000;

/** The number of threads where fewer must be busy than there are: each holds what it finds of every column. */
function threadsFor(output: ScanRequest['output']): number | undefined {
  if (output.kind !== 'statistics') return undefined;
  const threads = Math.max(1, Math.floor(columnsHeld / Math.max(1, output.columns.length)));
  return threads < 8 ? threads : undefined;
}

/**
 * Scans blocks in parallel and yields the results in file order, extending the index with what it did not know.
 *
 * A stretch whose beginning is not in the index is scanned from a guess; the result is taken when the stretch
 * before ends exactly there, else it is scanned again from the place that is now known. So the answer never
 * depends on a guess, on the number of workers or on timing.
 *
 * At most three stretches a worker are in flight: who does not take results stops the reading.
 */
export async function* scanInOrder(
  file: FileSpec,
  end: () => number,
  index: BlockIndex,
  pool: Pool<Task, Result>,
  request: ScanRequest,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  const inFlight: Handed[] = [];
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  // Without a second thread nothing is gained by handing out early, and what is handed out late starts from
  // what is known.
  // Stretches that end where they end best are long, and so few of them are enough.
  const limit = pool.size === 1 ? 1 : (request.stretchEnd ? 2 : 3) * pool.size;
  const limitNow = (): number => Math.min(limit, threadsFor(request.output) ?? limit);
  let next = request.fromBlock;
  let handedOut = 0;
  let skipped = 0;
  let unread = 0;
  /** Matches so far, those before the window included. */
  let matched = 0;
  /** Bytes of results that a block came to last. */
  let bytesPerBlock = request.output.kind === 'count' && !request.violations ? 0 : file.blockSize;

  const toBlock = (): number => Math.min(request.toBlock, Math.ceil(end() / file.blockSize));

  const stretchLength = (): number => {
    if (handedOut < 2 * pool.size) return 1;
    if (request.blocksPerStretch !== undefined) return request.blocksPerStretch;
    if (request.output.kind === 'stages' && bytesPerBlock > reducedBlock) return reducedBlocks;
    const least = bytesPerBlock > resultRoom ? 1 : fewBlocks;
    const length = Math.max(least, Math.min(manyBlocks, Math.floor(resultRoom / bytesPerBlock)));
    // Towards the end they get short again, so that no thread is done long before another.
    const share = Math.floor((toBlock() - next) / (4 * pool.size));
    return Math.max(1, Math.min(length, share));
  };

  const hand = (): void => {
    const known = next <= index.length ? index.place(next) : undefined;
    const length = stretchLength();
    const lastBlock = Math.min(
      toBlock(),
      length > 1 && request.stretchEnd ? request.stretchEnd(next) : next + length,
    );
    handedOut++;
    const window =
      limit > 1 || isEverything(request.window) ? undefined : windowAfter(request.window, matched);
    inFlight.push({ firstBlock: next, lastBlock, result: submit(next, lastBlock, known, window) });
    next = lastBlock;
  };

  const submit = (
    from: number,
    to: number,
    place: BlockPlace | undefined,
    window?: MatchWindow,
  ): Promise<ScanResult> => {
    const task: ScanTask = {
      kind: 'scan',
      file,
      stretch: {
        from: from * file.blockSize,
        to: Math.min(to * file.blockSize, end()),
        start: place?.start,
        record: place?.record ?? 0,
        line: place?.line ?? 0,
      },
      query: request.query,
      digest: request.digest,
      find: request.find,
      // Who asks may ask for more with the next stretch; a task that this thread carries out keeps what it was given.
      output: { ...request.output },
      malformed: request.malformed,
      violations: request.violations,
      window,
      measure: request.measure,
      checksums: to > index.length,
      columns: request.columns?.(from, to),
      also: request.also,
    };
    const result = pool.run(task, backgroundPriority, both).then((answer) => {
      if (answer.kind !== 'scan') throw new TypeError(`A scan was answered by a ${answer.kind}.`);
      return answer;
    });
    // A stretch that fails while an earlier one is awaited is looked at in its turn.
    result.catch(() => undefined);
    return result;
  };

  const skip = (): void => {
    const first = next;
    while (next < toBlock() && next < index.length && request.mayMatch?.(next) === false) next++;
    if (next > first) inFlight.push({ firstBlock: first, lastBlock: next, result: undefined });
  };

  /** Looks at blocks whose columns tell what is asked; answers whether there are any. */
  const answer = (): boolean => {
    const { answers } = request;
    if (!answers) return false;
    const first = next;
    const counts: number[] = [];
    const until = performance.now() + lookingMs;
    while (next < Math.min(toBlock(), index.length) && performance.now() < until) {
      if (request.mayMatch?.(next) === false) break;
      const matched = answers.matches(next);
      if (matched === undefined) break;
      counts.push(matched);
      next++;
    }
    if (counts.length === 0) return false;
    const answer = { counts, bytes: answers.take() };
    inFlight.push({ firstBlock: first, lastBlock: next, result: undefined, answer });
    return true;
  };

  /** Hands out a comparison of blocks that need not be scanned if they are as they were; answers whether there are any. */
  const compare = (): boolean => {
    const before = request.unproven?.index;
    if (!before || next < index.length) return false;
    const first = next;
    const last = Math.min(toBlock(), before.length, first + manyBlocks);
    while (next < last && request.unproven.suffices(next)) next++;
    if (next === first) return false;
    const blocks: BlockSummary[] = [];
    for (let block = first; block < next; block++) blocks.push(before.summary(block));
    const task: CompareTask = { kind: 'compare', file, blocks };
    const same = pool.run(task, backgroundPriority, both).then((answer) => {
      if (answer.kind !== 'compare') throw new TypeError(`A comparison was answered by a ${answer.kind}.`);
      return answer.same;
    });
    same.catch(() => undefined);
    const comparison = { index: before, same };
    inFlight.push({ firstBlock: first, lastBlock: next, result: undefined, comparison });
    return true;
  };

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

  const fill = (): void => {
    while (next < toBlock() && inFlight.length < limitNow()) {
      if (request.mayMatch) skip();
      if (next >= toBlock()) return;
      if (answer()) return;
      if (compare()) continue;
      // Absolute numbers are known only where the index is.
      if (request.needsPosition && next > index.length && inFlight.length > 0) return;
      hand();
    }
  };

  try {
    if (request.window.take <= 0) return;
    let expected = request.fromBlock <= index.length ? index.place(request.fromBlock) : undefined;
    if (!expected) throw new RangeError(`Block ${request.fromBlock} is not known yet.`);
    for (fill(); inFlight.length > 0; fill()) {
      const handed = inFlight.shift();
      if (!handed) return;
      const { firstBlock, lastBlock, comparison, answer } = handed;
      if (comparison) {
        const same = await takeOver(firstBlock, expected.start, comparison);
        const rest = firstBlock + same;
        if (same > 0) {
          const blocks = unscanned(index, firstBlock, rest);
          const scanned = Math.min(rest * file.blockSize, end());
          skipped += scanned - firstBlock * file.blockSize;
          yield { firstBlock, blocks, place: expected, result: undefined, scanned, skipped, unread };
          expected = index.place(rest);
        }
        if (rest < lastBlock) {
          inFlight.unshift({ firstBlock: rest, lastBlock, result: submit(rest, lastBlock, expected) });
        }
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
        if (next < toBlock()) await setImmediate();
        both.throwIfAborted();
        continue;
      }
      if (!handed.result) {
        const blocks = unscanned(index, firstBlock, lastBlock);
        skipped += stretchEnd - firstBlock * file.blockSize;
        yield {
          firstBlock,
          blocks,
          place: expected,
          result: undefined,
          scanned: stretchEnd,
          skipped,
          unread,
        };
        expected = index.place(lastBlock);
        continue;
      }
      let result = await handed.result;
      if (result.start !== expected.start && !(result.start === undefined && expected.start >= stretchEnd)) {
        result = await again(result, submit(firstBlock, lastBlock, expected));
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
        const rest = await submit(firstBlock, lastBlock, expected, { skip: done, take: Infinity });
        result = { ...whole, bytes: rest.bytes, unfinished: rest.unfinished, work: rest.work };
      }
      const selected = countMatches(result);
      const cut = windowAmong(request.window, matched, selected);
      if (limit > 1 && cut.take < selected)
        result = await again(result, submit(firstBlock, lastBlock, expected, cut));
      matched += result.passed + countMatches(result);
      unread += result.unreadBytes;
      const { failure } = result;
      const made = bytesOf(result);
      if (made !== undefined) bytesPerBlock = made / (lastBlock - firstBlock);
      const begun = result.blocks.length > 0 || failure;
      const found = begun ? result.blocks : empty(expected.start, lastBlock - firstBlock);
      // A stream's end is seen only now: what was handed out past it holds nothing.
      const blocks = found.slice(0, Math.max(0, toBlock() - firstBlock));
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
        throw new SourceError(failure.failure, failure.message, failure.position, { recordAt });
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
    ...(listed ? [listed.records, listed.lines, listed.offsets, listed.kinds] : []),
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

/** What a task would answer of blocks that were looked at here. */
function answered(index: BlockIndex, from: number, { counts, bytes }: Answer): ScanResult {
  const blocks = counts.map((matched, i) => ({ ...index.summary(from + i), matched, zones: [] }));
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
    fromColumns: blocks.filter(({ records }) => records > 0).length,
    unreadBytes: blocks[blocks.length - 1].next - blocks[0].start,
  };
}

/** Blocks inside a record that began before them. */
function empty(start: number, count: number): BlockResult[] {
  return Array.from({ length: count }, () => ({ ...emptySummary(start), matched: 0, zones: [] }));
}
