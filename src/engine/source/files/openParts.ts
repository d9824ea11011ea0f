import type { Source } from '../source.ts';

/** How many files are open at a time, in each thread that reads them. */
const mostOpen = 16;

interface OpenPart {
  readonly source: Promise<Source>;
  /** Reads that are under way. */
  users: number;
}

/** The files of a run that are open: the one used longest ago is closed where another one is needed. */
export class OpenParts {
  readonly #open: (part: number) => Promise<Source>;
  /** By the part's number, the one used last at the end. */
  readonly #parts = new Map<number, OpenPart>();

  constructor(open: (part: number) => Promise<Source>) {
    this.#open = open;
  }

  /** @throws what opening it throws, each time, and what `read` throws */
  async use<T>(number: number, read: (source: Source) => Promise<T>): Promise<T> {
    const part = this.#parts.get(number) ?? { source: this.#open(number), users: 0 };
    this.#parts.delete(number);
    this.#parts.set(number, part);
    part.users++;
    try {
      let source: Source;
      try {
        source = await part.source;
      } catch (error) {
        if (this.#parts.get(number) === part) this.#parts.delete(number);
        throw error;
      }
      return await read(source);
    } finally {
      part.users--;
      await this.#closeSpare();
    }
  }

  async close(): Promise<void> {
    const parts = [...this.#parts.values()];
    this.#parts.clear();
    await Promise.all(parts.map(closed));
  }

  async #closeSpare(): Promise<void> {
    for (const [number, part] of this.#parts) {
      if (this.#parts.size <= mostOpen) return;
      if (part.users > 0) continue;
      this.#parts.delete(number);
      await closed(part);
    }
  }
}

async function closed({ source }: OpenPart): Promise<void> {
  await (await source.catch(() => undefined))?.close();
}
