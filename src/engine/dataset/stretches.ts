import type { BlockIndex, BlockPlace, BlockSummary } from '../index/blockIndex.ts';
import { isEverything, windowAfter, type MatchWindow } from '../matchWindow.ts';
import type { Pool } from '../pool/pool.ts';
import type { CompareTask, FileSpec, Result, ScanResult, ScanTask, Task } from '../pool/task.ts';
import type { ScanRequest } from './scanRequest.ts';

/**
 * Blocks in a stretch once the first ones are out; the first are short so that the first matches show at once.
 * Every answer wakes a thread that others have to make room for, so a stretch is long while little is made of
 * it.
 */
const manyBlocks = 32;
/**
 * Bytes of results that a stretch of more than one block is expected to come to. V8 collects garbage without end once some
 * 64 MB of such bytes are held in a thread, however little else there is.
 */
const resultRoom = 4 * 1024 * 1024;
/** Where groups take more than this a block, there are still fewer: a worker holds what it makes of a stretch. */
const reducedBlock = 128 * 1024;
const reducedBlocks = 2;
const backgroundPriority = 1;
/** How long blocks are looked at here in one go. */
export const lookingMs = 8;

/** Blocks [firstBlock, lastBlock) that are under way, or done. Without any of the rest, nobody need look at them. */
export interface Stretch {
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly result?: Promise<ScanResult>;
  readonly comparison?: Comparison;
  readonly answer?: Answer;
}

/** Blocks that were looked at here. */
export interface Answer {
  /** Matches of each. */
  readonly counts: readonly number[];
  readonly bytes: Uint8Array | undefined;
}

/** Blocks that are compared with what they were. */
export interface Comparison {
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
 * Divides the blocks of a scan into stretches and hands them out, in file order, to whoever is cheapest to ask: nobody
 * for blocks that cannot hold a match, this thread for those whose columns are kept, a comparison for those that may be
 * as they were, and a worker's scan for all others. At most three stretches a worker are under way at a time.
 */
export class Stretches {
  readonly #file: FileSpec;
  readonly #end: () => number;
  readonly #index: BlockIndex;
  readonly #pool: Pool<Task, Result>;
  readonly #request: ScanRequest;
  readonly #signal: AbortSignal;
  readonly #underWay: Stretch[] = [];
  readonly #limit: number;
  /** The first block that is not handed out. */
  #next: number;
  #handedOut = 0;
  /** Bytes of results that a block came to last. */
  #bytesPerBlock: number;

  /** @param end where the file ends, as far as that is known by now */
  constructor(
    file: FileSpec,
    end: () => number,
    index: BlockIndex,
    pool: Pool<Task, Result>,
    request: ScanRequest,
    signal: AbortSignal,
  ) {
    this.#file = file;
    this.#end = end;
    this.#index = index;
    this.#pool = pool;
    this.#request = request;
    this.#signal = signal;
    // Without a second thread nothing is gained by handing out early, and what is handed out late starts from
    // what is known.
    // Stretches that end where they end best are long, and so few of them are enough.
    this.#limit = pool.size === 1 ? 1 : (request.stretchEnd ? 2 : 3) * pool.size;
    this.#next = request.fromBlock;
    this.#bytesPerBlock = request.output.kind === 'count' && !request.violations ? 0 : file.blockSize;
  }

  /** Whether stretches are scanned before it is known what those before them hold. */
  get areAhead(): boolean {
    return this.#limit > 1;
  }

