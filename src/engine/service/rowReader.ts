import type { ExportSummary } from '../../protocol/engine.ts';
import type { ByteSink } from '../sink/byteSink.ts';

/** A reader that waits gets what there is; one that does not finds so much gathered, in bytes, and the run waits. */
const gathered = 256 * 1024;

/** Rows on their way to whoever asks for them: JSON Lines, a piece at a time. A piece holds whole lines. */
export interface RowPiece {
  readonly lines: Uint8Array<ArrayBuffer>;
  /** With the last piece. */
  readonly summary: ExportSummary | undefined;
}

/** Runs an export whose output is asked for piece by piece: it stands still while nobody asks. */
export class RowReader {
  readonly #stop = new AbortController();
  readonly #done: Promise<ExportSummary>;
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  /** Called when there is something to give, or the run has ended. */
  #wake: (() => void) | undefined;
  /** Lets the run go on. */
  #more: (() => void) | undefined;
  #ended = false;

  /** @param run writes whole lines with each write, until the signal is aborted */
  constructor(run: (sink: ByteSink, signal: AbortSignal) => Promise<ExportSummary>) {
    const sink: ByteSink = {
      name: 'rows',
      write: (bytes) => this.#take(bytes),
      commit: () => Promise.resolve(),
      discard: () => Promise.resolve(),
    };
    this.#done = run(sink, this.#stop.signal).finally(() => {
      this.#ended = true;
      this.#wake?.();
    });
    // Whoever asks next hears of it.
    this.#done.catch(() => undefined);
  }

  /** The next rows; called one after the other. @throws what the run does */
  async next(): Promise<RowPiece> {
    if (this.#size === 0 && !this.#ended) {
      const something = new Promise<void>((resolve) => (this.#wake = resolve));
      this.#more?.();
      await something;
      this.#wake = undefined;
    }
    const lines = joined(this.#chunks, this.#size);
    this.#chunks = [];
    this.#size = 0;
    if (!this.#ended) {
      this.#more?.();
      return { lines, summary: undefined };
    }
    return { lines, summary: await this.#done };
  }

  /** Ends the run, and resolves when it has left nothing behind. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#more?.();
    await this.#done.catch(() => undefined);
  }

  async #take(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const end = endOfLines(bytes, from);
      // The bytes are their owner's again after this.
      this.#chunks.push(new Uint8Array(bytes.subarray(from, end)));
      this.#size += end - from;
      from = end;
      this.#wake?.();
      while (this.#size >= gathered && !this.#stop.signal.aborted) {
        await new Promise<void>((resolve) => (this.#more = resolve));
        this.#more = undefined;
      }
      this.#stop.signal.throwIfAborted();
    }
  }
}

const newline = 10;

/** Where a piece ends that begins here: as many whole lines as may be gathered, but at least one. */
function endOfLines(bytes: Uint8Array, from: number): number {
  if (bytes.length - from <= gathered) return bytes.length;
  const last = bytes.lastIndexOf(newline, from + gathered - 1);
  if (last >= from) return last + 1;
  const first = bytes.indexOf(newline, from + gathered);
  return first < 0 ? bytes.length : first + 1;
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
