import { said } from '../../said/said.ts';
import { carriageReturn, lineFeed } from '../ascii.ts';
import { markLength } from '../format/lines.ts';
import { formatOf, recognise, type RecognisedFile } from '../format/registry.ts';
import type { FileSearch } from '../../protocol/fileSearch.ts';
import type { UnreadFile } from '../../protocol/file.ts';
import { eachFile } from '../source/files/eachFile.ts';
import type { FoundFile } from '../source/files/search.ts';
import { writeParts, type FilePart } from '../source/files/part.ts';
import { partitionsOf } from '../source/files/partitions.ts';
import { openSource, type OpenedSource } from '../source/open.ts';
import { readFully, readSome } from '../source/read.ts';
import { SourceError, type SourceSpec } from '../source/source.ts';
import { Dataset, type DatasetOptions, type LookedAt } from './dataset.ts';
import type { FileOrder } from './orderFiles.ts';
import { otherTable, together, type SeenFile, type FirstFile } from './unionColumns.ts';
import { togetherRead, writtenFile } from './unionReadings.ts';

export interface FilesOptions extends DatasetOptions {
  /** See `SourceSpec`. */
  readonly encoding?: string | undefined;
  /** How the files were found, and will be again. */
  readonly search?: FileSearch | undefined;
}

interface Table {
  readonly parts: readonly FilePart[];
  readonly recognised: RecognisedFile;
}

/** Of so many bytes it is seen whether they begin a line of JSON. */
const lookLength = 256;
/** A header is looked for in so many bytes. */
const headLength = 256 * 1024;

/**
 * Opens several files as one table, in their order: read as the first one is, which says what the columns of a delimited
 * text are. Files that cannot be read are left out.
 * @param name what messages call them
 * @throws SourceError where none can be read, or one is not like the others
 */
export async function openFiles(
  name: string,
  files: readonly FoundFile[],
  options: FilesOptions,
): Promise<Dataset> {
  const { signal, encoding, search } = options;
  const unread: UnreadFile[] = [];
  const seen: SeenFile[] = [];
  let first: FirstFile | undefined;
  let failure: SourceError | undefined;

  const look = async (file: FoundFile, blocking: boolean): Promise<SeenFile | SourceError> => {
    const { path, name: shown } = file;
    try {
      const source = await openSource({ kind: 'file', path, encoding }, { signal, blocking });
      try {
        const found = first ?? (await lookAtFirst(path, source, options));
        const file = await seenFile({ path, name: shown }, source, found, options);
        first = found;
        return file;
      } finally {
        await source.close();
      }
    } catch (error) {
      // What the first file is not, none can be expected to be.
      if (error instanceof SourceError && isOfOneFile(error, first)) return error;
      throw error;
    }
  };

  const note = (found: readonly (SeenFile | SourceError)[], looked: readonly FoundFile[]): void => {
    for (const [i, file] of found.entries()) {
      if (!(file instanceof SourceError)) seen.push(file);
      else {
        failure ??= file;
        unread.push({ path: looked[i].path, reason: file.said });
      }
    }
  };
  // All others are compared with the first one that can be read.
  let next = 0;
  for (; next < files.length && !first; next++) {
    signal.throwIfAborted();
    note([await look(files[next], false)], [files[next]]);
  }
  const others = files.slice(next);
  note(await eachFile(others, look, signal), others);
  if (!first) throw failure ?? new SourceError('not-found', said`There are no files of records: ${name}.`);
  const table = withReadings(together(first, seen), seen, options);
  const { parts, recognised } = options.hive === false ? table : withPartitions(table);
  const left = unread.map(({ path }) => path);
  const shared = writeParts(parts);
  const spec = { kind: 'files', name, parts: shared, encoding: 'utf-8', search, unread: left } as const;
  if (options.mergeBy === undefined) return Dataset.open(spec, options, { recognised, unread });
  const order = await orderOf(
    spec,
    options.mergeBy,
    { ...options, store: undefined },
    { recognised, unread },
  );
  return Dataset.open({ ...spec, turns: order.turns }, options, { recognised, unread, order });
}

/** In which order their records are where they are put in order of a column. */
async function orderOf(
  spec: SourceSpec,
  by: string,
  options: DatasetOptions,
  looked: LookedAt,
): Promise<FileOrder> {
  const { orderFiles } = await import('./orderFiles.ts');
  const dataset = await Dataset.open(spec, options, looked);
  try {
    return await orderFiles(dataset, by, options.signal);
  } finally {
    await dataset.close();
  }
}

/** With the cells of each column read in the one way that fits all files, or told apart where there is none. */
function withReadings(table: Table, seen: readonly SeenFile[], options: FilesOptions): Table {
  const { format, openReadings = [] } = table.recognised;
  if (format.kind !== 'csv') return table;
  const { dialect } = format;
  const files = seen.flatMap(({ written }) => written ?? []);
  const { readings, mixed } = togetherRead(dialect.columns, dialect.readings, files, options);
  const recognised = {
    ...table.recognised,
    format: { ...format, dialect: { ...dialect, readings } },
    openReadings: openReadings.filter(({ column }) => readings?.at(column) === undefined),
    mixedReadings: mixed,
  };
  return { parts: table.parts, recognised };
}

