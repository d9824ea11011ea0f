import { said } from '../../said/said.ts';
import type { ClusterProgress, FiguresThere, WrittenThere } from '../../protocol/remote.ts';
import type { StatisticsDepth } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { plannedFor, QuerySyntaxError } from '../dataset/plan.ts';
import { printForSpark, type Query } from '../query/index.ts';
import type { SparkAddress } from './address.ts';
import { jsonLines } from './arrowRows.ts';
import { rowsIn, type AnswerRow } from './answerRow.ts';
import type { AskedColumn } from './columnKind.ts';
import { figuresOf, figureStatements } from './figures.ts';
import { fileThere } from './file.ts';
import { plotsOf, type ColumnPlot } from './plots.ts';
import { RemoteError } from './remoteError.ts';
import { SparkSession } from './session.ts';
import { tableIn, viewOfTable, viewsOf, type View } from './views.ts';

/**
 * So that times and names mean there what they mean here, and the reader of a file passes over no record before all is read of it
 * that is wanted: a value of another type is NULL to its conditions, and would not be noticed.
 */
export const sessionSettings = {
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.caseSensitive': 'true',
  'spark.sql.json.filterPushdown.enabled': 'false',
  'spark.sql.csv.filterPushdown.enabled': 'false',
};

/** The version of Spark from which on it knows pipes. */
const firstWithPipes = 4;

/** A query of a file, and where it is to run. */
export interface SparkQuery {
  readonly query: Query;
  readonly text: string;
  readonly address: SparkAddress;
  /** Where the cluster sees the file, or `table:` and the name of a table there; undefined: at the same path as here. */
  readonly path: string | undefined;
  /** Whether the cluster finds the columns of the file and their types itself. */
  readonly infers?: boolean | undefined;
}

/** A query that a cluster can run, of a file that it can read. Its owner closes it. */
export class SparkRun {
  /** As the server says it; undefined where it does not know. */
  readonly version: string | undefined;
  readonly #address: SparkAddress;
  readonly #views: readonly View[];
  readonly #sql: string;
  #session: SparkSession;
  #isClosed = false;

  private constructor(
    address: SparkAddress,
    session: SparkSession,
    version: string | undefined,
    views: readonly View[],
    sql: string,
  ) {
    this.#address = address;
    this.#session = session;
    this.version = version;
    this.#views = views;
    this.#sql = sql;
  }

  /**
   * Checks the query, connects, and tells the file to Spark.
   * @throws QuerySyntaxError where Spark has no words for the query; RemoteError, SourceError, the signal's reason
   */
  static async begin(dataset: Dataset, asked: SparkQuery, signal: AbortSignal): Promise<SparkRun> {
    const printed = printForSpark(asked.query);
    if (!printed.ok) throw new QuerySyntaxError([printed.problem], asked.text);
    const asksErrors = plannedFor(asked.text, dataset.recognised.format).plan.needsFaulty;
    const table = tableIn(asked.path);
    const file = table === undefined ? await fileThere(dataset, asked.path, signal) : undefined;
    const session = new SparkSession(asked.address);
    try {
      const version = await session.version(signal);
      if (printed.isPiped && version !== undefined && Number.parseInt(version, 10) < firstWithPipes)
        throw new RemoteError(
          'query',
          said`Spark ${version} does not have the pipe syntax, which it needs for SET, RENAME and DROP. Spark 4 has it.`,
        );
      const how = { asksErrors, isSpark: version !== undefined, infers: asked.infers === true };
      const views = file ? viewsOf(file, how) : viewOfTable(table ?? '', asksErrors);
      await prepare(session, views, signal);
      return new SparkRun(asked.address, session, version, views, printed.text);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** See `SparkSession.query`. */
  rows(
    signal: AbortSignal,
    tell?: (progress: ClusterProgress) => void,
  ): AsyncGenerator<Uint8Array, undefined> {
    return this.#session.query(this.#sql, signal, tell);
  }

  /** How many rows there are, counted there, in decimal digits. @throws RemoteError; the signal's reason */
  count(signal: AbortSignal): Promise<string> {
    return this.#inSession(signal, () => this.#count(signal));
  }

  async #count(signal: AbortSignal): Promise<string> {
    const sql = `SELECT count(*) AS n FROM (${this.#sql})`;
    for await (const batch of this.#session.query(sql, signal)) {
      for (const line of jsonLines(batch)) {
        const found = /^\{"n":(\d+)\}/.exec(line.toString());
        if (found) return found[1];
      }
    }
    throw new RemoteError('protocol', said`Spark did not answer with a count.`);
  }

  /** What a column holds in all rows. @throws RemoteError; the signal's reason */
  figures(column: AskedColumn, signal: AbortSignal): Promise<FiguresThere> {
    return this.#inSession(signal, () => this.#figures(column, signal));
  }

  async #figures(column: AskedColumn, signal: AbortSignal): Promise<FiguresThere> {
    const [one, values] = figureStatements(this.#sql, column);
    const found = await figuresOf(this.#objects(one, signal), this.#objects(values, signal));
    if (!found) throw new RemoteError('protocol', said`Spark did not answer with figures.`);
    const [{ histogram }] = await this.#plots([column], 'panel', signal);
    return { ...found, histogram };
  }

  /** What is drawn of a few columns, of all rows: see `plotsOf`. @throws RemoteError; the signal's reason */
  plots(
    columns: readonly AskedColumn[],
    depth: StatisticsDepth,
    signal: AbortSignal,
  ): Promise<readonly ColumnPlot[]> {
    return this.#inSession(signal, () => this.#plots(columns, depth, signal));
  }

  async #plots(
    columns: readonly AskedColumn[],
    depth: StatisticsDepth,
    signal: AbortSignal,
  ): Promise<readonly ColumnPlot[]> {
    const found = await plotsOf(this.#sql, columns, depth, (sql) => this.#objects(sql, signal));
    if (!found) throw new RemoteError('protocol', said`Spark did not answer with figures.`);
    return found;
  }

  /** The rows of a statement, few and small ones. */
  async *#objects(sql: string, signal: AbortSignal): AsyncGenerator<AnswerRow> {
    for await (const batch of this.#session.query(sql, signal)) {
      for (const lines of jsonLines(batch)) yield* rowsIn(lines);
    }
  }

  /** See `SparkSession.write`. */
  write(to: WrittenThere, signal: AbortSignal): Promise<void> {
    return this.#inSession(signal, () => this.#session.write(this.#sql, to, signal));
  }

  /** Does what may be asked long after the rows have come, in a new session where the server has ended the one that was. */
  async #inSession<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const session = this.#session;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RemoteError) || error.failure !== 'session') throw error;
    }
    if (session === this.#session) await this.#renew(session, signal);
    return work();
  }

  /** One that could not be made ready is none. */
  async #renew(ended: SparkSession, signal: AbortSignal): Promise<void> {
    const made = new SparkSession(this.#address);
    let left = made;
    try {
      await prepare(made, this.#views, signal);
      // Another call may have been quicker.
      if (this.#session === ended && !this.#isClosed) [this.#session, left] = [made, ended];
    } finally {
      await left.close();
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#session.close();
  }
}

/** @throws RemoteError; the signal's reason */
async function prepare(session: SparkSession, views: readonly View[], signal: AbortSignal): Promise<void> {
  await session.configure(sessionSettings, signal);
  for (const view of views) await session.createView(view, signal);
}
