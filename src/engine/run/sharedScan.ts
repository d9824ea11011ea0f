import type { AlsoScan, FileScan } from '../dataset/fileScan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';

/** A scan as a run asks for it. */
export type Scan = (scan: FileScan, signal: AbortSignal) => AsyncGenerator<OrderedResult>;

/** The file's own. */
export function scanOf(dataset: Dataset): Scan {
  return (scan, signal) => dataset.scan(scan, signal);
}

/**
 * One pass over a file for several runs. It begins when each of them has said what it wants, and goes on when each has
 * taken what was found for it: the slowest sets the pace, and nothing is held but one stretch.
 */
export class SharedScan {
  readonly #dataset: Dataset;
  readonly #asked: (FileScan | undefined)[];
  readonly #hands: readonly Hand[];
  readonly #end = new AbortController();
  #waiting: number;
  #unfinished: number;
  readonly #finished: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  /** @param runs how many there are; what the first one collects besides its rows is collected of the file */
  constructor(dataset: Dataset, runs: number) {
    this.#dataset = dataset;
    this.#asked = Array.from({ length: runs }, () => undefined);
    this.#hands = this.#asked.map(() => new Hand());
    this.#waiting = runs;
    this.#unfinished = runs;
    this.#finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#finished.catch(() => undefined);
  }

  /** The part of a run: to be asked once. */
  partOf(run: number): { readonly scan: Scan; readonly finished: () => Promise<void> } {
    return {
      scan: (scan, signal) => this.#scan(run, scan, signal),
      finished: () => this.#finish(),
    };
  }

  /** Ends all runs, as one of them has failed. */
  fail(error: unknown): void {
    this.#end.abort(error);
    this.#reject(error);
    for (const hand of this.#hands) hand.fail(error);
  }

  /** Waits until every run has written all of its rows: only then does any of them take the place of its target. */
  async #finish(): Promise<void> {
    if (--this.#unfinished === 0) this.#resolve();
    await this.#finished;
  }

  async *#scan(run: number, scan: FileScan, signal: AbortSignal): AsyncGenerator<OrderedResult> {
    const hand = this.#hands[run];
    this.#asked[run] = scan;
    if (--this.#waiting === 0) void this.#pass(signal);
    try {
      for (;;) {
        const found = await hand.take();
        if (found === undefined) return;
        yield found;
      }
    } finally {
      hand.leave();
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const [first, ...rest] = this.#asked.filter((scan) => scan !== undefined);
    const also = rest.map(({ query, output }): AlsoScan => {
      if (!query) throw new TypeError('Another output of a scan has no query.');
      return { query, output };
    });
    const both = AbortSignal.any([signal, this.#end.signal]);
    try {
      for await (const found of this.#dataset.scan({ ...first, also }, both)) {
        await Promise.all(
          this.#hands.map((hand, run) => hand.give(run === 0 ? found : partOf(found, run - 1))),
        );
      }
      for (const hand of this.#hands) hand.end();
    } catch (error) {
      this.fail(error);
    }
  }
}

/** What was found for another output than the first. */
function partOf(found: OrderedResult, at: number): OrderedResult {
  const { result } = found;
  const also = result?.also?.at(at);
  const blocks = found.blocks.map((block, i) => ({
    ...block,
    matched: i === 0 ? (also?.matched ?? 0) : 0,
    zones: [],
  }));
  const none = {
    rejects: [],
    passed: 0,
    checked: undefined,
    work: undefined,
    located: undefined,
    rowEnds: undefined,
  };
  const own = result && { ...result, ...none, blocks, bytes: also?.bytes, lines: also?.lines };
  return { ...found, blocks, result: own };
}

/** Hands results over one at a time: the next one is given when the one before has been dealt with. */
class Hand {
  #offered: OrderedResult | undefined;
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #taken: (() => void) | undefined;

  /** Resolves when who takes it has dealt with it, or has left. */
  async give(found: OrderedResult): Promise<void> {
    if (this.#isOver) return;
    this.#offered = found;
    const dealtWith = new Promise<void>((resolve) => (this.#taken = resolve));
    this.#wake?.();
    await dealtWith;
  }

  /** Undefined when there is no more. @throws what the pass or another run has failed with */
  async take(): Promise<OrderedResult | undefined> {
    if (this.#offered === undefined) this.#taken?.();
    if (this.#offered === undefined && !this.#isOver)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    if (this.#failure) throw this.#failure;
    const found = this.#offered;
    this.#offered = undefined;
    return found;
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  leave(): void {
    this.#isOver = true;
    this.#taken?.();
  }

  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.end();
    this.#taken?.();
  }
}
