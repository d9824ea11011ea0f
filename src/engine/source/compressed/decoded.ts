import { said, SaidError, saidOf } from '../../../said/said.ts';
import { type Learnt, type Mark, type Marks } from './marks.ts';
import type { PageStore } from './pageStore.ts';
import { withSignal } from '../signals.ts';
import { type Source, SourceError } from '../source.ts';

/** Turns the bytes of one source into others, from any of its marks on. */
export interface Codec {
  /** Decoded bytes between marks, where other than usual: fewer where decoding is slow. */
  readonly spacing?: number;
  /**
   * Yields the decoded bytes from `from` to the end, in chunks of at most some MiB that are the receiver's to keep.
   * Adds the marks that `marks` wants on the way. Where a read of `base` fails it yields the failure, and reads again
   * when asked for more.
   * @throws SourceError `corrupt` after everything before the damage was yielded
   */
  decode(base: Source, from: Mark, marks: Marks): AsyncGenerator<Step, void>;
  /**
   * Finds marks and the decoded size without decoding, where the format says them; reads what it must of `base`.
   * Answers whether it could.
   */
  survey?(base: Source, marks: Marks, signal: AbortSignal | undefined): Promise<boolean>;
}

export type Step = Uint8Array | Interruption;

/** A read that failed, or was given up, and can be tried again. */
export class Interruption extends SaidError {
  override readonly cause: Error;

  constructor(cause: Error) {
    super(saidOf(cause));
    this.cause = cause;
  }
}

