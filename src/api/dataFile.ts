import type { EngineHost, EngineSession } from '../host/engineHost.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { FileInfo } from '../protocol/file.ts';
import { abortReason, onAbort } from '../protocol/abort.ts';
import { RemoteError } from '../protocol/rpc.ts';
import { english } from '../said/said.ts';
import { checkOpen, checkQuery } from './checked.ts';
import { rowsOf } from './rows.ts';
import {
  RowriverError,
  type Column,
  type DataFile,
  type OpenOptions,
  type QueryOptions,
  type Row,
  type Rows,
  type Summary,
} from './types.ts';

/** Opens a file in the engine. @throws RowriverError; TypeError; the signal's reason */
export async function openFile(engine: EngineHost, path: string, given: OpenOptions = {}): Promise<DataFile> {
  checkOpen(path, given);
  const { signal, headers, ...options } = given;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      letGo?.();
      session.close();
      reject(error);
    };
    const letGo = signal && onAbort(signal, () => fail(abortReason(signal)));
    const session = engine.open(
      { location: path, headers, options },
      {
        message: () => undefined,
        opened: (info) => {
          letGo?.();
          resolve(new OpenDataFile(engine, session, path, info));
        },
        failed: ({ kind, said }) => fail(new RowriverError(kind, english(said))),
        interrupted: () => undefined,
      },
    );
  });
}

class OpenDataFile implements DataFile {
  readonly path: string;
  readonly format: FileInfo['format'];
  readonly reading: string;
  readonly encoding: string;
  readonly size: number | undefined;
  readonly columns: readonly Column[];
  readonly #engine: EngineHost;
  readonly #session: EngineSession;
  readonly #closed = new AbortController();
  /** Rows that are being read. A loop that nobody goes on with ends with the file. */
  readonly #readers = new Set<number>();

  constructor(engine: EngineHost, session: EngineSession, path: string, info: FileInfo) {
    this.#engine = engine;
    this.#session = session;
    this.path = path;
    this.format = info.format;
    this.reading = english(info.dialect);
    this.encoding = info.encoding;
    this.size = info.state.fileSize ?? info.size;
    this.columns = info.columns.map(({ name, path: written, type }) => ({ name, path: written, type }));
  }

  query(query: string, options: QueryOptions = {}): Rows {
    checkQuery('query', query, options);
    const { signal } = options;
    return new QueryRows((done) => this.#batches(query, this.#until(signal), done));
  }

  async count(query = '', options: QueryOptions = {}): Promise<number> {
    checkQuery('count', query, options);
    const until = this.#until(options.signal);
    const request = { session: this.#session.number, query };
    const counted = await asked(this.#engine.call('countRows', request, { signal: until }), until);
    return counted.matched;
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(new RowriverError('closed', `${this.path} has been closed.`));
    await Promise.all([...this.#readers].map((reader) => this.#end(reader)));
    this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#batches(
    query: string,
    signal: AbortSignal,
    done: (summary: ExportSummary) => void,
  ): AsyncGenerator<readonly Row[], void> {
    const engine = this.#engine;
    signal.throwIfAborted();
    const { reader } = await asked(
      engine.call('beginRows', { session: this.#session.number, query }),
      signal,
    );
    this.#readers.add(reader);
    try {
      const decoder = new TextDecoder();
      for (;;) {
        const { lines, summary } = await asked(engine.call('nextRows', { reader }, { signal }), signal);
        const rows = rowsOf(decoder.decode(lines));
        if (rows.length > 0) yield rows;
        signal.throwIfAborted();
        if (summary) return done(summary);
      }
    } finally {
      await this.#end(reader);
    }
  }

  async #end(reader: number): Promise<void> {
    this.#readers.delete(reader);
    // An engine that has died has ended it as well.
    await this.#engine.call('endRows', { reader }).catch(() => undefined);
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
  }
}

class QueryRows implements Rows {
  readonly #read: (done: (summary: ExportSummary) => void) => AsyncIterator<readonly Row[]>;
  #summary: Summary | undefined;

  constructor(read: (done: (summary: ExportSummary) => void) => AsyncIterator<readonly Row[]>) {
    this.#read = read;
  }

  get summary(): Summary | undefined {
    return this.#summary;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly Row[]> {
    return this.#read(({ matched, records, malformed, doubt }) => {
      this.#summary = { rows: matched, records, malformed, replaced: doubt === 'replaced' };
    });
  }
}

/** An answer of the engine. @throws RowriverError; the signal's reason */
async function asked<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RemoteError) throw new RowriverError(error.kind, error.message);
    throw error;
  }
}
