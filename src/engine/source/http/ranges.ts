import { onAbort } from '../../../protocol/abort.ts';
import { said } from '../../../said/said.ts';
import { HttpFault, sourceErrorOf } from './fault.ts';
import type { HttpClient } from './client.ts';
import type { HttpBody } from './body.ts';
import { checkUnchanged, contentRange, ifRange } from './identity.ts';
import { Patience } from './retry.ts';
import { type Piece, Pieces } from '../pieces.ts';
import { either, withSignal } from '../signals.ts';
import { type Source, SourceError, type UrlIdentity } from '../source.ts';

/** Reads of this length are asked for as they are; smaller ones are rounded up to pages, and kept. */
const largeRead = 512 * 1024;
export const pageLength = 64 * 1024;
/** Asked for at a time where small reads follow each other: it doubles up to this. */
const longestAhead = 1024 * 1024;
/** So many small reads in a row, and the next stretch is asked for before anybody wants it. */
const steady = 3;

/** A request under way, and how many wait for it. */
interface Fetch {
  readonly start: number;
  readonly length: number;
  readonly bytes: Promise<Uint8Array>;
  readonly controller: AbortController;
  waiting: number;
  /** Asked for ahead: goes on when nobody waits. */
  readonly ahead: boolean;
}

/** An answer of which more is to come: `rest` and then what `body` gives are the bytes from `position` on. */
interface Answer {
  readonly body: HttpBody;
  readonly rest: Uint8Array | undefined;
  readonly position: number;
}

/** What a server gives in ranges: any place costs what is read there. */
export class HttpRanges implements Source {
  readonly name: string;
  readonly random = true;
  readonly size: number;
  readonly identity: UrlIdentity;
  readonly #client: HttpClient;
  readonly #closing = new AbortController();
  readonly #pieces = new Pieces(4 * 1024 * 1024);
  #fetches: Fetch[] = [];
  /** Where the last small fetch ends, and how many of them followed each other up to there. */
  #lastEnd = -1;
  #row = 0;
  /** What is going to be read: it is asked for at once, and taken as it is read. */
  #expected: { readonly from: number; readonly to: number } | undefined;
  #open: Answer | undefined;
  /** All attempts were made at this place, and bytes before it were delivered. */
  #failed: { readonly position: number; readonly error: unknown } | undefined;

  constructor(client: HttpClient, identity: UrlIdentity & { readonly size: number }) {
    this.name = client.address.shown;
    this.size = identity.size;
    this.identity = identity;
    this.#client = client;
  }

  /** Takes the first bytes from an answer that has come anyway. @throws SourceError */
  async begin(body: HttpBody, length: number, signal: AbortSignal | undefined): Promise<void> {
    const bytes = new Uint8Array(length);
    const have = await this.#collect(bytes, 0, signal, { body, rest: undefined, position: 0 });
    this.#pieces.keep({ start: 0, bytes: bytes.subarray(0, have) });
  }

  expect(range?: { readonly from: number; readonly to: number }): void {
    // Whoever begins anew is not answered by what an earlier reader did not stay to hear.
    this.#failed = undefined;
    this.#expected = range && { from: range.from, to: Math.min(range.to, this.size) };
    if (!range) this.#giveUpOpen();
  }

  async read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    if (this.#closing.signal.aborted)
      throw new SourceError('failed', said`${this.name} is closed.`, position);
    if (into.length === 0 || position >= this.size) return 0;
    const piece = this.#pieces.at(position);
    if (piece) return this.#copy(piece, into, position);
    const open = this.#open?.position === position ? this.#open : undefined;
    if (open || (into.length >= largeRead && !this.#fetchAt(position))) {
      const wanted = into.subarray(0, Math.min(into.length, this.size - position));
      if (open) this.#open = undefined;
      return this.#collect(wanted, position, signal, open, true);
    }
    const fetch =
      this.#fetchAt(position) ?? this.#fetch(position, this.#lengthFor(position, into.length), false);
    fetch.waiting++;
    try {
      const bytes = await withSignal(fetch.bytes, signal);
      return this.#copy({ start: fetch.start, bytes }, into, position);
    } finally {
      fetch.waiting--;
      if (fetch.waiting === 0 && !fetch.ahead) {
        this.#forget(fetch);
        fetch.controller.abort();
      }
    }
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#giveUpOpen();
    this.#pieces.clear();
    this.#client.close();
    return Promise.resolve();
  }

  #fetchAt(position: number): Fetch | undefined {
    return this.#fetches.find(({ start, length }) => position >= start && position < start + length);
  }

