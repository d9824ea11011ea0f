import { setTimeout as delay } from 'node:timers/promises';
import type { SentRows } from '../../../protocol/engine.ts';
import { said, type Said } from '../../../said/said.ts';
import { valueColumn } from './tableSurvey.ts';
import type { Batch } from '../http/batch.ts';
import { BatchMaker } from '../http/batchMaker.ts';
import { deadLettersIn, type DeadLetters } from '../http/deadLetters.ts';
import type { RowPlaces } from '../http/rowPlaces.ts';
import type { RowService } from '../http/rowService.ts';
import type { ColumnType } from '../typed/columnType.ts';
import type { DerivedColumns } from '../derivedRow.ts';
import { SinkError } from '../sinkError.ts';
import { either } from '../../source/signals.ts';
import { nameOfTable, quoted, type PostgresAddress, type TableName } from './address.ts';
import { Connection, reasonOf, refusalOf, rowOf } from './connection.ts';
import { CopyText } from './copyText.ts';
import { Loads } from './loads.ts';
import { columnsFor, createTable, findTarget, type Target } from './target.ts';

export interface PostgresOptions {
  readonly table: TableName;
  /** The types of the columns of a table that is to be made; undefined: it is there. */
  readonly create?: ReadonlyMap<string, ColumnType> | undefined;
  /** Rows in a transaction. */
  readonly batch?: number | undefined;
  /** How often a transaction is tried before the run ends. */
  readonly attempts?: number | undefined;
  /** Before the second attempt; twice as long before each one after that. */
  readonly retryMs?: number | undefined;
  /** How long the server may take for one statement. */
  readonly timeoutMs?: number | undefined;
  /** Takes rows that the database refuses. Without it, the first such row ends the run. */
  readonly deadLetters?: DeadLetters | undefined;
  /** Stands for the rows: another file, reading or query has another one. Keys begin with it. */
  readonly identity: string;
  /** Whether an empty text is no value, as in a delimited text. */
  readonly emptyIsNull: boolean;
  /** Whether to go on with a run that has ended early. */
  readonly resume?: boolean | undefined;
  /** Whether the rows are dead letters, whose own rows are loaded. */
  readonly resend?: boolean | undefined;
  readonly signal: AbortSignal;
}

const usualBatch = 10_000;
/** A transaction also ends where its rows have so many bytes. */
const batchBytes = 8 * 1024 * 1024;
const longestWaitMs = 60_000;
/** How many rows are tried at once behind one that was refused; twice as many when they are taken. */
const fewRows = 16;

interface Refused {
  readonly row: number;
  readonly reason: Said;
}

/**
 * Loads rows into a table of PostgreSQL by COPY, a batch in each transaction, in their order. How many are loaded is
 * noted in the same transaction, so that each row is loaded once, whatever happens.
 */
export class PostgresSink implements RowService {
  readonly name: string;
  readonly needsColumns = true;
  readonly resends: boolean;
  readonly #address: PostgresAddress;
  readonly #options: PostgresOptions;
  readonly #maker: BatchMaker;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #release: () => void;
  /** Keys of rows that are among the dead letters, and not noted as done. */
  #dead = new Set<string>();
  #connection: Connection | undefined;
  #target: Target | undefined;
  #loads: Loads | undefined;
  #columns: readonly string[] = [];
  #text: CopyText | undefined;
  #underWay: Promise<void> | undefined;
  #failure: Error | undefined;
  /** Rows that are loaded or given up, of this run and of the one that it goes on with. */
  #done = 0;
  #before = 0;
  #accepted = 0;
  #batches = 0;
  #retries = 0;
  #givenUp = 0;
  #bytes = 0;

