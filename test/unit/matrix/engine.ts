import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { lineFeed } from '../../../src/engine/ascii.ts';
import { Programs } from '../../../src/engine/call/programs.ts';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { MergeBy } from '../../../src/engine/dataset/merge/mergeBy.ts';
import { canGrow, growthOf } from '../../../src/engine/dataset/follow/growth.ts';
import { diffFiles } from '../../../src/engine/diff/diff.ts';
import { filesAt } from '../../../src/engine/source/files/search.ts';
import { openFiles } from '../../../src/engine/dataset/files/openFiles.ts';
import type { IndexStore } from '../../../src/engine/index/store.ts';
import type { Pool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { exportAll } from '../../../src/engine/run/export/also.ts';
import { followTo } from '../../../src/engine/run/follow.ts';
import { inferSchema } from '../../../src/engine/run/inferSchema.ts';
import { specOf, type SchemaSpec } from '../../../src/engine/schema/schemaSpec.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';
import { SplitSink, type PartLimits } from '../../../src/engine/sink/split/splitSink.ts';
import { parseTemplate } from '../../../src/engine/sink/split/template.ts';
import { placeAt } from '../../../src/engine/source/location.ts';
import { Follower } from '../../../src/engine/source/follow/follower.ts';
import { Tail } from '../../../src/engine/source/follow/tail.ts';
import { SourceError, type SourceSpec } from '../../../src/engine/source/source.ts';
import type { DiffSummary } from '../../../src/protocol/comparison.ts';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import type { PreviewCalls, ViewState } from '../../../src/protocol/preview.ts';
import { cellsOf, type Preview } from '../../support/preview.ts';
import { GrowingFiles } from './growing.ts';
import type { FileContent, Growing, Layout } from './layouts.ts';
import { queryFor } from './records.ts';
import { told } from '../../support/said.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

const programs = new Programs({
  worker: pathToFileURL(resolve('dist/stage.js')),
  threads: 2,
  say: () => undefined,
});

/** How many standard inputs there were. */
let inputs = 0;

/** Where a file of the matrix is, and what reads it. */
export interface EngineOptions {
  readonly layout: Layout;
  /** A path or an address. */
  readonly location: string;
  /** Their paths, where there are several. */
  readonly files?: readonly string[] | undefined;
  /** What they are at first and become, where they grow. */
  readonly growing?: Growing | undefined;
  readonly followed?: Growing | undefined;
  readonly store: IndexStore | undefined;
  /** Undefined: everything is done in this thread. */
  readonly pool: Pool<Task, Result> | undefined;
  readonly blockSize: number | undefined;
  readonly preview: Preview;
}

/** One file of the matrix, asked as the command line and the preview ask it. What can be read once is opened for each question. */
export class Engine {
  readonly layout: Layout;
  readonly #options: EngineOptions;
  #dataset: Dataset | undefined;
  #previewing: Promise<unknown> | undefined;
  #previewed: GrowingFiles | undefined;

  constructor(options: EngineOptions) {
    this.layout = options.layout;
    this.#options = options;
  }

  async count(query: string): Promise<number> {
    return this.#asked(
      async (dataset) => (await countTo(dataset, { query: this.#named(query) }, context)).matched,
    );
  }

  async export(query: string, to: ExportFormat): Promise<string> {
    return (await this.#exported(query, to)).text();
  }

  async exportBytes(query: string, to: ExportFormat): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#exported(query, to)).bytes();
  }

  async #exported(query: string, to: ExportFormat): Promise<MemorySink> {
    return this.#asked(async (dataset) => {
      const sink = new MemorySink();
      await exportTo(dataset, { query: this.#named(query), to, sink, programs }, context);
      return sink;
    });
  }

  /** As `export` to JSON Lines, by following a copy of the file that grows; of what cannot be followed, by an export. */
  async followed(query: string): Promise<string> {
    const { location, growing, followed = growing } = this.#options;
    if (followed) return this.#followedInTurn(query, followed);
    if (!this.#growsByBytes) return this.export(query, 'jsonl');
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-follow-'));
    try {
      const path = join(folder, basename(location));
      const bytes = await readFile(location);
      // The first of many rows are written before all are there.
      let rest = bytes.subarray(bytes.length > 64 * 1024 ? (2 * bytes.length) / 3 : bytes.length);
      await writeFile(path, bytes.subarray(0, bytes.length - rest.length));
      const sink = new MemorySink();
      const growing: ByteSink = {
        name: 'growing',
        async write(chunk) {
          await sink.write(chunk);
          // In each piece are records that match, behind the end of one that is longer than a piece.
          const now = rest.subarray(0, rest.indexOf(lineFeed) + 10_001);
          rest = rest.subarray(now.length);
          if (now.length > 0) await appendFile(path, now);
        },
        commit: () => sink.commit(),
        discard: () => sink.discard(),
      };
      const end = new AbortController().signal;
      const follower = new Follower({ find: () => Promise.resolve([path]), finds: false, end, idleMs: 1 });
      const dataset = await this.#open(placeAt(path));
      try {
        const asked = {
          query: this.#named(query),
          to: 'jsonl',
          sink: growing,
          onlyNew: false,
          say: () => undefined,
        } as const;
        await followTo(dataset, follower, asked, signal);
        await sink.commit();
        return sink.text();
      } finally {
        await follower.close();
        await dataset.close();
      }
    } catch (error) {
      if (error instanceof SourceError && error.failure === 'unsupported')
        return await this.export(query, 'jsonl');
      throw error;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** The same of files that grow in turn, of which some become others of the same name. */
  async #followedInTurn(query: string, growing: Growing): Promise<string> {
    const files = await GrowingFiles.of(growing);
    const dataset = await this.#opened(files);
    try {
      const sink = new MemorySink();
      await files.follow(dataset, this.#named(query), sink);
      await sink.commit();
      return sink.text();
    } finally {
      await dataset.close();
      await files.remove();
    }
  }

  /** Opens a copy of files that grow. */
  #opened(files: GrowingFiles): Promise<Dataset> {
    return this.layout.via === 'files'
      ? this.#open(placeAt(files.folder), undefined, files.paths)
      : this.#open(placeAt(files.paths[0]));
  }

  /** Whether the first bytes of the file are a file too. */
  get #growsByBytes(): boolean {
    const { via, kind } = this.layout;
    return via === 'file' && kind !== 'parquet' && this.#options.files === undefined;
  }

  /** As `count`, of a copy of the file that is counted before and after it has grown; of what cannot grow, at once. */
  async countedOn(query: string): Promise<number> {
    const { location } = this.#options;
    if (!this.#growsByBytes) return this.count(query);
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-grow-'));
    try {
      const path = join(folder, basename(location));
      const bytes = await readFile(location);
      const cut = Math.floor((2 * bytes.length) / 3);
      const isLong = bytes.length > 64 * 1024;
      await writeFile(path, isLong ? bytes.subarray(0, cut) : bytes);
      const dataset = await this.#open(placeAt(path));
      const tail = await Tail.open(path);
      try {
        const count = async (): Promise<number> =>
          (await countTo(dataset, { query: this.#named(query) }, context)).matched;
        if (!isLong || !canGrow(dataset)) return await this.count(query);
        for (let turn = 0; turn < 2; turn++) await count();
        await appendFile(path, bytes.subarray(cut));
        for (
          let growth = await growthOf(dataset, tail, signal);
          growth;
          growth = await growthOf(dataset, tail, signal)
        )
          dataset.grow(growth);
        return await count();
      } finally {
        await tail.close();
        await dataset.close();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** What several queries select in one pass. */
  async exportAll(queries: readonly [string, ...string[]], to: ExportFormat): Promise<string[]> {
    return this.#asked(async (dataset) => {
      const sinks = queries.map(() => new MemorySink());
      const [first, ...also] = queries.map((query, i) => ({ query: this.#named(query), to, sink: sinks[i] }));
      await exportAll(dataset, { ...first, programs }, also, context);
      return sinks.map((sink) => sink.text());
    });
  }

  /** The files that an export writes to a name for many, by their names. */
  async exportSplit(query: string, name: string, limits: PartLimits): Promise<Map<string, string>> {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-split-'));
    try {
      const template = parseTemplate(join(folder, name));
      await this.#asked(async (dataset) => {
        await rm(folder, { recursive: true });
        const split = new SplitSink({ template, limits, overwrite: false, sources: [], taken: [] });
        await exportTo(dataset, { query: this.#named(query), to: 'jsonl', split, programs }, context);
      });
      const files = (await readdir(folder)).sort();
      const texts = files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const);
      return new Map(await Promise.all(texts));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** The rows of a query that reads another file: they are told where that is. */
  async joined(other: FileContent, query: (path: string) => string): Promise<unknown[]> {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-join-'));
    try {
      const path = join(folder, other.name);
      await writeFile(path, other.bytes);
      const lines = (await this.export(query(path), 'jsonl')).split('\n').slice(0, -1);
      return lines.map((line): unknown => JSON.parse(line));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** What the file and a copy of it that a query has made differ in, by `id`. */
  async compared(query: string, to: 'jsonl' | 'csv'): Promise<DiffSummary> {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-diff-'));
    try {
      const path = join(folder, `copy.${to}`);
      await writeFile(path, await this.export(query, to));
      const { pool, blockSize } = this.#options;
      const copy = await Dataset.open({ kind: 'file', path }, { signal, pool, blockSize });
      try {
        return await this.#asked((dataset) => diffFiles(dataset, copy, { keys: ['id'] }, context));
      } finally {
        await copy.close();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** The rejects of the whole file, and how many records it has. */
  async rejects(): Promise<{ readonly records: number; readonly lines: string[] }> {
    return this.#asked(async (dataset) => {
      const rejects = new MemorySink();
      const { records } = await countTo(dataset, { query: '', rejects }, context);
      return { records, lines: rejects.text().split('\n').slice(0, -1) };
    });
  }

  /** A schema of the whole file. */
  async schema(): Promise<object> {
    return (await this.#asked((dataset) => inferSchema(dataset, '', context))).schema;
  }

  /** The rows of a query to the file as a schema sees it. */
  async checked(schema: object, query: string): Promise<unknown[]> {
    const sink = new MemorySink();
    await this.#asked(
      (dataset) => exportTo(dataset, { query: this.#named(query), to: 'jsonl', sink }, context),
      schemaOf(schema),
    );
    const lines = sink.text().split('\n').slice(0, -1);
    return lines.map((line): unknown => JSON.parse(line));
  }

  /** How many records are checked by a schema, how many it does not allow, and in which report those are. */
  async check(schema: object): Promise<{ records: number; invalid: number; reported: number[] }> {
    const report = new MemorySink();
    const { checked } = await this.#asked(
      (dataset) => countTo(dataset, { query: '', checks: { report } }, context),
      schemaOf(schema),
    );
    const lines = report.text().split('\n').slice(0, -1);
    const reported = lines.map((line) => (JSON.parse(line) as { readonly record: number }).record);
    return { records: checked?.records ?? 0, invalid: checked?.invalid ?? 0, reported };
  }

  async call<K extends Exclude<keyof PreviewCalls, `host/${string}`>>(
    method: K,
    params: PreviewCalls[K]['params'],
  ): Promise<PreviewCalls[K]['result']> {
    const { preview, location, files, growing, layout } = this.#options;
    const options = { rows: layout.rows, pattern: layout.pattern, mergeBy: layout.orderBy };
    this.#previewing ??= growing
      ? this.#previewAsItGrows(growing)
      : preview.host.call('open', {
          session: 1,
          file: { location, files: files && { folder: '', names: files }, options },
        });
    await this.#previewing;
    return preview.page.call(method, params);
  }

  async #previewAsItGrows(growing: Growing): Promise<void> {
    this.#previewed = await GrowingFiles.of(growing);
    const warmed = ['w > 0', '|> AGGREGATE count(*) AS c GROUP BY o'].map((query) => this.#named(query));
    await this.#previewed.preview(this.#options.preview, this.layout, warmed);
  }

  /** Runs a query to its end. */
  async view(query: string): Promise<ViewState> {
    const state = await this.call('run', { query: this.#named(query) });
    if (state.phase !== 'done') throw new Error(`${query} ended as ${state.phase}: ${told(state)}`);
    return state;
  }

  /** A query, or a column, as the file's format names columns. */
  #named(query: string): string {
    return queryFor(this.layout.kind, query);
  }

  /** Cells of a view as texts, after one look that learns the columns. */
  async cells(view: ViewState | undefined, first: number, names: readonly string[]): Promise<unknown> {
    const at = { view: view?.view ?? 0, first, count: 12 };
    await this.call('rows', { ...at, columns: [] });
    const known = view?.columns ?? (await this.call('info', null)).columns;
    const ids = names.map((name) => known.findIndex((column) => column.name === this.#named(name)));
    const there = ids.filter((id) => id >= 0);
    const page = await this.call('rows', { ...at, columns: there });
    const cells = cellsOf(page).map((row) =>
      ids.map((id) => (id < 0 ? '(missing)' : row[there.indexOf(id)])),
    );
    return { records: [...page.records], cells };
  }

  async close(): Promise<void> {
    await this.#dataset?.close();
    this.#dataset = undefined;
    if (this.#previewing) await this.#options.preview.host.call('close', { session: 1 });
    this.#previewing = undefined;
    await this.#previewed?.remove();
    this.#previewed = undefined;
  }

  /** A file is opened once for all questions, so that what one has taught the index serves the next. */
  async #asked<T>(ask: (dataset: Dataset) => Promise<T>, schema?: SchemaSpec): Promise<T> {
    const { growing } = this.#options;
    if (growing && !schema) return this.#askedAsItGrows(growing, ask);
    const isKept = schema === undefined;
    if (
      isKept &&
      (this.layout.via.startsWith('file') || this.layout.via === 'http' || this.layout.via === 'data')
    ) {
      this.#dataset ??= await this.#open(this.#spec);
      return ask(this.#dataset);
    }
    const dataset =
      this.layout.via === 'stdin' ? await this.#openInput(schema) : await this.#open(this.#spec, schema);
    try {
      return await ask(dataset);
    } finally {
      await dataset.close();
    }
  }

  /** Asks before a copy of the files grows, in between, and at last. */
  async #askedAsItGrows<T>(growing: Growing, ask: (dataset: Dataset) => Promise<T>): Promise<T> {
    const files = await GrowingFiles.of(growing);
    const dataset = await this.#opened(files);
    try {
      for (let turn = 0; turn < 2; turn++) await ask(dataset);
      await countTo(dataset, { query: '' }, context);
      await files.growIn(dataset, ask);
      return await ask(dataset);
    } finally {
      await dataset.close();
      await files.remove();
    }
  }

  get #spec(): SourceSpec {
    const { location } = this.#options;
    return placeAt(location);
  }

  #open(spec: SourceSpec, schema?: SchemaSpec, files = this.#options.files): Promise<Dataset> {
    const { location, pool, store, blockSize } = this.#options;
    const options = {
      rows: this.layout.rows,
      pattern: this.layout.pattern,
      pool,
      store,
      blockSize,
      signal,
      schema,
      merge: this.layout.mergeBy === undefined ? undefined : MergeBy.of(this.layout.mergeBy),
      mergeBy: this.layout.orderBy,
      beside: 'any',
    } as const;
    return files ? openFiles(location, filesAt(files), options) : Dataset.open(spec, options);
  }

  /**
   * Standard input is, for as long as it takes to open it, the end of a real socket, as it is behind another program
   * that Node has started. A program for each question would take longer than the answer.
   */
  async #openInput(schema: SchemaSpec | undefined): Promise<Dataset> {
    const { location } = this.#options;
    const server = createServer();
    const path =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\rowriver-${process.pid}-${++inputs}`
        : join(tmpdir(), `rowriver-${process.pid}-${++inputs}.sock`);
    server.listen(path);
    await once(server, 'listening');
    const input = connect(path);
    const [other] = (await once(server, 'connection')) as [Socket];
    server.close();
    // Who has read enough hangs up.
    pipeline(createReadStream(location), other).catch(() => undefined);
    const own = Object.getOwnPropertyDescriptor(process, 'stdin');
    Object.defineProperty(process, 'stdin', { value: input, configurable: true });
    try {
      return await this.#open({ kind: 'stdin' }, schema);
    } finally {
      if (own) Object.defineProperty(process, 'stdin', own);
    }
  }
}

function schemaOf(schema: object): SchemaSpec {
  const address = 'file:///schema.json';
  return specOf({ root: address, documents: [{ address, schema }] }, undefined);
}

class MemorySink implements ByteSink {
  readonly name = 'memory';
  readonly #parts: Buffer[] = [];
  #committed = false;

  write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(Buffer.from(bytes));
    return Promise.resolve();
  }

  commit(): Promise<void> {
    this.#committed = true;
    return Promise.resolve();
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  bytes(): Uint8Array<ArrayBuffer> {
    if (!this.#committed) throw new Error('What was written was not committed.');
    return Uint8Array.from(Buffer.concat(this.#parts));
  }

  text(): string {
    const bytes = Buffer.from(this.bytes().buffer);
    // A text in UTF-16 stays in it.
    return bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString();
  }
}
