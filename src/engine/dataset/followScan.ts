import { everything, windowAfter, windowEnd, type MatchWindow } from '../matchWindow.ts';
import { InlinePool } from '../pool/inline.ts';
import type { FileSpec, ScanResult, ScanTask } from '../pool/task.ts';
import { digestOf } from '../query/index.ts';
import type { Follower } from '../source/follow/follower.ts';
import { keyOf, type Tail } from '../source/follow/tail.ts';
import type { Source } from '../source/source.ts';
import type { Dataset } from './dataset.ts';
import type { FileScan } from './fileScan.ts';
import { FollowedText, type TextPlace } from './followedText.ts';
import { countMatches, type OrderedResult } from './scanInOrder.ts';

export interface FollowScanOptions {
  /** Whether what was there before is left out. */
  readonly onlyNew: boolean;
  readonly say: (text: string) => void;
}

/**
 * Scans files as they grow, without end: what is there, and then each record once it is whole. Records have their numbers
 * and places in the file that they are in.
 * @param dataset one of the files, which says how all are read; where it is the only one, what is there is read from it
 * @throws SourceError; the signal's reason
 */
export async function* followScan(
  dataset: Dataset,
  follower: Follower,
  scan: FileScan,
  { onlyNew, say }: FollowScanOptions,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  const { end } = follower;
  const tails = await follower.open(signal);
  const rounds = new Rounds(dataset, scan, signal);
  let window = scan.window ?? scan.query?.window ?? everything;
  let scanned = 0;
  const heads = await dataset.head('all', signal);
  const { firstLine } = dataset.recognised;
  const texts = new Map<Tail, FollowedText>();
  const begin = (tail: Tail, from?: TextPlace): FollowedText => {
    const text = new FollowedText(tail.path, dataset.format, heads, firstLine, from);
    texts.set(tail, text);
    return text;
  };
  /** Of files that are there before what is wanted begins, the bytes that are passed over. */
  const passed = new Map<Tail, number>();

  async function* whole(tail: Tail, final: boolean): AsyncGenerator<OrderedResult> {
    const text = texts.get(tail) ?? begin(tail);
    if (final) text.finish();
    for (;;) {
      const until = passed.get(tail) ?? 0;
      const isWanted = text.place.start >= until;
      if (isWanted) passed.delete(tail);
      const { length, otherHead } = text.whole(final, isWanted ? Infinity : until);
      if (otherHead) say(otherHeadText(tail.path, dataset.name));
      if (length === 0) return;
      let [records, lines] = [0, 0];
      for await (const result of rounds.of(text, length, tail.path, isWanted ? window : undefined)) {
        for (const block of result.blocks) [records, lines] = [records + block.records, lines + block.lines];
        if (!isWanted) continue;
        window = windowAfter(window, result.passed + countMatches(result));
        scanned += length;
        const place = { block: 0, ...text.place };
        yield { firstBlock: 0, blocks: result.blocks, place, result, scanned, skipped: 0, unread: 0 };
      }
      text.drop(length, records, lines);
      if (isWanted) return;
    }
  }

  try {
    if (windowEnd(window) <= 0) return;
    const [first] = tails;
    const opened = dataset.watch?.opened;
    if (tails.length === 1 && opened && first.key === keyOf(opened)) {
      const from = onlyNew
        ? await startOfNew(dataset, first, scan, signal)
        : yield* existing(dataset, scan, end, signal);
      if (end.aborted) return;
      window = windowAfter(window, from.matched);
      if (windowEnd(window) <= 0) return;
      await first.seek(from.place.start);
      begin(first, from.place);
      if (onlyNew) passed.set(first, from.until);
    } else if (onlyNew) {
      for (const tail of tails) passed.set(tail, await tail.lineStart(await tail.size()));
    }
    if (onlyNew) say(`Waiting for new records in ${dataset.name}.`);
    for await (const event of follower.events(signal)) {
      switch (event.kind) {
        case 'said':
          say(event.text);
          break;
        case 'begins':
          begin(event.tail);
          break;
        case 'bytes': {
          const text = texts.get(event.tail) ?? begin(event.tail);
          text.push(event.bytes);
          yield* whole(event.tail, false);
          break;
        }
        case 'ends':
          yield* whole(event.tail, true);
          texts.delete(event.tail);
      }
      if (windowEnd(window) <= 0) return;
    }
  } finally {
    await rounds.close();
  }
}

/** Where what is there has been scanned up to. */
interface Scanned {
  readonly place: TextPlace;
  /** Matches that were found before that. */
  readonly matched: number;
  /** What begins before this byte is not wanted. */
  readonly until: number;
}

