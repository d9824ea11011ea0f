import type { Format } from '../format/driver.ts';
import type { Scanner } from '../format/record.ts';
import { formatOf } from '../format/registry.ts';
import type { RecordChecker } from '../schema/checker.ts';
import { RecentMap } from '../recentMap.ts';
import { openSource } from '../source/open.ts';
import type { SchemaSpec } from '../schema/schemaSpec.ts';
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
  /** Where the file has a schema. */
  readonly checker: RecordChecker | undefined;
}

async function openedFile(source: Source, spec: FileSpec): Promise<OpenFile> {
  const format = formatOf(spec.format);
  const scanner = format.scanner();
  const checker = spec.schema && (await checkerOf(spec.schema, format));
  return { source, scanner, rowScanner: format.rowScanner?.() ?? scanner, checker };
}

async function checkerOf(schema: SchemaSpec, format: Format): Promise<RecordChecker> {
  const { RecordChecker } = await import('../schema/checker.ts');
  return RecordChecker.of(schema, format);
}

/** Files a worker keeps open, so that a task does not open one anew; the one used longest ago is closed first. */
const keptOpen = 8;

/** The files that a worker has open, by `FileSpec.key`. */
export class OpenFiles {
  readonly #files = new RecentMap<string, Promise<OpenFile>>(keptOpen);
  readonly #blocking: boolean;

  /** `blocking`: whether reads may hold up the thread. */
  constructor(blocking: boolean) {
    this.#blocking = blocking;
  }

  async use(spec: FileSpec, signal: AbortSignal): Promise<OpenFile> {
    let file = this.#files.get(spec.key);
    file ??= openSource(spec.source, { signal, blocking: this.#blocking }).then((source) =>
      openedFile(source, spec),
    );
    const dropped = this.#files.set(spec.key, file);
    try {
      return await file;
    } catch (error) {
      this.#files.delete(spec.key);
      throw error;
    } finally {
      await Promise.all(dropped.map(closed));
    }
  }

  /** Takes over a source that cannot be opened a second time, such as standard input. */
  adopt(spec: FileSpec, source: Source): void {
    const dropped = this.#files.set(spec.key, openedFile(source, spec));
    for (const file of dropped) void closed(file);
  }

  /** Closes a file that will not be asked for again. */
  async release(key: string): Promise<void> {
    const file = this.#files.peek(key);
    this.#files.delete(key);
    if (file) await closed(file);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.keys()].map((key) => this.release(key)));
  }
}

async function closed(file: Promise<OpenFile>): Promise<void> {
  await (await file.catch(() => undefined))?.source.close();
}
