import type { IncomingMessage } from 'node:http';
import { said } from '../../../said/said.ts';
import { connectionFault, HttpFault } from './fault.ts';

/** The body of an answer, as it was sent, a chunk at a time. What is not taken stays with the server. */
export class HttpBody {
  readonly #response: IncomingMessage;
  readonly #host: string;
  readonly #limits: { readonly idleMs: number; readonly leastBytes: number };
  readonly #chunks: AsyncIterator<Uint8Array, undefined>;
  /** Waited since `leastBytes` had last come together, and what has come of the next ones. */
  #waitedMs = 0;
  #come = 0;

  constructor(
    response: IncomingMessage,
    host: string,
    limits: { readonly idleMs: number; readonly leastBytes: number },
  ) {
    this.#response = response;
    this.#host = host;
    this.#limits = limits;
    this.#chunks = response.iterator() as AsyncIterator<Uint8Array, undefined>;
    // Where nobody reads when the connection breaks, the next read says so.
    response.on('error', () => undefined);
  }

  /** The next bytes, at least one; undefined at the end. Only one call at a time. @throws HttpFault */
  async next(): Promise<Uint8Array | undefined> {
    const { idleMs, leastBytes } = this.#limits;
    const began = performance.now();
    const timer = setTimeout(() => {
      const silent =
        this.#come === 0
          ? said`${this.#host} sent nothing for ${idleMs / 1000} s`
          : said`${this.#host} sent almost nothing for ${idleMs / 1000} s`;
      this.#response.destroy(new HttpFault('unreachable', silent, { retry: 'always' }));
    }, idleMs - this.#waitedMs);
    let chunk: Uint8Array | undefined;
    try {
      const result = await this.#chunks.next();
      chunk = result.done ? undefined : result.value;
    } catch (error) {
      throw connectionFault(error, this.#host);
    } finally {
      clearTimeout(timer);
    }
    this.#waitedMs += performance.now() - began;
    this.#come += chunk?.length ?? 0;
    if (this.#come >= leastBytes) this.#waitedMs = this.#come = 0;
    return chunk;
  }

  /** Frees the connection for the next request, where all has been read; else gives it up. */
  async finish(): Promise<void> {
    if (this.#response.complete && this.#response.readableLength === 0) {
      await this.#chunks.next().catch(() => undefined);
    } else this.close();
  }

  /** Gives up what has not been read, and with it the connection. */
  close(): void {
    if (!this.#response.readableEnded) this.#response.destroy();
  }
}