  /** One past the last block, as far as that is known by now. */
  get toBlock(): number {
    return Math.min(this.#request.toBlock, Math.ceil(this.#end() / this.#file.blockSize));
  }

  /** Whether there is more to hand out. */
  hasMore(): boolean {
    return this.#next < this.toBlock;
  }

  /** Hands out as many as may be under way. */
  fill(matched: number): void {
    while (this.hasMore() && this.#underWay.length < this.#mostUnderWay()) {
      if (this.#request.mayMatch) this.#skip();
      if (!this.hasMore()) return;
      if (this.#answer()) return;
      if (this.#compare()) continue;
      // Absolute numbers are known only where the index is.
      if (this.#request.needsPosition && this.#next > this.#index.length && this.#underWay.length > 0) return;
      this.#hand(matched);
    }
  }

  /** The first one under way. */
  shift(): Stretch | undefined {
    return this.#underWay.shift();
  }

  /** Scans the blocks of a comparison that are not as they were. */
  scanRest(firstBlock: number, lastBlock: number, place: BlockPlace): void {
    this.#underWay.unshift({ firstBlock, lastBlock, result: this.scan(firstBlock, lastBlock, place) });
  }

  /** Takes note of how many bytes were made of a stretch: the more, the shorter are those that follow. */
  weigh({ firstBlock, lastBlock }: Stretch, bytes: number): void {
    this.#bytesPerBlock = bytes / (lastBlock - firstBlock);
  }

  /**
   * Has blocks scanned by a worker.
   * @param place where they begin; undefined where that has to be guessed
   * @param window of the matches in them
   */
  scan(from: number, to: number, place: BlockPlace | undefined, window?: MatchWindow): Promise<ScanResult> {
    const request = this.#request;
    const { blockSize } = this.#file;
    const task: ScanTask = {
      kind: 'scan',
      file: this.#file,
      stretch: {
        from: from * blockSize,
        to: Math.min(to * blockSize, this.#end()),
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
      measure: request.measure !== undefined,
      checksums: to > this.#index.length,
      columns: request.columns?.(from, to),
      also: request.also,
    };
    const isFirst = from === request.fromBlock && to === from + 1;
    const pool = (isFirst ? request.first : undefined) ?? this.#pool;
    const result = pool.run(task, backgroundPriority, this.#signal).then((answer) => {
      if (answer.kind !== 'scan') throw new TypeError(`A scan was answered by a ${answer.kind}.`);
      return answer;
    });
    // A stretch that fails while an earlier one is awaited is looked at in its turn.
    result.catch(() => undefined);
    return result;
  }

  #mostUnderWay(): number {
    return Math.min(this.#limit, threadsFor(this.#request.output) ?? this.#limit);
  }

  #length(): number {
    const request = this.#request;
    if (request.output.kind === 'groups') return request.output.blocks;
    if (this.#handedOut < 2 * this.#pool.size) return 1;
    if (request.blocksPerStretch !== undefined) return request.blocksPerStretch;
    if (request.output.kind === 'stages' && this.#bytesPerBlock > reducedBlock) return reducedBlocks;
    const length = Math.max(1, Math.min(manyBlocks, Math.floor(resultRoom / this.#bytesPerBlock)));
    // Towards the end they get short again, so that no thread is done long before another.
    const share = Math.floor((this.toBlock - this.#next) / (4 * this.#pool.size));
    return Math.max(1, Math.min(length, share));
  }

  #hand(matched: number): void {
    const request = this.#request;
    const firstBlock = this.#next;
    const known = firstBlock <= this.#index.length ? this.#index.place(firstBlock) : undefined;
    const length = this.#length();
    const lastBlock = Math.min(
      this.toBlock,
      length > 1 && request.stretchEnd ? request.stretchEnd(firstBlock) : firstBlock + length,
    );
    this.#handedOut++;
    const window =
      this.areAhead || isEverything(request.window) ? undefined : windowAfter(request.window, matched);
    const result = this.scan(firstBlock, lastBlock, known, window);
    this.#underWay.push({ firstBlock, lastBlock, result });
    this.#next = lastBlock;
  }

  #skip(): void {
    const firstBlock = this.#next;
    const known = Math.min(this.toBlock, this.#index.length);
    while (this.#next < known && this.#request.mayMatch?.(this.#next) === false) this.#next++;
    if (this.#next > firstBlock) this.#underWay.push({ firstBlock, lastBlock: this.#next });
  }

  /** Looks at blocks whose columns tell what is asked; answers whether there are any. */
  #answer(): boolean {
    const { answers, mayMatch } = this.#request;
    if (!answers) return false;
    const firstBlock = this.#next;
    const counts: number[] = [];
    const until = performance.now() + lookingMs;
    const known = Math.min(this.toBlock, this.#index.length);
    while (this.#next < known && performance.now() < until) {
      if (mayMatch?.(this.#next) === false) break;
      const matched = answers.matches(this.#next);
      if (matched === undefined) break;
      counts.push(matched);
      this.#next++;
    }
    if (counts.length === 0) return false;
    this.#underWay.push({ firstBlock, lastBlock: this.#next, answer: { counts, bytes: answers.take() } });
    return true;
  }

  /** Hands out a comparison of blocks that need not be scanned if they are as they were; answers whether there are any. */
  #compare(): boolean {
    const { unproven } = this.#request;
    const before = unproven?.index;
    if (!before || this.#next < this.#index.length) return false;
    const firstBlock = this.#next;
    const last = Math.min(this.toBlock, before.length, firstBlock + manyBlocks);
    while (this.#next < last && unproven.suffices(this.#next)) this.#next++;
    if (this.#next === firstBlock) return false;
    const blocks: BlockSummary[] = [];
    for (let block = firstBlock; block < this.#next; block++) blocks.push(before.summary(block));
    const task: CompareTask = { kind: 'compare', file: this.#file, blocks };
    const same = this.#pool.run(task, backgroundPriority, this.#signal).then((answer) => {
      if (answer.kind !== 'compare') throw new TypeError(`A comparison was answered by a ${answer.kind}.`);
      return answer.same;
    });
    same.catch(() => undefined);
    this.#underWay.push({ firstBlock, lastBlock: this.#next, comparison: { index: before, same } });
    return true;
  }
}