/**
 * Scans what is there, up to a place behind which the last record begins: that may be half written. The last stretch in
 * which a record begins is left to who follows.
 */
async function* existing(
  dataset: Dataset,
  scan: FileScan,
  end: AbortSignal,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult, Scanned> {
  const size = dataset.size ?? 0;
  let matched = 0;
  let held: OrderedResult[] = [];
  for await (const found of dataset.scan(scan, signal)) {
    const isNext = held.length > 0 && found.firstBlock !== held[0].firstBlock && found.place.start < size;
    if (isNext) {
      for (const one of held) {
        if (one.result) matched += one.result.passed + countMatches(one.result);
        yield one;
      }
      held = [];
    }
    held.push(found);
    if (end.aborted) break;
  }
  return { place: held.at(0)?.place ?? dataset.index.place(0), matched, until: 0 };
}

/** Where to begin so that what is appended from now on is found, with its numbers if the query asks for them. */
async function startOfNew(
  dataset: Dataset,
  tail: Tail,
  scan: FileScan,
  signal: AbortSignal,
): Promise<Scanned> {
  const size = dataset.size ?? 0;
  const until = await tail.lineStart(size);
  const first = dataset.index.place(0);
  if (until <= first.start) return { place: first, matched: 0, until: first.start };
  const needsNumbers = scan.query?.plan.needsPosition === true;
  if (!needsNumbers && dataset.format.kind !== 'csv')
    return { place: { start: until, record: 0, line: 0 }, matched: 0, until };
  let place: TextPlace = first;
  for await (const found of dataset.scan({ query: undefined, output: { kind: 'count' } }, signal)) {
    if (found.place.start < size) place = found.place;
  }
  return { place, matched: 0, until };
}

/** Scans records that are in memory, one run of them after the other. */
class Rounds {
  readonly #pool = new InlinePool();
  readonly #source = new HeldSource();
  readonly #spec: FileSpec;
  readonly #scan: FileScan;
  readonly #signal: AbortSignal;

  constructor({ spec }: Dataset, scan: FileScan, signal: AbortSignal) {
    this.#spec = { ...spec, key: `${spec.key}\nfollowed`, checksumEvery: undefined };
    this.#scan = scan;
    this.#signal = signal;
    this.#pool.adopt(this.#spec, this.#source);
  }

  /** @param window which of the matches are wanted; undefined: none, and records are only counted */
  async *of(
    text: FollowedText,
    length: number,
    path: string,
    window: MatchWindow | undefined,
  ): AsyncGenerator<ScanResult> {
    const { query, output, malformed = 'keep', violations } = this.#scan;
    const { start, record, line } = text.place;
    const to = start + length;
    this.#source.hold(text.bytes.subarray(0, length), start, path);
    const task: ScanTask = {
      kind: 'scan',
      file: { ...this.#spec, end: to },
      stretch: { from: start, to, start, record, line },
      query: query?.text,
      digest: query && digestOf(query.plan),
      find: undefined,
      output: window ? { ...output } : { kind: 'count' },
      malformed,
      violations,
      window: window ?? { skip: 0, take: 0 },
    };
    let done = 0;
    for (let isFirst = true; ; isFirst = false) {
      const own = isFirst ? task : { ...task, window: { skip: done, take: Infinity } };
      const result = await this.#pool.run(own, 1, this.#signal);
      if (result.kind !== 'scan') throw new TypeError(`A scan was answered by a ${result.kind}.`);
      const { unfinished, failure } = result;
      if (failure) throw new TypeError(failure.message);
      // What was made in parts counts once.
      yield isFirst ? result : { ...result, blocks: [], rejects: [], passed: 0 };
      if (unfinished === undefined) return;
      done += unfinished;
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Bytes that are in memory, with the places that they have in their file. */
class HeldSource implements Source {
  name = '';
  readonly random = true;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  hold(bytes: Uint8Array, start: number, name: string): void {
    this.#bytes = bytes;
    this.#start = start;
    this.name = name;
  }

  get size(): number {
    return this.#start + this.#bytes.length;
  }

  readonly files = {
    count: 1,
    pathAt: (): string => this.name,
    partitionsAt: (): readonly [] => [],
    offsetAt: (position: number): number => position,
    nextAfter: (): undefined => undefined,
  };

  read(into: Uint8Array, position: number): Promise<number> {
    const from = position - this.#start;
    const part = this.#bytes.subarray(from, from + into.length);
    into.set(part);
    return Promise.resolve(part.length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function otherHeadText(path: string, name: string): string {
  return `${path} does not begin with the header of ${name}: its first line is read as a record.`;
}
