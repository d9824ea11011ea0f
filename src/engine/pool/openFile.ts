import type { Scanner } from '../format/record.ts';
import { formatOf, type FormatSpec } from '../format/registry.ts';
import { openSource } from '../source/open.ts';
import type { Source } from '../source/source.ts';
import type { FileSpec } from './task.ts';

/** A file as one thread has it open: its own handle, its own scanner. */
export interface OpenFile {
  readonly source: Source;
  readonly scanner: Scanner;
  /**
   * Reads a record by itself. A row of a document is read here without what is around it there: its name, and the
   * bracket after the last one.
   */
  readonly rowScanner: Scanner;
}

function openedFile(source: Source, spec: FormatSpec): OpenFile {
  const format = formatOf(spec);
  const scanner = format.scanner();
  return { source, scanner, rowScanner: format.rowScanner?.() ?? scanner };
}

/** Files a worker keeps open, so that a task does not open one anew; the one used longest ago is closed first. */
const keptOpen = 8;

/** The files that a worker has open, by `FileSpec.key`. */
export class OpenFiles {
  readonly #files = new Map<string, Promise<OpenFile>>();
  readonly #blocking: boolean;

  /** `blocking`: whether reads may hold up the thread. */
  constructor(blocking: boolean) {
    this.#blocking = blocking;
  }

  async use(spec: FileSpec, signal: AbortSignal): Promise<OpenFile> {
    let file = this.#files.get(spec.key);
    this.#files.delete(spec.key);
    file ??= openSource(spec.source, { signal, blocking: this.#blocking }).then((source) =>
      openedFile(source, spec.format),
    );
    this.#files.set(spec.key, file);
    try {
      const opened = await file;
      await this.#trim();
      return opened;
    } catch (error) {
      this.#files.delete(spec.key);
      throw error;
    }
  }

  /** Takes over a source that cannot be opened a second time, such as standard input. */
  adopt(spec: FileSpec, source: Source): void {
    this.#files.set(spec.key, Promise.resolve(openedFile(source, spec.format)));
  }

  /** Closes a file that will not be asked for again. */
  async release(key: string): Promise<void> {
    const file = this.#files.get(key);
    this.#files.delete(key);
    await (await file?.catch(() => undefined))?.source.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.keys()].map((key) => this.release(key)));
  }

  async #trim(): Promise<void> {
    for (const key of this.#files.keys()) {
      if (this.#files.size <= keptOpen) return;
      await this.release(key);
    }
  }
}
