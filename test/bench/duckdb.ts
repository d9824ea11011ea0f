import { rm } from 'node:fs/promises';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** DuckDB at its best settings for these jobs: as many threads as we use, only the columns that a query needs. */
export class DuckDb {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async start(threads: number): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
    const connection = await instance.connect();
    await connection.run('SET preserve_insertion_order = true');
    return new DuckDb(connection);
  }

  /** The number in the first row. */
  async number(sql: string): Promise<number> {
    const reader = await this.#connection.runAndReadAll(sql);
    return Number(reader.getRows()[0][0]);
  }

  /** How many rows there are; all are fetched. */
  async rows(sql: string): Promise<number> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.currentRowCount;
  }

  async copy(sql: string, target: string): Promise<number> {
    await rm(target, { force: true });
    return this.number(sql);
  }

  close(): void {
    this.#connection.closeSync();
  }
}

export function readJson(path: string, columns: Record<string, string>): string {
  const list = Object.entries(columns).map(([name, type]) => `${quoted(name)}: ${quoted(type)}`);
  return `read_ndjson(${quoted(path)}, columns = {${list.join(', ')}})`;
}

/** Header and dialect given, types only for the columns that are compared as numbers. */
export function readCsv(path: string, types: Record<string, string>): string {
  const list = Object.entries(types).map(([name, type]) => `${quoted(name)}: ${quoted(type)}`);
  const typed = list.length > 0 ? `, types = {${list.join(', ')}}` : '';
  const dialect = `header = true, delim = ',', quote = '"', escape = '"', all_varchar = true`;
  return `read_csv(${quoted(path)}, ${dialect}${typed})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
