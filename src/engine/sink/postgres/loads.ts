import { quoted } from './address.ts';
import type { Connection } from './connection.ts';
import { textOf, type Target } from './target.ts';

/** The table, beside the one that is loaded, that has how many rows of each run are in it. */
const loadsTable = 'rowriver_loads';

/**
 * How many rows of a run are loaded. It is noted in the transaction in which they are, so that what it says is so
 * whatever happens.
 */
export class Loads {
  readonly name: string;
  readonly #target: string;
  readonly #run: string;

  /** @param run tells the run from others into the same database */
  constructor({ schema, table }: Target, run: string) {
    this.name = quoted(schema, loadsTable);
    this.#target = `${schema}.${table}`;
    this.#run = run;
  }

  /** Makes the table where there is none. */
  async prepare(connection: Connection): Promise<void> {
    const { rows } = await connection.query('SELECT pg_catalog.to_regclass($1)::text AS name', [this.name]);
    if (textOf(rows.at(0), 'name') !== '') return;
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${this.name} (run text PRIMARY KEY, target text NOT NULL, rows bigint NOT NULL, changed timestamptz NOT NULL DEFAULT now())`,
    );
  }

  /** 0 where none of the run's rows are. Waits for a transaction that is about to change it. */
  async loaded(connection: Connection): Promise<number> {
    const { rows } = await connection.query(
      `SELECT rows::text AS rows FROM ${this.name} WHERE run = $1 FOR UPDATE`,
      [this.#run],
    );
    return Number(textOf(rows.at(0), 'rows'));
  }

  /** @returns whether it was as far as `before`, and no other process is about to change that */
  async note(connection: Connection, before: number, rows: number): Promise<boolean> {
    const { count } =
      before === 0
        ? await connection.query(
            `INSERT INTO ${this.name} (run, target, rows) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
            [this.#run, this.#target, rows],
          )
        : await connection.query(
            `UPDATE ${this.name} SET rows = $3, changed = now() WHERE run = $1 AND rows = $2`,
            [this.#run, before, rows],
          );
    return count === 1;
  }

  async end(connection: Connection): Promise<void> {
    await connection.query(`DELETE FROM ${this.name} WHERE run = $1`, [this.#run]);
  }

  /** What somebody enters who wants all rows of the run to be loaded again. */
  get forgetting(): string {
    return `DELETE FROM ${this.name} WHERE run = '${this.#run}'`;
  }
}
