import { dirname } from 'node:path';
import { identifyFile } from '../file.ts';
import { recogniseContainer } from '../open.ts';
import { SourceError } from '../source.ts';
import { Changes } from './changes.ts';
import { keyOf, Tail } from './tail.ts';

/**
 * Without an event, files are looked at this often: what a network mount does not tell is seen this late. Where there are
 * many files, less often, so that looking takes no more than a few percent of a core.
 */
export const pollMs = 250;
export const pollMsPerFile = 1;
/** Where files are found by a pattern, new ones are looked for at least this often. */
export const findMs = 1000;
/** A name that leads nowhere for so long is said to be gone: a rotation takes a moment. */
export const goneMs = 1000;
/** A file that its name no longer leads to is read for so long after it last grew: a writer may still have it open. */
const retiredMs = 30_000;
const pieceLength = 256 * 1024;
/** Files looked at at a time. */
const atOnce = 16;

/** What is read as it grows: what its records are said to be in. */
export interface Growing {
  readonly path: string;
}

/** What happens to files that are followed. */
export type FollowEvent =
  /** The next bytes of a file; void after the next event. */
  | { readonly kind: 'bytes'; readonly tail: Growing; readonly bytes: Uint8Array }
  /** A file is read from its first byte on. */
  | { readonly kind: 'begins'; readonly tail: Growing }
  /** Nothing more will come of a file: what is left of it is its last record. */
  | { readonly kind: 'ends'; readonly tail: Growing }
  /** What people should know, as a sentence. */
  | { readonly kind: 'said'; readonly text: string };

/** Tells what happens to what is followed. */
export interface Followed {
  /** Once it is aborted, no more is read than what is there. */
  readonly end: AbortSignal;
  /** Opens the files that are there, before anybody reads them: what they become afterwards is noticed. */
  open(signal: AbortSignal): Promise<readonly Tail[]>;
  /** What happens, until the end. @throws SourceError where what is open cannot be read; the signal's reason */
  events(signal: AbortSignal): AsyncGenerator<FollowEvent>;
}

export interface FollowOptions {
  /** The files to be followed, looked up again and again. */
  readonly find: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Whether `find` may answer other files the next time. */
  readonly finds: boolean;
  /** Once it is aborted, what is there is read, and that is all. */
  readonly end: AbortSignal;
  /** Ends when no file has grown for so many milliseconds. */
  readonly idleMs?: number | undefined;
  /** For tests: other than the usual times. */
  readonly times?: { readonly goneMs?: number; readonly retiredMs?: number } | undefined;
}

/** A name that is followed, and the file that it leads to. */
interface Entry {
  readonly path: string;
  tail: Tail | undefined;
  /** Since when it leads nowhere. */
  goneSince: number | undefined;
  /** Whether that was said. */
  isSaid: boolean;
  /** Why it cannot be read, as it was said. */
  failure: string | undefined;
}

/**
 * Reads files as they grow, by their names, as `tail -F` does: a name may come to lead to another file, which is then read
 * from its first byte, after all of the one before. Nothing is read twice, and what is written before a file is closed for
 * good is not lost, unless a name leads to a third file before anybody could look at the second.
 */
export class Follower implements Followed {
  readonly #options: FollowOptions;
  readonly #changes = new Changes();
  readonly #entries = new Map<string, Entry>();
  /** All that are open, also those that no name leads to any more. */
  readonly #tails = new Set<Tail>();
  /** Files that cannot be read as they grow. */
  readonly #leftOut = new WeakSet<Tail>();
  readonly #buffer = new Uint8Array(pieceLength);
  /** What was said of the files when they were opened. */
  readonly #early: FollowEvent[] = [];
  #foundMs = -Infinity;
  #isBegun = false;
  #grewMs = performance.now();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Once it is aborted, no more is read than what is there. */
  get end(): AbortSignal {
    return this.#options.end;
  }