/** With the columns that the folders of the files are called after. */
function withPartitions({ parts, recognised }: Table): Table {
  const found = partitionsOf(parts.map(({ name, path }) => name ?? path));
  if (!found) return { parts, recognised };
  const { names: partitions, values } = found;
  return {
    parts: parts.map((part, i) => ({ ...part, partitions: values[i] })),
    recognised: { ...recognised, format: { ...recognised.format, partitions } },
  };
}

/** What cannot be said of the others. */
function isOfOneFile({ failure }: SourceError, first: FirstFile | undefined): boolean {
  if (failure === 'unsupported') return first !== undefined;
  return ['not-found', 'no-permission', 'is-folder', 'corrupt', 'failed'].includes(failure);
}

/** @throws SourceError `unsupported` where it is none that can be part of a table */
async function lookAtFirst(path: string, source: OpenedSource, options: DatasetOptions): Promise<FirstFile> {
  const recognised = await recognise(source, options, options.signal);
  const { records } = formatOf(recognised.format);
  if (records !== 'lines') {
    const message = said`${path} is a JSON document. Several files can be read as one table where they are JSON Lines, delimited text or logs.`;
    throw new SourceError('unsupported', message);
  }
  if (recognised.end !== undefined || (recognised.tables?.number ?? 1) > 1) {
    throw new SourceError(
      'unsupported',
      said`${path} holds several tables. Use --tables 1 to read each file as one.`,
    );
  }
  const head = new Uint8Array(recognised.dataStart);
  const length = await readFully(source, head, 0, options.signal);
  return { path, recognised, head: head.subarray(markLength(head, 0, 0), length) };
}

/**
 * Where a file's records begin, and how many bytes they are.
 * @throws SourceError `unsupported` where it cannot be read beside the first one
 */
async function seenFile(
  file: FoundFile,
  source: OpenedSource,
  first: FirstFile,
  options: DatasetOptions,
): Promise<SeenFile> {
  const { signal } = options;
  const { encoding, size } = source;
  const identity = source.place.watch?.opened;
  if (!identity)
    throw new SourceError(
      'unsupported',
      said`${file.path} can be read only once, and not as one of several files.`,
    );
  const isFirst = file.path === first.path;
  if (!isFirst && !(await readsAsFirst(source, first, options)))
    throw new SourceError(
      'unsupported',
      said`${file.path} cannot be read as one table with ${first.path}: it is not written in the same format.`,
    );
  const end = isFirst ? 0 : await headEnd(source, first, signal);
  const table = end === undefined ? await otherTable(file.path, source, first, options) : undefined;
  const from = end ?? 0;
  const { format, dataStart } = first.recognised;
  const written =
    format.kind === 'csv'
      ? await writtenFile(
          file.path,
          source,
          table?.dialect ?? format.dialect,
          table?.dataStart ?? (isFirst ? dataStart : from),
          options,
        )
      : undefined;
  const isSized = source.random && size !== undefined;
  const length = isSized ? Math.max(0, size - from) : undefined;
  let ended: boolean | undefined;
  if (isSized) {
    const last = new Uint8Array(1);
    ended = size <= from || ((await readFully(source, last, size - 1, signal)) === 1 && last[0] === lineFeed);
  }
  const packed = source.containers.length > 0 || undefined;
  return { part: { ...file, packed, encoding, identity, from, length, ended }, table, written };
}

/**
 * Whether a file beside JSON Lines is such as well: a JSON document would be records that nobody can read, or a single one.
 * What begins with an object in a line, as nearly all do, is looked at no further.
 */
async function readsAsFirst(
  source: OpenedSource,
  { recognised: { format } }: FirstFile,
  options: DatasetOptions,
): Promise<boolean> {
  if (format.kind !== 'jsonl') return true;
  const bytes = new Uint8Array(lookLength);
  const head = bytes.subarray(0, await readSome(source, bytes, 0, options.signal));
  const [line] = new TextDecoder().decode(head).trimStart().split('\n', 1);
  if (line === '' || /^\{\s*[^\s]/.test(line)) return true;
  const { format: own } = await recognise(source, options, options.signal);
  return own.kind === format.kind;
}

/** Where a file's records begin: behind the same header that the first file has. Undefined where it has another. */
async function headEnd(
  source: OpenedSource,
  { head: expected }: FirstFile,
  signal: AbortSignal,
): Promise<number | undefined> {
  const bytes = new Uint8Array(expected.length === 0 ? 3 : headLength);
  const head = bytes.subarray(0, await readSome(source, bytes, 0, signal));
  const mark = markLength(head, 0, 0);
  if (expected.length === 0) return mark;
  const end = sameUpTo(head.subarray(mark), expected);
  if (end !== undefined) return mark + end;
  // A file without a byte has no header either.
  return head.length === mark ? mark : undefined;
}

/** One past what `bytes` begins with, if that is `expected`, whose lines may end otherwise; undefined if it is not. */
function sameUpTo(bytes: Uint8Array, expected: Uint8Array): number | undefined {
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === carriageReturn) continue;
    while (bytes[at] === carriageReturn) at++;
    // A file may end with its header.
    if (at === bytes.length && expected[i] === lineFeed) return at;
    if (bytes[at] !== expected[i]) return undefined;
    at++;
  }
  return at;
}
