import type { ColumnType } from '../typed/columnType.ts';
import { quoted, type TableName } from './address.ts';
import type { Connection } from './connection.ts';

/** A table as the database has it. */
export interface Target {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** Undefined where there is none that the connection's user sees. */
export async function findTarget(
  connection: Connection,
  { schema, table }: TableName,
): Promise<Target | undefined> {
  // Names without quotes are in lower case, so that one that is written otherwise may mean such a table.
  for (const name of new Set([table, table.toLowerCase()])) {
    const { rows } = await connection.query(
      `SELECT n.nspname AS schema, c.relname AS table, a.attname AS column
         FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'f')
          AND ($2::text IS NULL AND pg_catalog.pg_table_is_visible(c.oid) OR n.nspname = $2)
        ORDER BY a.attnum`,
      [name, schema],
    );
    const first = rows.at(0);
    if (first === undefined) continue;
    return {
      schema: textOf(first, 'schema'),
      table: textOf(first, 'table'),
      columns: rows.map((row) => textOf(row, 'column')).filter((column) => column !== ''),
    };
  }
  return undefined;
}

/** A value of a row of an answer as text; '' where there is none. */
export function textOf(row: unknown, name: string): string {
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** The column that each name means: the one that is called so, or else the only one but for letter case. */
export function columnsFor(names: readonly string[], { columns }: Target): (string | undefined)[] {
  return names.map((name) => {
    if (columns.includes(name)) return name;
    const alike = columns.filter((column) => column.toLowerCase() === name.toLowerCase());
    return alike.length === 1 && !names.includes(alike[0]) ? alike[0] : undefined;
  });
}

/** The statement that makes a table for columns of these types. */
export function createTable(name: TableName, types: ReadonlyMap<string, ColumnType>): string {
  const columns = [...types].map(([column, type]) => `${quoted(column)} ${sqlType(type)}`);
  const { schema, table } = name;
  const path = schema === undefined ? quoted(table) : quoted(schema, table);
  return `CREATE TABLE ${path} (${columns.join(', ')})`;
}

/** The type that holds all values of a column. */
function sqlType(type: ColumnType): string {
  switch (type.kind) {
    case 'boolean':
    case 'date':
    case 'text':
      return type.kind;
    case 'int64':
      return 'bigint';
    case 'double':
      return 'double precision';
    case 'decimal':
      return 'numeric';
    case 'timestamp':
      // PostgreSQL's times are of microseconds.
      return type.unit === 'NANOS' ? 'text' : type.zoned ? 'timestamptz' : 'timestamp';
    case 'list':
    case 'struct':
      return 'jsonb';
  }
}
