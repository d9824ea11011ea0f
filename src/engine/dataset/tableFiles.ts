import type { FileInfo, FileState, UnreadFile } from '../../protocol/file.ts';
import { withSignal } from '../source/signals.ts';
import type { RecognisedFile } from '../format/registry.ts';
import type { SourceSpec } from '../source/source.ts';
import type { FileOrder } from './files/orderFiles.ts';

/** Files that are named where people are told of those that cannot be read. */
const mostListed = 100;

/** What is found by looking at all files of a table: how they are opened and read, and which cannot be. */
export interface LookedAtAll {
  readonly spec: SourceSpec;
  readonly recognised: RecognisedFile;
  readonly unread: readonly UnreadFile[];
}

/** Files of a table that stand behind those that were looked at. */
export interface RestOfFiles {
  /** How many files there are, those included that were looked at. */
  readonly count: number;
  readonly paths: () => readonly string[];
  /** Looks at them. @throws the signal's reason */
  readonly look: (signal: AbortSignal) => Promise<LookedAtAll>;
}

/** What was found of the files that an open file consists of: one, or several that are one table. */
export interface FoundFiles {
  readonly unread: readonly UnreadFile[];
  /** Of several files whose records are not one file's after the other's: the order they are in. */
  readonly order?: FileOrder | undefined;
  /** Of many files, those that were not looked at so far. */
  readonly rest?: RestOfFiles | undefined;
}

/** The files of a table, and how far they were looked at. */
export class TableFiles {
  readonly #isTable: boolean;
  readonly #order: FileOrder | undefined;
  #unread: readonly UnreadFile[];
  #rest: RestOfFiles | undefined;
  #wasCompleted = false;
  #completing: Promise<void> | undefined;

  /** @param isTable whether they are several files that were asked for as one; else one file alone */
  constructor(isTable: boolean, found: FoundFiles = { unread: [] }) {
    this.#isTable = isTable;
    this.#order = found.order;
    this.#unread = found.unread;
    this.#rest = found.rest;
  }

  get areTable(): boolean {
    return this.#isTable;
  }

  /** Whether all were looked at. */
  get areAll(): boolean {
    return this.#rest === undefined;
  }

  /** Those that cannot be read, of those that were looked at. */
  get unread(): readonly UnreadFile[] {
    return this.#unread;
  }

  /** How many there are in all, where that is more than those that were looked at. */
  get countOfAll(): number | undefined {
    return this.#rest?.count;
  }

  /** Where all of them are, if not all were looked at. */
  get paths(): readonly string[] {
    return this.#rest?.paths() ?? [];
  }

  /** What is said of several files: how many are read, and which are not. @param read those that were looked at and are */
  info(read: number, partitions: readonly string[] | undefined): FileInfo['files'] {
    if (!this.#isTable) return undefined;
    const order = this.#order && { by: this.#order.by, notes: this.#order.notes };
    const count = this.countOfAll ?? read;
    return { count, unread: this.#unread, ...(partitions && { partitions }), ...(order && { order }) };
  }

  /** How many are read so far, and those that cannot be of what was looked at after it was opened. */
  state(read: number): Pick<FileState, 'files' | 'leftOut'> {
    if (!this.#isTable) return {};
    const { length: count } = this.#unread;
    const leftOut = this.#wasCompleted ? { count, files: this.#unread.slice(0, mostListed) } : undefined;
    return { files: this.countOfAll ?? read, leftOut };
  }

  /**
   * Looks at those that were not looked at so far, once, whoever asks.
   * @param take opens all of them, and calls `areTaken` when the table consists of them
   * @param closing ends the look; `signal` only the wait for it
   * @throws SourceError; a signal's reason
   */
  async complete(
    take: (found: LookedAtAll) => Promise<void>,
    closing: AbortSignal,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#rest)
      this.#completing ??= this.#rest
        .look(closing)
        .then(take)
        .finally(() => (this.#completing = undefined));
    if (this.#completing) await withSignal(this.#completing, signal);
  }

  /** From now on the table consists of all. */
  areTaken({ unread }: LookedAtAll): void {
    this.#rest = undefined;
    this.#wasCompleted = true;
    this.#unread = unread;
  }

  /** Waits until nobody looks at files any more. */
  async settle(): Promise<void> {
    await this.#completing?.catch(() => undefined);
  }
}
