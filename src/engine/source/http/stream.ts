import { said } from '../../../said/said.ts';
import type { Answer, HttpClient } from './client.ts';
import type { HttpBody } from './body.ts';
import { HttpFault, sourceErrorOf } from './fault.ts';
import { checkUnchanged, contentRange, ifRange, isKnownSame } from './identity.ts';
import { Patience } from './retry.ts';
import type { UrlIdentity } from '../source.ts';
import type { ByteStream } from '../stream.ts';

/**
 * What a server gives only from front to back, as one answer. Nothing is taken from it further than one chunk
 * past what is asked for: the rest waits at the server. Where it breaks off, it is asked for the rest; a server
 * that knows no ranges is asked for all of it, and what has come already is passed over.
 */
export class HttpStream implements ByteStream {
  readonly name: string;
  readonly size: number | undefined;
  readonly #client: HttpClient;
  readonly #identity: UrlIdentity;
  readonly #closing = new AbortController();
  #body: HttpBody | undefined;
  /** Bytes that were given out, and bytes of `#body` that come before those. */
  #at = 0;
  #known = 0;

  constructor(client: HttpClient, identity: UrlIdentity, body: HttpBody) {
    this.name = client.address.shown;
    this.size = identity.size;
    this.#client = client;
    this.#identity = identity;
    this.#body = body;
  }

  /** @throws SourceError; when called again then, goes on from the same place */
  async next(): Promise<Uint8Array | undefined> {
    const patience = new Patience(this.#client, true);
    const { signal } = this.#closing;
    for (;;) {
      try {
        const chunk = await this.#attempt();
        if (chunk === undefined) return undefined;
        const known = Math.min(this.#known, chunk.length);
        this.#known -= known;
        patience.progress(chunk.length - known);
        if (known === chunk.length) continue;
        this.#at += chunk.length - known;
        return chunk.subarray(known);
      } catch (error) {
        this.#body?.close();
        this.#body = undefined;
        try {
          await patience.wait(error, signal);
        } catch (last) {
          if (!(last instanceof HttpFault)) throw last;
          throw sourceErrorOf(last, this.name, this.#at, this.size);
        }
      }
    }
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#body?.close();
    this.#client.close();
    return Promise.resolve();
  }

  /** The next chunk of the answer, or of the one that is asked for now. */
  async #attempt(): Promise<Uint8Array | undefined> {
    this.#body ??= await this.#resume();
    const chunk = await this.#body.next();
    if (chunk === undefined && this.size !== undefined && this.#at < this.size) {
      throw new HttpFault('unreachable', said`the server sent less than announced`, { retry: 'always' });
    }
    return chunk;
  }

  async #resume(): Promise<HttpBody> {
    const part = this.#at === 0 ? {} : { range: `bytes=${this.#at}-`, ...ifRange(this.#identity) };
    const answer = await this.#client.get(part, this.#closing.signal);
    try {
      this.#known = this.#placeOf(answer);
      return answer.body;
    } catch (error) {
      answer.body.close();
      throw error;
    }
  }

  /** How many bytes of an answer are known already. @throws HttpFault */
  #placeOf(answer: Answer): number {
    if (answer.status === 206) {
      const given = contentRange(answer.headers);
      checkUnchanged(this.#identity, answer, given?.total);
      if (given?.from === this.#at) return 0;
      throw new HttpFault('unreachable', said`the server sent a different part than requested`, {
        retry: 'always',
      });
    }
    if (answer.status !== 200) throw this.#client.refuse(answer);
    checkUnchanged(this.#identity, answer, undefined);
    if (this.#at > 0 && !isKnownSame(this.#identity, answer)) {
      throw new HttpFault(
        'unreachable',
        said`the connection was lost, and the server does not say whether the file is still the same`,
      );
    }
    return this.#at;
  }
}
