import { basename, dirname, join, resolve } from 'node:path';
import { said, type Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { plannedFor } from '../dataset/plan.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { SeenFile } from '../schema/seer.ts';
import { commonFolder } from '../source/files/openedFolder.ts';
import { hasPartitions, partitionsOf } from '../source/files/partitions.ts';
import { ddlOf, quoted } from './ddl.ts';
import { RemoteError } from './remoteError.ts';

/** Blocks of 1 MiB that are looked at for the types of columns. */
const blocksSampled = 16;

/** A file as Spark is to read it: the same columns in the same order, with the types of the records at its beginning. */
export interface FileThere {
  readonly format: 'json' | 'csv';
  /** Of the records, and of their folders, if these are columns, in the words of Spark's DDL. */
  readonly schema: string;
  readonly folders: string | undefined;
  /** Columns of the records, and all. */
  readonly columns: readonly string[];
  readonly names: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
}

/**
 * @param path where the cluster sees the file; undefined: at the same path as here
 * @throws RemoteError where Spark would read the file differently; SourceError, the signal's reason
 */
export async function fileThere(
  dataset: Dataset,
  path: string | undefined,
  signal: AbortSignal,
): Promise<FileThere> {
  const { format, options } = readerOf(dataset);
  const paths = path === undefined ? localPaths(dataset.location.paths) : [path];
  const query = plannedFor('', dataset.recognised.format);
  const all = new SeenFile();
  const scan = { query, output: { kind: 'schema' }, toBlock: blocksSampled } as const;
  for await (const { result } of dataset.scan(scan, signal)) {
    if (result?.seen) all.add(result.seen);
  }
  const seen = all.finish();
  const columns = dataset.format.dialect?.columns ?? [...seen.members.keys()];
  if (columns.length === 0) throw new RemoteError('file', said`${dataset.name} has no records with members.`);
  const folders = partitionsIn(dataset);
  return {
    format,
    schema: ddlOf(seen, columns),
    folders: folders?.schema,
    columns,
    names: [...columns, ...(folders?.names ?? [])],
    options: { ...options, ...(path === undefined && folders && { [partitionBase]: folders.base }) },
    paths,
  };
}

/**
 * The option of Spark's readers that says below which folder columns are looked for in the names of folders, where files are given
 * and no folder: see "Partition Discovery" in its guide. Sail does not know it, and takes the columns for NULL.
 */
export const partitionBase = 'basePath';

/** The columns of folders `key=value`, and the folder that holds these. */
function partitionsIn({
  layout,
  location: { paths },
}: Dataset):
  { readonly names: readonly string[]; readonly schema: string; readonly base: string } | undefined {
  const partitions = layout.partitions === undefined ? undefined : partitionsOf(paths);
  if (!partitions) return undefined;
  const { names, values } = partitions;
  const schema = names
    .map((name, at) => {
      const isNumeric = values.every((row) => row[at] === null || typeof row[at] === 'number');
      return `${quoted(name)} ${isNumeric ? 'BIGINT' : 'STRING'}`;
    })
    .join(', ');
  return { names, schema, base: `file://${commonFolder(paths.map(aboveFolders))}` };
}

/** The folder that holds the first of the folders `key=value` of a path, or the file. */
function aboveFolders(path: string): string {
  let above = dirname(path);
  while (hasPartitions(join(above, basename(path)))) above = dirname(above);
  return above;
}

function readerOf(dataset: Dataset): Pick<FileThere, 'format' | 'options'> {
  const { name, containers, encoding, format, recognised } = dataset;
  const refuse = (what: Said): RemoteError =>
    new RemoteError('file', said`${name} cannot be given to Spark as it is: ${what}.`);
  if (containers.some((container) => container !== 'gzip'))
    throw refuse(said`it is ${containers.join(', ')}`);
  if (encoding !== 'utf-8') throw refuse(said`its encoding is ${encoding}`);
  if (recognised.end !== undefined) throw refuse(said`it has other text after the records`);
  if (format.kind === 'jsonl') return { format: 'json', options: {} };
  if (format.kind !== 'csv' || !format.dialect) throw refuse(said`only JSON Lines and CSV can be`);
  return { format: 'csv', options: csvOptions(format.dialect, recognised.nulls ?? [], refuse) };
}

const mark = 3;

function csvOptions(
  dialect: CsvDialect,
  nulls: readonly string[],
  refuse: (what: Said) => RemoteError,
): Record<string, string> {
  const { delimiter, quote, escape, comment, headerLines, tableStart, runs, skipInitialSpace } = dialect;
  if (tableStart > mark) throw refuse(said`it has text before the table`);
  if (headerLines > 1) throw refuse(said`its header has several lines`);
  if (nulls.length > 0) throw refuse(said`${nulls.join(' ')} is NULL in it`);
  if (runs) throw refuse(said`its columns are set flush with spaces`);
  return {
    header: String(headerLines === 1),
    sep: delimiter,
    quote,
    escape: escape === 'double' ? quote : '\\',
    // A quoted field can have line breaks.
    multiLine: 'true',
    ...(comment !== '' && { comment }),
    ...(skipInitialSpace && { ignoreLeadingWhiteSpace: 'true' }),
  };
}

function localPaths(paths: readonly string[]): string[] {
  if (paths.length === 0)
    throw new RemoteError('file', said`Spark reads files, not standard input or an address.`);
  return paths.map((path) => {
    const absolute = resolve(path);
    if (/[*?[\]{}\\]/.test(absolute)) {
      throw new RemoteError('file', said`Spark would take ${path} as a pattern: rename the file.`);
    }
    return `file://${absolute}`;
  });
}