  /** Waits until `isReady` says so of one of the files, and answers its path; undefined where the end comes before. */
  async firstFile(
    isReady: (path: string) => Promise<boolean>,
    waiting: () => void,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { end } = this.#options;
    const both = AbortSignal.any([end, signal]);
    for (let isFirst = true; ; isFirst = false) {
      this.#changes.begin();
      for (const path of await this.#options.find(signal)) {
        this.#changes.watch(dirname(path));
        if (await isReady(path)) return path;
      }
      if (isFirst) waiting();
      signal.throwIfAborted();
      if (end.aborted || this.#isIdle) return undefined;
      await this.#changes.next(pollMs, both);
    }
  }

  /** Opens the files that are there, before anybody reads them: what they become afterwards is noticed. */
  async open(signal: AbortSignal): Promise<readonly Tail[]> {
    for await (const event of this.#look(signal)) if (event.kind === 'said') this.#early.push(event);
    this.#isBegun = true;
    this.#grewMs = performance.now();
    return [...this.#tails];
  }

  /** What happens, until the end. @throws SourceError where a file that is open cannot be read; the signal's reason */
  async *events(signal: AbortSignal): AsyncGenerator<FollowEvent> {
    const { end } = this.#options;
    const both = AbortSignal.any([end, signal]);
    yield* this.#early.splice(0);
    for (let isLast = false; ;) {
      signal.throwIfAborted();
      this.#changes.begin();
      yield* this.#look(signal);
      let grew = false;
      for (const tail of [...this.#tails]) grew = (yield* this.#readOn(tail, signal)) || grew;
      if (grew) this.#grewMs = performance.now();
      yield* this.#retire();
      if (isLast) break;
      isLast = end.aborted || (!grew && this.#isIdle);
      if (!isLast) await this.#changes.next(this.#waitMs, both);
    }
    for (const tail of this.#tails) {
      // What was not read to its end has no last record; a file that was left out is never read.
      if ((await tail.size()) <= tail.position) yield { kind: 'ends', tail };
    }
  }

  async close(): Promise<void> {
    this.#changes.close();
    const tails = [...this.#tails];
    this.#tails.clear();
    await Promise.all(tails.map((tail) => tail.close()));
  }

  get #isIdle(): boolean {
    const { idleMs = Infinity } = this.#options;
    return performance.now() - this.#grewMs >= idleMs;
  }

  get #waitMs(): number {
    const { idleMs = Infinity } = this.#options;
    const untilIdle = Math.max(0, this.#grewMs + idleMs - performance.now());
    return Math.min(untilIdle, Math.max(pollMs, this.#entries.size * pollMsPerFile));
  }

  /** Sees which files the names lead to now. */
  async *#look(signal: AbortSignal): AsyncGenerator<FollowEvent> {
    await this.#find(signal);
    const entries = [...this.#entries.values()];
    for (let i = 0; i < entries.length; i += atOnce) {
      const some = entries.slice(i, i + atOnce);
      const found = await Promise.all(some.map(({ path }) => keyAt(path)));
      for (const [at, entry] of some.entries()) yield* this.#turn(entry, found[at], signal);
    }
  }

  async #find(signal: AbortSignal): Promise<void> {
    const { find, finds } = this.#options;
    const now = performance.now();
    const isDue = finds && (this.#changes.takeRenamed() || now - this.#foundMs >= findMs);
    if (this.#entries.size > 0 && !isDue) return;
    this.#foundMs = now;
    for (const path of await find(signal)) {
      if (this.#entries.has(path)) continue;
      this.#entries.set(path, {
        path,
        tail: undefined,
        goneSince: undefined,
        isSaid: false,
        failure: undefined,
      });
      this.#changes.watch(dirname(path));
    }
  }

  /** Takes in what a name leads to now. */
  async *#turn(entry: Entry, found: string | SourceError, signal: AbortSignal): AsyncGenerator<FollowEvent> {
    const { path } = entry;
    const before = entry.tail && this.#tails.has(entry.tail) ? entry.tail : undefined;
    if (found instanceof SourceError) {
      yield* this.#gone(entry, found);
      return;
    }
    if (before?.key === found && entry.goneSince === undefined) return;
    const known = [...this.#tails].find(({ key }) => key === found);
    if (known) {
      // A file that was renamed to this name, or back to it, goes on as it is.
      this.#lead(entry, known);
      return;
    }
    // Whoever has turned to the new file has written all to the old one.
    if (before && (yield* this.#readOn(before, signal))) this.#grewMs = performance.now();
    let tail: Tail;
    try {
      tail = await Tail.open(path);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      yield* this.#gone(entry, error);
      return;
    }
    if ([...this.#tails].some(({ key }) => key === tail.key)) {
      // It was replaced once more since it was looked at; the next look sees what by.
      await tail.close();
      return;
    }
    this.#tails.add(tail);
    const wasGone = entry.isSaid;
    this.#lead(entry, tail);
    const text = before
      ? await turnedText(path, before, wasGone)
      : wasGone
        ? `${path} is there again: reading the new file.`
        : this.#isBegun
          ? `New file ${path}.`
          : undefined;
    if (text !== undefined) yield { kind: 'said', text };
    yield { kind: 'begins', tail };
  }

  #lead(entry: Entry, tail: Tail): void {
    Object.assign(entry, { tail, goneSince: undefined, isSaid: false, failure: undefined });
  }

  *#say(entry: Entry, text: string): Generator<FollowEvent> {
    entry.isSaid = true;
    yield { kind: 'said', text };
  }

  /** A name leads nowhere, or to what cannot be read: said once. */
  async *#gone(entry: Entry, { failure, message }: SourceError): AsyncGenerator<FollowEvent> {
    const { path, tail } = entry;
    entry.goneSince ??= performance.now();
    if (failure !== 'not-found') {
      if (entry.failure === message) return;
      entry.failure = message;
      yield* this.#say(entry, message);
      return;
    }
    if (entry.isSaid || !tail || !this.#tails.has(tail)) return;
    if (await tail.isDeleted()) {
      yield* this.#say(entry, `${path} was deleted: waiting for a new file of that name.`);
    } else if (performance.now() - entry.goneSince >= (this.#options.times?.goneMs ?? goneMs)) {
      yield* this.#say(entry, `${path} was renamed: waiting for a new file of that name.`);
    }
  }

  /** What has come to a file; answers whether there was anything. */
  async *#readOn(tail: Tail, signal: AbortSignal): AsyncGenerator<FollowEvent, boolean> {
    if (this.#leftOut.has(tail)) return false;
    let grew = false;
    // A file that grows as fast as it is read must not keep others waiting.
    const until = await tail.size();
    for (;;) {
      signal.throwIfAborted();
      const grown = await tail.read(this.#buffer);
      if (grown === undefined) return grew;
      grew = true;
      if (grown.kind === 'bytes') {
        const isBeginning = tail.position === grown.bytes.length;
        const why = isBeginning ? unreadable(grown.bytes) : undefined;
        if (why !== undefined) {
          this.#leftOut.add(tail);
          yield { kind: 'said', text: `${tail.path} cannot be followed: ${why}.` };
          return false;
        }
        yield { kind: 'bytes', tail, bytes: grown.bytes };
        if (tail.position >= until) return grew;
        continue;
      }
      yield { kind: 'ends', tail };
      yield { kind: 'said', text: `${tail.path} was ${grown.kind}: reading it from its start.` };
      tail.restart();
      yield { kind: 'begins', tail };
    }
  }

  /** Closes files that no name leads to, once their writers must have let go of them. */
  async *#retire(): AsyncGenerator<FollowEvent> {
    const led = new Set<Tail | undefined>();
    for (const { tail, goneSince } of this.#entries.values()) if (goneSince === undefined) led.add(tail);
    const { retiredMs: rest = retiredMs } = this.#options.times ?? {};
    for (const tail of [...this.#tails]) {
      if (led.has(tail) || performance.now() - tail.grewMs < rest) continue;
      this.#tails.delete(tail);
      yield { kind: 'ends', tail };
      await tail.close();
    }
  }
}

/** Why bytes are not read as they come that a file begins with. */
function unreadable(head: Uint8Array): string | undefined {
  if (recogniseContainer(head)) return 'it is compressed';
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  return isUtf16 ? 'its encoding is UTF-16, and only UTF-8 is read as it grows' : undefined;
}

/** What a path leads to, or why to nothing. */
async function keyAt(path: string): Promise<string | SourceError> {
  try {
    return keyOf(await identifyFile(path));
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
}

async function turnedText(path: string, before: Tail, wasGone: boolean): Promise<string> {
  if (wasGone) return `${path} is there again: reading the new file.`;
  return (await before.isDeleted())
    ? `${path} was replaced: reading the new file from its start.`
    : `${path} was rotated: reading on in the new file.`;
}