  #copy(piece: Piece, into: Uint8Array, position: number): number {
    const from = position - piece.start;
    const part = piece.bytes.subarray(from, from + into.length);
    into.set(part);
    this.#readAhead(piece.start + piece.bytes.length);
    return part.length;
  }

  /** Where small reads have followed each other for a while, asks for what comes after `end`. */
  #readAhead(end: number): void {
    if (this.#row < steady || end !== this.#lastEnd || end >= this.size) return;
    if (this.#pieces.at(end) || this.#fetchAt(end)) return;
    this.#fetch(end, this.#lengthFor(end, 1), true);
  }

  #lengthFor(position: number, wanted: number): number {
    this.#row = position === this.#lastEnd ? this.#row + 1 : 0;
    const pages = Math.ceil(wanted / pageLength) * pageLength;
    const length = Math.max(pages, Math.min(longestAhead, pageLength << Math.min(this.#row, 4)));
    const end = Math.min(position + length, this.size);
    this.#lastEnd = end;
    return end - position;
  }

  #fetch(start: number, length: number, ahead: boolean): Fetch {
    const controller = new AbortController();
    const into = new Uint8Array(length);
    const bytes = this.#collect(into, start, controller.signal).then((have) => {
      const piece = { start, bytes: into.subarray(0, have) };
      if (!this.#closing.signal.aborted) this.#pieces.keep(piece);
      return piece.bytes;
    });
    const fetch: Fetch = { start, length, bytes, controller, waiting: 0, ahead };
    this.#fetches.push(fetch);
    const done = (): void => this.#forget(fetch);
    bytes.then(done, done);
    return fetch;
  }

  #forget(fetch: Fetch): void {
    this.#fetches = this.#fetches.filter((other) => other !== fetch);
  }

  /**
   * Fills `into` with the bytes from `position` on, in as many requests as it takes; answers how many there are, less
   * than asked for only where the last attempt failed behind the first byte.
   * @param open an answer that has come, to be read on
   * @param inOrder whether what is expected after these bytes is to be asked for as well, and stay open
   * @throws SourceError; the signal's reason
   */
  async #collect(
    into: Uint8Array,
    position: number,
    asked: AbortSignal | undefined,
    open?: Answer,
    inOrder = false,
  ): Promise<number> {
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed?.position === position) throw failed.error;
    const { signal, release } = either(asked, this.#closing.signal);
    try {
      return await this.#collectUntil(into, position, signal, open, inOrder);
    } finally {
      release();
    }
  }

  async #collectUntil(
    into: Uint8Array,
    position: number,
    signal: AbortSignal,
    open: Answer | undefined,
    inOrder: boolean,
  ): Promise<number> {
    const patience = new Patience(this.#client, true);
    let have = 0;
    let body = open?.body;
    /** What was taken of the present answer and not used yet. */
    let rest = open?.rest;
    /** Of the present answer. */
    let come = open && open.position > 0 ? 1 : 0;
    while (have < into.length) {
      const abort = (): void => body?.close();
      const release = onAbort(signal, abort);
      try {
        if (body === undefined) {
          const length = into.length - have;
          body = await this.#ask(
            position + have,
            inOrder ? this.#wanted(position + have, length) : length,
            signal,
          );
          come = 0;
        }
        const chunk: Uint8Array | undefined = rest ?? (await body.next());
        rest = undefined;
        signal.throwIfAborted();
        if (chunk !== undefined) {
          const part = chunk.subarray(0, into.length - have);
          if (part.length < chunk.length) rest = chunk.subarray(part.length);
          into.set(part, have);
          have += part.length;
          come += part.length;
          patience.progress(part.length);
        } else if (come > 0) {
          // A server may give less than it was asked for; the rest is then asked for in its turn.
          body = undefined;
        } else {
          throw new HttpFault('unreachable', said`the server sent nothing`, { retry: 'always' });
        }
      } catch (error) {
        body?.close();
        body = undefined;
        try {
          await patience.wait(error, signal);
        } catch (last) {
          signal.throwIfAborted();
          if (!(last instanceof HttpFault)) throw last;
          const failure = sourceErrorOf(last, this.name, position + have, this.size);
          if (have === 0) throw failure;
          this.#failed = { position: position + have, error: failure };
          return have;
        }
      } finally {
        release();
      }
    }
    if (body && inOrder && this.#isExpected(position + have)) {
      this.#giveUpOpen();
      this.#open = { body, rest, position: position + have };
    } else {
      await body?.finish();
    }
    return have;
  }

  /** How much to ask for at once where `length` bytes are needed now. */
  #wanted(position: number, length: number): number {
    const to = this.#isExpected(position) ? (this.#expected?.to ?? 0) : 0;
    return Math.max(length, to - position);
  }

  #isExpected(position: number): boolean {
    return this.#expected !== undefined && position >= this.#expected.from && position < this.#expected.to;
  }

  #giveUpOpen(): void {
    this.#open?.body.close();
    this.#open = undefined;
  }

  /** @throws HttpFault; the signal's reason */
  async #ask(position: number, length: number, signal: AbortSignal): Promise<HttpBody> {
    const range = `bytes=${position}-${position + length - 1}`;
    const answer = await this.#client.get({ range, ...ifRange(this.identity) }, signal);
    try {
      if (answer.status === 206) {
        const given = contentRange(answer.headers);
        checkUnchanged(this.identity, answer, given?.total);
        if (given?.from === position) return answer.body;
        throw new HttpFault('unreachable', said`the server sent a different part than requested`, {
          retry: 'always',
        });
      }
      if (answer.status === 200) {
        checkUnchanged(this.identity, answer, undefined);
        // So do some servers in a cluster of which the others give ranges.
        throw new HttpFault('unreachable', said`the server sent the whole file when asked for a part`, {
          retry: 'always',
        });
      }
      throw this.#client.refuse(answer);
    } catch (error) {
      answer.body.close();
      throw error;
    }
  }
}
