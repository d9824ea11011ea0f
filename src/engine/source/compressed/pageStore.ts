import { temporaryRoom } from '../../temporaryFolder.ts';
import { openTemporary, type TemporaryFile, writeAt } from '../temporary.ts';

export interface PageLimits {
  /** Decoded bytes that are kept at most. */
  readonly most: number;
  /** What is nearer than this behind a place where decoding can begin is not kept. */
  readonly near: number;
}

/** 32 MiB take a tenth of a second to decode, or two. */
export const pageLimits: PageLimits = { most: 2 * 1024 ** 3, near: 32 * 1024 * 1024 };

/** Decoded bytes from `from` to `to`, which begin at `at` in the file. */
interface Run {
  readonly from: number;
  to: number;
  readonly at: number;
}

/**
 * Keeps decoded bytes that cannot be decoded again without all that comes before them, in a temporary file of
 * bounded size that is always removed. Where there is no room for it, nothing is kept, and nothing else is the
 * worse for it.
 */
export class PageStore {
  readonly near: number;
  #most: number;
  readonly #runs: Run[] = [];
  #file: Promise<TemporaryFile | undefined> | undefined;
  #length = 0;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor({ most, near }: PageLimits = pageLimits) {
    this.near = near;
    this.#most = most;
  }

  /** Bytes kept. */
  get length(): number {
    return this.#length;
  }

  /**
   * Keeps what was decoded at `position`, as far as it is past all that is kept. `bytes` must stay as they are
   * meanwhile.
   */
  keep(bytes: Uint8Array, position: number): Promise<void> {
    return (this.#writing = this.#writing.then(() => this.#append(bytes, position)));
  }

  /** As `Source.read`; 0 where nothing of that position is kept. */
  async read(into: Uint8Array, position: number): Promise<number> {
    const run = this.#runs.find(({ from, to }) => from <= position && position < to);
    const file = run && (await this.#file);
    if (!file || this.#closed) return 0;
    const length = Math.min(into.length, run.to - position);
    const { bytesRead } = await file.handle.read(into, 0, length, run.at + position - run.from);
    return bytesRead;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    await (await this.#file)?.close();
  }

  async #append(bytes: Uint8Array, position: number): Promise<void> {
    const last = this.#runs.at(-1);
    const from = Math.max(position, last?.to ?? 0);
    const rest = bytes.subarray(from - position);
    if (this.#closed || rest.length === 0) return;
    const file = await (this.#file ??= this.#open());
    if (!file || this.#length + rest.length > this.#most) return;
    try {
      await writeAt(file.handle, rest, this.#length);
    } catch {
      // A full disk: what is kept stays, and there will be no more of it.
      this.#most = 0;
      return;
    }
    if (last?.to === from) last.to += rest.length;
    else this.#runs.push({ from, to: from + rest.length, at: this.#length });
    this.#length += rest.length;
  }

  async #open(): Promise<TemporaryFile | undefined> {
    try {
      this.#most = Math.min(this.#most, await temporaryRoom());
      return await openTemporary();
    } catch {
      return undefined;
    }
  }
}