/** Reads of `base` inside a codec: at least one byte, or none at the end. Failures are passed on and survived. */
export async function* pull(
  base: Source,
  into: Uint8Array,
  position: number,
): AsyncGenerator<Interruption, number> {
  for (;;) {
    try {
      return await base.read(into, position);
    } catch (error) {
      yield new Interruption(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** As `pull`, until `into` is full or the source ends; answers how many bytes. */
export async function* pullFully(
  base: Source,
  into: Uint8Array,
  position: number,
): AsyncGenerator<Interruption, number> {
  for (let length = 0; length < into.length;) {
    const got = yield* pull(base, into.subarray(length), position + length);
    if (got === 0) return length;
    length += got;
  }
  return into.length;
}

/** A source whose bytes are decoded from another's as they are asked for. */
export interface DecodedSource extends Source {
  /** Positions below this can be read again at any time, and cheaply; 0 where the source below gives its bytes once. */
  readonly reach: number;
  /** The last place known of which `holds` is true, as it is of all before that. */
  origin(holds: (mark: Mark) => boolean): Mark;
  /** Encoded bytes before the first decoded one, as far as that was decoded. */
  readonly lead: number;
  /** The decoded size, or a guess at it given the encoded one. */
  estimate(encodedSize: number | undefined): number | undefined;
  /** What has been learnt of where decoding can begin, except the marks up to `since`. */
  learnt(since?: number): Learnt;
  /** Takes over what another opening of the same source has learnt. */
  learn(learnt: Learnt): void;
  /** Positions in (from, to) where decoding can begin: where work is best divided. */
  splits(from: number, to: number): number[];
  /** Learns, where the format allows it, without decoding. Afterwards, if true, the source is `random`. */
  survey(signal?: AbortSignal): Promise<boolean>;
}

/** Runs of decoding kept open at a time, so that a page and a scan do not throw each other back. */
const mostCursors = 3;

/**
 * A source that is read through a codec. Any position can be read: behind `reach` by beginning at the mark before it,
 * past it by decoding all up to there; it is `random` once its end was seen.
 *
 * @param once `base` gives its bytes once: positions must not go back, and the source is never `random`
 * @param pages takes what is decoded far behind every mark; closed with the source
 */
export function decodedSource(
  base: Source,
  codec: Codec,
  marks: Marks,
  once = false,
  pages?: PageStore,
): DecodedSource {
  let cursors: Cursor[] = [];
  /** Where `base` gives its bytes once: what it ended with. */
  let lost: SourceError | undefined;
  let closing: Promise<void> | undefined;

  function drop(cursor: Cursor): void {
    cursors = cursors.filter((other) => other !== cursor);
    void cursor.close();
  }

  /** The cursor that is nearest before `position`, moved to the end of the list as the last one used. */
  function cursorFor(position: number): Cursor {
    if (once) {
      const only = cursors.at(0) ?? new Cursor(codec.decode(base, { position: 0, at: 0 }, marks), 0);
      if (position < only.start) {
        throw new SourceError(
          'unsupported',
          said`${base.name} can be read only once, from front to back.`,
          position,
        );
      }
      if (only.busy) throw new Error('A source that is read once was asked for two ranges at a time.');
      cursors = [only];
      return only;
    }
    const mark = marks.before(position);
    let nearest: Cursor | undefined;
    for (const cursor of cursors) {
      if (cursor.busy || cursor.start > position || cursor.end < mark.position) continue;
      if (nearest === undefined || cursor.start > nearest.start) nearest = cursor;
    }
    if (nearest === undefined) {
      nearest = new Cursor(codec.decode(base, mark, marks), mark.position);
      const idle = cursors.length < mostCursors ? undefined : cursors.find((cursor) => !cursor.busy);
      if (idle !== undefined) drop(idle);
    } else {
      cursors = cursors.filter((cursor) => cursor !== nearest);
    }
    cursors.push(nearest);
    return nearest;
  }

  return {
    name: base.name,
    get size() {
      return marks.size;
    },
    get random() {
      return !once && marks.size !== undefined;
    },
    get reach() {
      return once ? 0 : marks.reach;
    },
    async read(into, position, signal) {
      signal?.throwIfAborted();
      if (closing !== undefined) throw new SourceError('failed', said`${base.name} is closed.`, position);
      if (lost !== undefined) throw lost;
      if (into.length === 0 || (marks.size !== undefined && position >= marks.size)) return 0;
      if (pages && !cursors.some((cursor) => !cursor.busy && cursor.holds(position))) {
        const length = await pages.read(into, position);
        signal?.throwIfAborted();
        if (length > 0) return length;
      }
      const cursor = cursorFor(position);
      cursor.busy = true;
      try {
        while (cursor.end <= position) {
          if (!(await cursor.advance(signal))) {
            marks.ended(cursor.end);
            return 0;
          }
          marks.reached(cursor.end);
          if (pages && cursor.start - marks.before(cursor.start).position >= pages.near) {
            await pages.keep(cursor.chunk, cursor.start);
          }
        }
        return cursor.copy(into, position);
      } catch (error) {
        // After an interruption the decoder goes on where it was; any other failure was its last word.
        if (!(error instanceof Interruption)) {
          if (!signal?.aborted) drop(cursor);
          if (once && error instanceof SourceError) lost = error;
          throw error;
        }
        const { cause } = error;
        if (!(cause instanceof SourceError)) throw cause;
        throw new SourceError(cause.failure, cause.said, cursor.end, { cause });
      } finally {
        cursor.busy = false;
      }
    },
    origin: (holds) => marks.lastOf(holds),
    get lead() {
      return marks.lead;
    },
    estimate(encodedSize) {
      if (marks.size !== undefined) return marks.size;
      const { position, at } = marks.last;
      return encodedSize === undefined || position === 0 ? undefined : (encodedSize / at) * position;
    },
    learnt: (since) => marks.learnt(since),
    learn: (learnt) => marks.learn(learnt),
    splits: (from, to) => marks.between(from, to),
    async survey(signal) {
      if (once || codec.survey === undefined) return false;
      return marks.size !== undefined || codec.survey(base, marks, signal);
    },
    close: () =>
      (closing ??= Promise.all([
        base.close(),
        pages?.close(),
        ...cursors.map((cursor) => cursor.close()),
      ]).then(() => undefined)),
  };
}

/** One run of decoding: the chunk it stands at, and the next one on its way. */
class Cursor {
  busy = false;
  readonly #steps: AsyncGenerator<Step, void>;
  #start: number;
  #chunk: Uint8Array = new Uint8Array(0);
  #next: Promise<IteratorResult<Step, void>> | undefined;

  constructor(steps: AsyncGenerator<Step, void>, position: number) {
    this.#steps = steps;
    this.#start = position;
  }

  /** Position of the chunk's first byte. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#start + this.#chunk.length;
  }

  get chunk(): Uint8Array {
    return this.#chunk;
  }

  holds(position: number): boolean {
    return this.#start <= position && position < this.end;
  }

  copy(into: Uint8Array, position: number): number {
    const from = position - this.#start;
    const part = this.#chunk.subarray(from, from + into.length);
    into.set(part);
    return part.length;
  }

  /**
   * Goes on to the next chunk; false at the end. An abort leaves the decoder at work on that chunk, for the next call.
   * @throws Interruption, SourceError, the signal's reason
   */
  async advance(signal: AbortSignal | undefined): Promise<boolean> {
    const next = (this.#next ??= this.#begin());
    const result = await withSignal(next, signal);
    this.#next = undefined;
    if (result.done) return false;
    if (result.value instanceof Interruption) throw result.value;
    this.#start = this.end;
    this.#chunk = result.value;
    // zlib works in another thread: the next chunk is made while this one is scanned.
    this.#next = this.#begin();
    return true;
  }

  async close(): Promise<void> {
    await this.#steps.return();
  }

  #begin(): Promise<IteratorResult<Step, void>> {
    const next = this.#steps.next();
    next.catch(() => undefined);
    return next;
  }
}
