import { either, withSignal } from '../signals.ts';
import type { ByteStream } from '../stream.ts';
import type { Followed, FollowEvent } from './follower.ts';

/** What shows how a stream is written is no longer than this, in bytes. */
const headLength = 64 * 1024;
/** Once a whole line is there, what follows on its heels is waited for this long: a header says little by itself. */
const settleMs = 100;

export interface StreamFollowOptions {
  /** Once it is aborted, no more is read. */
  readonly end: AbortSignal;
  /** Ends when nothing has come for so many milliseconds. */
  readonly idleMs?: number | undefined;
}

/** Reads a stream as it comes: standard input behind a program that goes on for long. Who made it closes the stream. */
export class StreamFollower implements Followed {
  readonly #stream: ByteStream;
  readonly #options: StreamFollowOptions;
  /** What was read, and not handed on yet. */
  readonly #head: Uint8Array[] = [];
  /** A look for more that has not ended. */
  #next: Promise<Uint8Array | undefined> | undefined;
  #hasEnded = false;

  constructor(stream: ByteStream, options: StreamFollowOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  get end(): AbortSignal {
    return this.#options.end;
  }

  /**
   * Waits for the first line, and answers what is there then, up to the end of a line; at the end of the stream all of it.
   * @throws SourceError; the signal's reason
   */
  async head(signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      const bytes = Buffer.concat(this.#head);
      const lines = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
      if (bytes.length >= headLength) return lines.length > 0 ? lines : bytes;
      const piece = await this.#read(lines.length > 0 ? settleMs : this.#options.idleMs, signal);
      if (piece) this.#head.push(piece);
      else return this.#hasEnded || lines.length === 0 ? bytes : lines;
    }
  }

  open(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  async *events(signal: AbortSignal): AsyncGenerator<FollowEvent> {
    const tail = { path: this.#stream.name };
    yield { kind: 'begins', tail };
    for (const bytes of this.#head.splice(0)) yield { kind: 'bytes', tail, bytes };
    for (;;) {
      const bytes = await this.#read(this.#options.idleMs, signal);
      if (!bytes) break;
      yield { kind: 'bytes', tail, bytes };
    }
    yield { kind: 'ends', tail };
  }

  /** The next bytes; undefined at the end, of the stream or of the wait for it. */
  async #read(waitMs: number | undefined, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (this.#hasEnded || this.end.aborted) return undefined;
    const next = (this.#next ??= this.#begin());
    const late = new AbortController();
    const timer = waitMs === undefined ? undefined : setTimeout(() => late.abort(), waitMs);
    const told = either(signal, this.end);
    const stop = either(told.signal, late.signal);
    try {
      const bytes = await withSignal(next, stop.signal);
      this.#next = undefined;
      if (bytes === undefined) this.#hasEnded = true;
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      if (stop.signal.aborted) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      stop.release();
      told.release();
    }
  }

  /** Whoever gives up waiting hears no more of how it ends. */
  #begin(): Promise<Uint8Array | undefined> {
    const next = this.#stream.next();
    next.catch(() => undefined);
    return next;
  }
}