  constructor(address: PostgresAddress, options: PostgresOptions) {
    this.name = nameOfTable(address, options.table);
    this.resends = options.resend === true;
    this.#address = address;
    this.#options = options;
    this.#maker = new BatchMaker({ rows: options.batch ?? usualBatch, bytes: batchBytes });
    ({ signal: this.#signal, release: this.#release } = either(options.signal, this.#stop.signal));
  }

  get sent(): SentRows {
    return {
      accepted: this.#accepted,
      batches: this.#batches,
      before: this.#before,
      retries: this.#retries,
      givenUp: this.#givenUp,
      bytes: this.#bytes,
    };
  }

  async begin(columns: DerivedColumns): Promise<void> {
    const paths =
      columns.kind === 'named'
        ? columns.names.map((name) => [name])
        : [...new Map(columns.paths.map((path) => [path.at(0), path.slice(0, 1)])).values()];
    const names = paths.map(([name = valueColumn]) => name);
    await this.#tried((connection) => this.#prepare(connection, names));
    const { deadLetters, resume } = this.#options;
    if (deadLetters && resume) this.#dead = await deadLetters.keysOf((row) => row > this.#before);
    this.#text = new CopyText(paths, this.#options.emptyIsNull);
  }

  async write(piece: Uint8Array, places?: RowPlaces, ends?: Uint32Array): Promise<void> {
    const batches = this.resends ? this.#resent(piece) : this.#maker.add(piece, places, ends);
    for (const batch of batches) await this.#start(batch);
  }

  async commit(): Promise<void> {
    for (const batch of this.#maker.finish()) await this.#start(batch);
    await this.#settle();
    await this.#tried(async (connection) => this.#loads?.end(connection));
    await this.discard();
  }

  async discard(): Promise<void> {
    this.#stop.abort();
    await this.#underWay;
    this.#connection?.close();
    this.#release();
    await this.#options.deadLetters?.close();
  }

  *#resent(piece: Uint8Array): Generator<Batch> {
    for (const { raw, place } of deadLettersIn(piece)) yield* this.#maker.addRow(raw, place);
  }

  /** One batch is loaded while the next one is made. */
  async #start(whole: Batch): Promise<void> {
    await this.#settle();
    const [first, last] = [whole.place(0).row, whole.place(whole.count - 1).row];
    const known = Math.min(whole.count, Math.max(0, this.#before - first + 1));
    if (known === whole.count) return;
    const batch = known === 0 ? whole : whole.pick(numbers(known, whole.count));
    this.#underWay = this.#tried((connection) => this.#load(connection, batch, last)).catch(
      (error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      },
    );
  }

  async #settle(): Promise<void> {
    await this.#underWay;
    this.#options.signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Does something on a connection, and does it again where that may help. @throws SinkError; the signal's reason */
  async #tried(work: (connection: Connection) => Promise<void>): Promise<void> {
    const { attempts = 6, retryMs = 500, timeoutMs = 60_000 } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#connection ??= await Connection.open(this.#address.url, timeoutMs, this.#signal);
        await work(this.#connection);
        return;
      } catch (error) {
        this.#connection?.close();
        this.#connection = undefined;
        this.#signal.throwIfAborted();
        if (error instanceof SinkError) throw error;
        if (refusalOf(error) !== 'later') throw this.#error(said`${reasonOf(error)}`, error);
        if (attempt >= attempts)
          throw this.#error(said`${reasonOf(error)} (after ${attempts} attempts)`, error);
        this.#retries++;
        const wait = Math.min(longestWaitMs, retryMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
        await delay(wait, undefined, { signal: this.#signal });
      }
    }
  }

  async #prepare(connection: Connection, names: readonly string[]): Promise<void> {
    const { table, create, resume = false, identity } = this.#options;
    await connection.query('BEGIN');
    let target = await findTarget(connection, table);
    if (create && !resume) {
      if (target) throw this.#error(said`the table is there already: leave out --create-table`);
      await connection.query(createTable(table, create));
      target = await findTarget(connection, table);
    }
    if (!target) throw this.#error(said`there is no such table: --create-table makes it`);
    const loads = new Loads(target, identity);
    await loads.prepare(connection);
    const loaded = await loads.loaded(connection);
    if (resume && loaded === 0) {
      const message = said`There is nothing to resume: no run of this query into ${this.name} has ended early, or the file has changed since.`;
      throw new SinkError('nothing-to-resume', message);
    }
    if (!resume && loaded > 0) {
      throw this.#error(
        said`an earlier run has loaded ${loaded.toLocaleString('en')} of the same rows and ended early. Go on with --resume, or, to load all of them again, enter ${loads.forgetting}`,
      );
    }
    const columns = columnsFor(names, target);
    const unknown = names.filter((_, i) => columns[i] === undefined);
    if (unknown.length > 0) {
      const more = unknown.length > 5 ? said` and ${unknown.length - 5} more` : '';
      throw this.#error(
        said`the table has no column ${unknown
          .slice(0, 5)
          .map((name) => quoted(name))
          .join(', ')}${more}: leave it out, or name it otherwise, with SELECT`,
      );
    }
    if (names.length === 0) throw this.#error(said`the rows have no columns`);
    await connection.query('COMMIT');
    this.#columns = columns.flatMap((column) => column ?? []);
    [this.#target, this.#loads, this.#done, this.#before] = [target, loads, loaded, loaded];
  }

  /** @param last the number of the last row of the batch among all rows */
  async #load(connection: Connection, batch: Batch, last: number): Promise<void> {
    const loads = this.#loads;
    if (!loads) throw new TypeError('It has not begun.');
    await connection.query('BEGIN');
    const loaded = await loads.loaded(connection);
    // The answer to an attempt before this one was lost, and what it did was not.
    const isThere = loaded === last && this.#done < last;
    if (!isThere && loaded !== this.#done) throw this.#error(otherRun);
    const refused: Refused[] = [];
    if (isThere) {
      await connection.query('ROLLBACK');
    } else {
      if (!(await loads.note(connection, this.#done, last))) throw this.#error(otherRun);
      await connection.query('SET CONSTRAINTS ALL IMMEDIATE');
      const bytes = await this.#copyAll(connection, batch, refused);
      // Before the rows behind it are noted as done: what is given up is lost in no case.
      await this.#keep(batch, refused);
      await connection.query('COMMIT');
      this.#bytes += bytes;
    }
    this.#done = last;
    this.#batches++;
    const given = numbers(0, batch.count).filter((row) => this.#dead.delete(this.#keyOf(batch, row))).length;
    this.#givenUp += given;
    this.#accepted += batch.count - given;
  }

  /** Copies all rows of a batch that the database takes. @returns bytes that were sent for these */
  async #copyAll(connection: Connection, batch: Batch, refused: Refused[]): Promise<number> {
    let bytes = 0;
    for (let at = 0, size = batch.count; at < batch.count;) {
      const end = Math.min(at + size, batch.count);
      const part = end - at === batch.count ? batch : batch.pick(numbers(at, end));
      const unreadable: number[] = [];
      const data = this.#encode(part, unreadable);
      if (unreadable.length > 0 && part.count > 1) {
        size = unreadable[0] === 0 ? 1 : unreadable[0];
        continue;
      }
      const error =
        unreadable.length > 0
          ? new SinkError('failed', said`The row is no JSON`)
          : await this.#copy(connection, data);
      if (error === undefined) {
        bytes += data.length;
        [at, size] = [end, 2 * (end - at)];
      } else if (part.count === 1) {
        refused.push({ row: at, reason: reasonOf(error) });
        [at, size] = [end, fewRows];
      } else {
        // The rows before the one that the server names are taken first; it is tried alone then.
        const row = (rowOf(error) ?? 0) - 1;
        size = row > 0 && row < part.count ? row : row === 0 ? 1 : Math.ceil(part.count / 2);
      }
    }
    return bytes;
  }

  #encode(part: Batch, unreadable: number[]): Uint8Array {
    if (!this.#text) throw new TypeError('It has not begun.');
    return this.#text.encode(part.lines, (row) => unreadable.push(row));
  }

  /** @returns why a row of them was refused, and none of them is there; undefined where all are */
  async #copy(connection: Connection, data: Uint8Array): Promise<unknown> {
    if (!this.#target) throw new TypeError('It has not begun.');
    const { schema, table } = this.#target;
    const columns = this.#columns.map((column) => quoted(column)).join(', ');
    await connection.query('SAVEPOINT rowriver');
    try {
      await connection.copy(
        `COPY ${quoted(schema, table)} (${columns}) FROM STDIN WITH (ENCODING 'UTF8')`,
        data,
      );
    } catch (error) {
      if (refusalOf(error) !== 'row') throw error;
      await connection.query('ROLLBACK TO SAVEPOINT rowriver');
      return error;
    }
    await connection.query('RELEASE SAVEPOINT rowriver');
    return undefined;
  }

  /** Adds what is refused to the dead letters, where it is not among them from an attempt before. */
  async #keep(batch: Batch, refused: readonly Refused[]): Promise<void> {
    if (refused.length === 0) return;
    const { deadLetters } = this.#options;
    if (!deadLetters) {
      const { row, reason } = refused[0];
      throw this.#error(
        said`row ${batch.place(row).row} not accepted: ${reason}. With --dead-letter FILE such rows are kept there, and the others are loaded`,
      );
    }
    const fresh = refused.filter(({ row }) => !this.#dead.has(this.#keyOf(batch, row)));
    const rows = fresh.map(({ row }) => ({
      place: batch.place(row),
      key: this.#keyOf(batch, row),
      text: batch.text(row),
    }));
    await deadLetters.add(rows, (index) => ({ status: undefined, reason: fresh[index].reason }));
    for (const { key } of rows) this.#dead.add(key);
  }

  #keyOf(batch: Batch, row: number): string {
    const place = batch.place(row);
    return place.key ?? `${this.#options.identity}-${place.row}`;
  }

  #error(reason: Said, cause?: unknown): SinkError {
    return new SinkError('not-sent', said`${this.name} does not accept the rows: ${reason}.`, { cause });
  }
}

const otherRun = said`another process is loading the same rows at the same time`;

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
