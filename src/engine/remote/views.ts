import { said } from '../../said/said.ts';
import { quoted } from './ddl.ts';
import { partitionBase, type FileThere } from './file.ts';
import { fileRelation, sqlRelation, tableRelation } from './messages.ts';
import { RemoteError } from './remoteError.ts';

/** What a cluster knows by a name that statements of a session can use. */
export interface View {
  readonly name: string;
  readonly relation: Buffer;
}

/** The view that queries are of, and the one of a file as it stands there. */
const [view, records] = ['data', 'records'];
/** What begins the name of a table, where else a path stands. */
const tableScheme = 'table:';

/** The table that is asked in the place of a file; undefined where a path, or none, is given. */
export function tableIn(path: string | undefined): string | undefined {
  return path?.startsWith(tableScheme) === true ? path.slice(tableScheme.length) : undefined;
}

/**
 * The view of a table.
 * @param asksErrors whether the query names `_error`
 * @throws RemoteError
 */
export function viewOfTable(name: string, asksErrors: boolean): View[] {
  if (name === '') throw new RemoteError('file', said`Say which table: table:catalog.schema.name.`);
  if (asksErrors)
    throw new RemoteError('file', said`A table has no malformed records, which _error asks for.`);
  return [{ name: view, relation: tableRelation(name) }];
}

interface HowRead {
  /** Whether the query names `_error`. */
  readonly asksErrors: boolean;
  /** Whether it is known to be Spark itself: others stop at the first malformed record. */
  readonly isSpark: boolean;
  /** Whether the cluster finds the columns and their types itself. */
  readonly infers: boolean;
}

/**
 * The views of a file. A record with a value of another type than the columns have fails the query: Spark would silently read
 * NULL. Malformed records of JSON Lines take part only in a query that names `_error`, as here. Which records of CSV are
 * malformed and which have another type, Spark does not say.
 * @throws RemoteError where it cannot be had so
 */
export function viewsOf(file: FileThere, { asksErrors, isSpark, infers }: HowRead): View[] {
  const { format, schema, folders, names, options, paths } = file;
  if (infers) {
    if (asksErrors) throw new RemoteError('file', noErrors);
    const found = { ...options, ...(format === 'csv' && { inferSchema: 'true' }), mode: 'FAILFAST' };
    return [{ name: view, relation: fileRelation({ format, paths, schema: undefined, options: found }) }];
  }
  if (!isSpark && partitionBase in options) throw new RemoteError('file', onlyFolders);
  if (!isSpark && asksErrors) throw new RemoteError('file', onlyErrors);
  const schemaOf = (...parts: (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined).join(', ');
  if (!isSpark || (format === 'csv' && !asksErrors)) {
    const relation = fileRelation({
      ...{ format, paths, schema: schemaOf(schema, folders) },
      options: { ...options, mode: 'FAILFAST' },
    });
    return [{ name: view, relation }];
  }
  const raw = freeName('_corrupt_record', names);
  const relation = fileRelation({
    ...{ format, paths, schema: schemaOf(schema, `${quoted(raw)} STRING`, folders) },
    options: { ...options, mode: 'PERMISSIVE', columnNameOfCorruptRecord: raw },
  });
  const statement = asksErrors ? withErrors(file, raw) : withoutErrors(file, raw);
  return [
    { name: records, relation },
    { name: view, relation: sqlRelation(statement) },
  ];
}

const onlyFolders = said`The folders of these files are columns, which only Spark itself knows of single files. Name the folder that holds them as the path on the cluster.`;
const noErrors = said`Where Spark finds the columns itself, it does not say which records are malformed, which _error asks for.`;
const onlyErrors = said`Only Spark itself says which records are malformed, which _error asks for.`;

function freeName(wanted: string, names: readonly string[]): string {
  let name = wanted;
  while (names.includes(name)) name = `_${name}`;
  return name;
}

/**
 * The columns of a file: NULL of a malformed record, and an error of one with a value of another type, wherever a condition or
 * anything else reads them. A condition beside them would come too late: Spark asks first whether a column is NULL.
 */
function columnsOf({ names, columns }: FileThere, raw: string): string {
  const text = quoted(raw);
  const message = `concat('A record has a value of another type than the records at the beginning: ', left(${text}, 200))`;
  return names
    .map((name) => {
      const own = quoted(name);
      // What folders say is known of any record.
      if (!columns.includes(name)) return own;
      return `CASE WHEN ${text} IS NULL THEN ${own} WHEN ${isNoJson(raw)} THEN NULL ELSE raise_error(${message}) END AS ${own}`;
    })
    .join(', ');
}

function isNoJson(raw: string): string {
  return `get_json_object(${quoted(raw)}, '$') IS NULL`;
}

/** True: Spark refuses a statement that reads nothing of a file but what it could not read. */
function readsOther({ names }: FileThere): string {
  return `left(coalesce(CAST(${quoted(names[0])} AS STRING), ''), 0) = ''`;
}

function withoutErrors(file: FileThere, raw: string): string {
  const isRead = `${quoted(raw)} IS NULL OR (NOT ${isNoJson(raw)} AND ${readsOther(file)})`;
  return `SELECT ${columnsOf(file, raw)} FROM ${records} WHERE ${isRead}`;
}

function withErrors(file: FileThere, raw: string): string {
  const { format, names } = file;
  const own = names.find((name) => name === '_error' || name === '_raw');
  if (own !== undefined)
    throw new RemoteError(
      'file',
      said`The file has a column ${own} of its own, so that _error cannot be asked for.`,
    );
  const text = quoted(raw);
  const isCsv = format === 'csv';
  const columns = isCsv ? names.map(quoted).join(', ') : columnsOf(file, raw);
  const reason = isCsv
    ? 'The record cannot be read with the columns of the others'
    : 'The record is not well-formed JSON';
  const isMalformed = `${text} IS NOT NULL AND ${readsOther(file)}${isCsv ? '' : ` AND ${isNoJson(raw)}`}`;
  const error = `CASE WHEN ${isMalformed} THEN '${reason}' END`;
  return `SELECT ${columns}, ${error} AS \`_error\`, ${text} AS \`_raw\` FROM ${records}`;
}
