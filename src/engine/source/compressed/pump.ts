import { type Transform } from 'node:stream';

/** A zlib stream that counts the bytes it has taken in. */
export type ZlibStream = Transform & { readonly bytesWritten: number };

/**
 * A zlib stream fed and drained by hand, so that it is known which output came of which input. Back-pressure is the
 * generator's own: nothing is decoded further than one chunk past what was taken.
 */
export class Pump {
  readonly #stream: ZlibStream;
  #fed = 0;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
    stream.on('readable', () => this.#wake());
    stream.on('error', (error: Error) => {
      this.#error = error;
      this.#wake();
    });
  }

  /** Input bytes that the decoder has used. */
  get consumed(): number {
    return this.#stream.bytesWritten;
  }

  /** Whether the compressed data ended before the input did. */
  get ended(): boolean {
    return this.consumed < this.#fed;
  }

  /**
   * Yields all that is decoded of `bytes` and what was given before. `bytes` must stay as they are until it is done.
   * @throws the zlib error
   */
  async *feed(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
    this.#fed += bytes.length;
    yield* this.#drain((done) => this.#stream.write(bytes, done));
  }

  /**
   * Says that there is no more input.
   * @throws the zlib error, Z_BUF_ERROR where the compressed data goes on
   */
  async *finish(): AsyncGenerator<Uint8Array, void> {
    // The callback of `end` comes before the last bytes are decoded, the event after.
    yield* this.#drain((done) => this.#stream.once('end', done).end());
  }

  close(): void {
    this.#stream.destroy();
  }

  async *#drain(begin: (done: (error?: Error | null) => void) => void): AsyncGenerator<Uint8Array, void> {
    const state = { taken: false };
    begin((error) => {
      this.#error ??= error ?? undefined;
      state.taken = true;
      this.#wake();
    });
    for (;;) {
      const out: unknown = this.#stream.read();
      if (out instanceof Uint8Array) {
        yield out;
        continue;
      }
      if (this.#error !== undefined) throw this.#error;
      if (state.taken) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
