import { saidOf } from '../../said/said.ts';
import { once } from 'node:events';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { onAbort } from '../../protocol/abort.ts';
import type { ExportProgress, RemoteRows } from '../../protocol/engine.ts';
import type {
  FiguresThere,
  RemoteInfo,
  RemoteState,
  RowLimits,
  WrittenThere,
} from '../../protocol/remote.ts';
import { Dataset, type DatasetOptions } from '../dataset/dataset.ts';
import { refuseOpen } from '../dataset/doubt/doubts.ts';
import { QuerySyntaxError } from '../dataset/plan.ts';
import { parseQuery } from '../query/index.ts';
import { SourceError } from '../source/source.ts';
import { parseSparkAddress, tokenVariable } from './address.ts';
import { RecentMap } from '../recentMap.ts';
import { columnTypes, jsonLines } from './arrowRows.ts';
import { askedColumn, type ColumnTypes } from './columnKind.ts';
import { columnsAtOnce, type ColumnPlot } from './plots.ts';
import { RemoteError } from './remoteError.ts';
import { RowBudget } from './rowBudget.ts';
import { SparkRun } from './run.ts';

/** Rows are shown when so many bytes of them have come: few, as what a filter lets through may come slowly. */
const blockSize = 64 * 1024;
/** How often listeners are told of more rows: people see no more. */
const tellMs = 100;
/** Columns of which what is drawn is kept. */
const plotsKept = 512;

/**
 * The rows of a query that a cluster runs, which can be opened once, as a file of JSON Lines that is still being written. They
 * are kept in a temporary file as they come.
 */
export class RemoteResult {
  readonly info: RemoteInfo;
  readonly #name: string;
  readonly #run: SparkRun;
  readonly #budget: RowBudget;
  readonly #bytes: Readable;
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #began = performance.now();
  /** Of the rows, from the first of them on. */
  #types: ColumnTypes = new Map();
  readonly #plots = new RecentMap<string, ColumnPlot>(plotsKept);
  #phase: RemoteState['phase'] = 'running';
  #cluster: RemoteState['cluster'];
  #counted: number | undefined;
  #failure: RemoteError | undefined;
  #telling: NodeJS.Timeout | undefined;

  private constructor(name: string, info: RemoteInfo, run: SparkRun, limits: RowLimits) {
    this.#name = name;
    this.info = info;
    this.#run = run;
    this.#budget = new RowBudget(limits);
    this.#bytes = Readable.from(this.#lines(), { objectMode: false });
  }

