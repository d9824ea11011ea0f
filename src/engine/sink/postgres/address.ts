import { said } from '../../../said/said.ts';
import { SinkError } from '../sinkError.ts';

/** A database and a table in it. */
export interface PostgresAddress {
  /** As it was given, with a password where it has one. Never shown, logged or kept. */
  readonly url: string;
  /** What messages call it: host, port and database. */
  readonly shown: string;
}

/** A table as it is written after `--to-table`. */
export interface TableName {
  readonly schema: string | undefined;
  readonly table: string;
}

export function isPostgresAddress(text: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(text);
}

/** @throws SinkError where it is none; the message does not repeat it */
export function parsePostgresAddress(text: string): PostgresAddress {
  let url: URL;
  try {
    // Only the schemes that it knows have a host and a port that `URL` looks at.
    url = new URL(
      text.replace(/^postgres(?:ql)?:/i, 'ws:').replace(/^(ws:\/\/(?:[^@/?#]*@)?)(?=[/?#]|$)/, '$1localhost'),
    );
  } catch (cause) {
    const message = said`This is not a complete address of a database: postgres://USER@HOST:PORT/DATABASE.`;
    throw new SinkError('unsupported', message, { cause });
  }
  return { url: text, shown: `postgres://${url.host}${url.pathname === '/' ? '' : url.pathname}` };
}

/** `table`, `schema.table`, and names in double quotes where they have dots. Undefined where it is none. */
export function parseTableName(text: string): TableName | undefined {
  const part = '("(?:[^"]|"")+"|[^".]+)';
  const match = new RegExp(`^(?:${part}\\.)?${part}$`).exec(text);
  if (!match) return undefined;
  const schema = match.at(1);
  return { schema: schema === undefined ? undefined : plain(schema), table: plain(match[2]) };
}

function plain(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** What messages call a table of a database. */
export function nameOfTable({ shown }: PostgresAddress, { schema, table }: TableName): string {
  return `${shown} (${schema === undefined ? '' : `${schema}.`}${table})`;
}

/** A name as SQL writes it, whatever is in it. */
export function quoted(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
