import { RecentMap } from '../../recentMap.ts';
import type { Source } from '../source.ts';

/** How many files are open at a time, in each thread that reads them. */
const mostOpen = 16;

interface OpenPart {
  readonly source: Promise<Source>;
  /** Reads that are under way. */
  users: number;
  /** Another one has its place: it is closed when nobody reads it any more. */
  isDropped: boolean;
}

/** The files of a run that are open: the one used longest ago is closed where another one is needed. */
export class OpenParts {
  readonly #open: (part: number) => Promise<Source>;
  /** By the part's number. */
  readonly #parts = new RecentMap<number, OpenPart>(mostOpen);

  constructor(open: (part: number) => Promise<Source>) {
    this.#open = open;
  }

  /** @throws what opening it throws, each time, and what `read` throws */
  async use<T>(number: number, read: (source: Source) => Promise<T>): Promise<T> {
    const part = this.#parts.get(number) ?? { source: this.#open(number), users: 0, isDropped: false };
    part.users++;
    const dropped = this.#parts.set(number, part);
    for (const other of dropped) other.isDropped = true;
    try {
      return await read(await this.#opened(number, part));
    } finally {
      part.users--;
      const unused = [part, ...dropped].filter(({ isDropped, users }) => isDropped && users === 0);
      await Promise.all(unused.map(closed));
    }
  }

  async close(): Promise<void> {
    const parts = [...this.#parts.values()];
    this.#parts.clear();
    await Promise.all(parts.map(closed));
  }

  /** What cannot be opened is tried again the next time. */
  async #opened(number: number, part: OpenPart): Promise<Source> {
    try {
      return await part.source;
    } catch (error) {
      if (this.#parts.peek(number) === part) this.#parts.delete(number);
      throw error;
    }
  }
}

async function closed({ source }: OpenPart): Promise<void> {
  await (await source.catch(() => undefined))?.close();
}