  /**
   * Checks the query, and finds the cluster that is to run it; which it does once the rows are opened.
   * @param name what messages call the rows
   * @param open opens the file that is asked, which is closed here
   * @throws QuerySyntaxError; RemoteError, SourceError; the signal's reason
   */
  static async make(
    name: string,
    { query: text, address: written, token, path, infers, limits }: RemoteRows,
    open: (signal: AbortSignal) => Promise<Dataset>,
    signal: AbortSignal,
  ): Promise<RemoteResult> {
    const environment = token === undefined ? process.env : { ...process.env, [tokenVariable]: token };
    const address = parseSparkAddress(written, environment);
    const parsed = parseQuery(text);
    if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics, text);
    const dataset = await open(signal);
    try {
      refuseOpen(text, dataset);
      const run = await SparkRun.begin(dataset, { query: parsed.query, text, address, path, infers }, signal);
      const info = {
        at: address.shown,
        version: run.version,
        name: basename(dataset.name),
        path,
        query: text,
      };
      return new RemoteResult(name, info, run, limits);
    } finally {
      await dataset.close();
    }
  }

  get state(): RemoteState {
    const { rows, bytes, limits } = this.#budget;
    return { phase: this.#phase, rows, bytes, limits, cluster: this.#cluster, counted: this.#counted };
  }

  /** How far the opening is. */
  get step(): ExportProgress {
    const { rows, bytes } = this.#budget;
    const elapsedMs = performance.now() - this.#began;
    const cluster = this.#cluster ?? null;
    return { records: rows, matched: rows, scanned: bytes, total: undefined, elapsedMs, cluster };
  }

  /** Calls when it has come further. @returns what ends that */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The rows; whoever opens them closes them. @throws RemoteError before the first of them; SourceError; the signal's reason */
  async open(options: Omit<DatasetOptions, 'format'>): Promise<Dataset> {
    const stop = onAbort(options.signal, () => this.stop());
    try {
      const input = { name: this.#name, bytes: this.#bytes, keep: Infinity };
      const place = { kind: 'stdin', input, encoding: 'utf-8' } as const;
      return await Dataset.open(place, { ...options, format: 'jsonl', blockSize });
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      stop();
    }
  }

  /** Ends the query there. The rows that have come stay. */
  stop(): void {
    if (this.#phase !== 'running') return;
    this.#become('stopped');
    this.#stopping.abort();
  }

  /** Counts there how many rows there are. @throws RemoteError; the signal's reason */
  async count(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    this.#counted = Number(await this.#run.count(either));
    this.#tell();
  }

  /**
   * What a column holds in all rows, found there.
   * @param fields names from the row to the column
   * @throws RemoteError; the signal's reason
   */
  figures(fields: readonly string[], signal: AbortSignal): Promise<FiguresThere> {
    return this.#run.figures(
      askedColumn(this.#types, fields),
      AbortSignal.any([signal, this.#closing.signal]),
    );
  }

  /**
   * What headers draw of columns, of all rows, found there. What is known already is told first.
   * @param columns names from the row to each column
   * @param tell is told of some columns, by their places in `columns`, as they are found
   * @throws RemoteError; the signal's reason
   */
  async plots(
    columns: readonly (readonly string[])[],
    signal: AbortSignal,
    tell: (found: ReadonlyMap<number, ColumnPlot>) => void,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const keys = columns.map((fields) => JSON.stringify(fields));
    const known = keys.flatMap((key, at) => {
      const plot = this.#plots.get(key);
      return plot ? [[at, plot] as const] : [];
    });
    if (known.length > 0) tell(new Map(known));
    const isKnown = new Set(known.map(([at]) => at));
    const missing = [...columns.keys()].filter((at) => !isKnown.has(at));
    for (let from = 0; from < missing.length; from += columnsAtOnce) {
      const part = missing.slice(from, from + columnsAtOnce);
      const asked = part.map((at) => askedColumn(this.#types, columns[at]));
      const found = await this.#run.plots(asked, 'header', either);
      for (const [index, at] of part.entries()) this.#plots.set(keys[at], found[index]);
      tell(new Map(part.map((at, index) => [at, found[index]])));
    }
  }

  /** Has all rows written there. @throws RemoteError, also where there is something at the path; the signal's reason */
  async write(to: WrittenThere, signal: AbortSignal): Promise<void> {
    await this.#run.write(to, AbortSignal.any([signal, this.#closing.signal]));
  }

  /** Ends what is under way there. Safe to call twice. */
  async close(): Promise<void> {
    this.stop();
    this.#closing.abort();
    clearTimeout(this.#telling);
    this.#listeners.clear();
    // The query is interrupted there before the session is let go.
    if (!this.#bytes.closed) {
      this.#bytes.destroy();
      await once(this.#bytes, 'close');
    }
    await this.#run.close();
  }

  async *#lines(): AsyncGenerator<Uint8Array> {
    const { signal } = this.#stopping;
    const tell = (cluster: RemoteState['cluster']): void => {
      this.#cluster = cluster;
      this.#tell();
    };
    try {
      for await (const batch of this.#run.rows(signal, tell)) {
        if (this.#types.size === 0) this.#types = columnTypes(batch);
        for (const lines of jsonLines(batch)) {
          const part = this.#budget.take(lines);
          if (part.length > 0) {
            this.#tellSoon();
            yield part;
          }
          if (part.length < lines.length) {
            this.#become('limited');
            return;
          }
        }
      }
      this.#become('done');
    } catch (error) {
      if (signal.aborted) return;
      this.#become('failed');
      if (error instanceof RemoteError) this.#failure = error;
      throw new SourceError('failed', saidOf(error), 0, { cause: error });
    }
  }

  #become(phase: RemoteState['phase']): void {
    if (this.#phase !== 'running') return;
    this.#phase = phase;
    this.#tell();
  }

  /** Rows may come by the thousand, and then none for a long time. */
  #tellSoon(): void {
    this.#telling ??= setTimeout(() => this.#tell(), tellMs);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    for (const listener of [...this.#listeners]) listener();
  }
}
