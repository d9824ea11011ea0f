import { said } from '../../said/said.ts';
import type { ClusterProgress, FiguresThere, WrittenThere } from '../../protocol/remote.ts';
import type { StatisticsDepth } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { QuerySyntaxError } from '../dataset/plan.ts';
import { printForSpark, type Query } from '../query/index.ts';
import type { SparkAddress } from './address.ts';
import { jsonLines } from './arrowRows.ts';
import { rowsIn, type AnswerRow } from './answerRow.ts';
import type { AskedColumn } from './columnKind.ts';
import { figuresOf, figureStatements } from './figures.ts';
import { partitionBase, relationOf } from './file.ts';
import { plotsOf, type ColumnPlot } from './plots.ts';
import { RemoteError } from './remoteError.ts';
import { SparkSession } from './session.ts';

/** So that times and names mean there what they mean here. */
const settings = { 'spark.sql.session.timeZone': 'UTC', 'spark.sql.caseSensitive': 'true' };

const onlyFolders = said`The folders of these files are columns, which only Spark itself knows of single files. Name the folder that holds them as the path on the cluster.`;

/** A query of a file, and where it is to run. */
export interface SparkQuery {
  readonly query: Query;
  readonly text: string;
  readonly address: SparkAddress;
  /** Where the cluster sees the file; undefined: at the same path as here. */
  readonly path: string | undefined;
}

/** A query that a cluster can run, of a file that it can read. Its owner closes it. */
export class SparkRun {
  /** As the server says it; undefined where it does not know. */
  readonly version: string | undefined;
  readonly #session: SparkSession;
  readonly #sql: string;

  private constructor(session: SparkSession, sql: string, version: string | undefined) {
    this.#session = session;
    this.#sql = sql;
    this.version = version;
  }

  /**
   * Checks the query, connects, and tells the file to Spark.
   * @throws QuerySyntaxError where Spark has no words for the query; RemoteError, SourceError, the signal's reason
   */
  static async begin(dataset: Dataset, asked: SparkQuery, signal: AbortSignal): Promise<SparkRun> {
    const printed = printForSpark(asked.query);
    if (!printed.ok) throw new QuerySyntaxError([printed.problem], asked.text);
    const relation = await relationOf(dataset, asked.path, signal);
    const session = new SparkSession(asked.address);
    try {
      const version = await session.version(signal);
      if (version === undefined && partitionBase in relation.options)
        throw new RemoteError('file', onlyFolders);
      await session.configure(settings, signal);
      await session.createView('data', relation, signal);
      return new SparkRun(session, printed.text, version);
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
  async count(signal: AbortSignal): Promise<string> {
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
  async figures(column: AskedColumn, signal: AbortSignal): Promise<FiguresThere> {
    const [one, values] = figureStatements(this.#sql, column);
    const found = await figuresOf(this.#objects(one, signal), this.#objects(values, signal));
    if (!found) throw new RemoteError('protocol', said`Spark did not answer with figures.`);
    const [{ histogram }] = await this.plots([column], 'panel', signal);
    return { ...found, histogram };
  }

  /** What is drawn of a few columns, of all rows: see `plotsOf`. @throws RemoteError; the signal's reason */
  async plots(
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
    return this.#session.write(this.#sql, to, signal);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
