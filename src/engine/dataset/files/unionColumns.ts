import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { type Said, said } from '../../../said/said.ts';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import { createCsvRowReader } from '../../format/csv/row.ts';
import { asNamed } from '../../format/sameNames.ts';
import { writtenField } from '../../format/csv/text.ts';
import { recognise, type RecognisedFile } from '../../format/registry.ts';
import type { FilePart } from '../../source/files/part.ts';
import type { OpenedSource } from '../../source/open.ts';
import { readFully } from '../../source/read.ts';
import { type Source, SourceError } from '../../source/source.ts';
import { claimedFormat, formatName, inWords, type FormatName } from './otherFormat.ts';
import type { WrittenFile } from './unionReadings.ts';

/** Delimited text with other columns, or in another order. */
export interface OwnTable {
  readonly dialect: CsvDialect;
  /** Where its records begin, and on which line. */
  readonly dataStart: number;
  readonly firstLine: number;
}

export interface FirstFile {
  readonly path: string;
  readonly recognised: RecognisedFile;
  readonly written: FormatName;
  /** What is in it before its first record, without a byte-order mark. */
  readonly head: Uint8Array;
}

/** A file that takes part: what it is read from, and how, if it has a header of its own. */
export interface SeenFile {
  readonly part: FilePart;
  /** Where it has other columns than the first file. */
  readonly table: OwnTable | undefined;
  /** Of delimited text. */
  readonly written: WrittenFile | undefined;
}

/** @param written the format of a file that is not the one of the first */
export function notAlike(
  path: string,
  written: FormatName,
  first: Pick<FirstFile, 'path' | 'written'>,
): SourceError {
  const [own, other] = [inWords(written), inWords(first.written)];
  return new SourceError(
    'unsupported',
    said`${path} cannot be read as one table with ${first.path}: it is ${own}, not ${other}.`,
  );
}

/**
 * How a file of delimited text is read whose header is not that of the first file.
 * @param options `anyDialect`: its fields may be separated or quoted in another way
 * @throws SourceError `unsupported` where it has none, or its fields are not written as those of the first file
 */
export async function otherTable(
  path: string,
  source: Source & Pick<Partial<OpenedSource>, 'place' | 'containers'>,
  { path: firstPath, recognised: { format: own } }: Pick<FirstFile, 'path' | 'recognised'>,
  options: FormatOptions & { readonly signal: AbortSignal; readonly anyDialect?: boolean },
): Promise<OwnTable> {
  const other = (why: Said): SourceError =>
    new SourceError('unsupported', said`${path} cannot be read as one table with ${firstPath}: ${why}.`);
  if (own.kind !== 'csv') throw new TypeError(`${firstPath} is no delimited text.`);
  const otherwise = (written: FormatName): SourceError =>
    notAlike(path, written, { path: firstPath, written: 'csv' });
  const { delimiter, quote, escape, columns } = own.dialect;
  const { signal, anyDialect = false } = options;
  const differs = (): SourceError => other(said`its fields are separated or quoted in another way`);
  const isKnown = ({ format }: RecognisedFile): boolean =>
    format.kind === 'csv' && asNamed(format.dialect.columns, columns).some((name) => columns.includes(name));
  let found = await recognise(source, { ...options, delimiter, quote }, signal);
  if (found.format.kind !== 'csv') throw other(said`it is not delimited text`);
  // Any text can be taken apart in the way of the first file: where that gives no column of it, there may be another way.
  if (!isKnown(found)) {
    const alone = await recognise(source, options, signal);
    if (alone.format.kind !== 'csv') throw otherwise(formatName(alone.format, source.containers));
    const claimed = options.format === undefined ? await claimedFormat(source, signal) : 'csv';
    if (claimed !== undefined && claimed !== 'csv') throw otherwise(claimed);
    if (anyDialect && isKnown(alone)) found = alone;
    else if (alone.format.dialect.columns.length > found.format.dialect.columns.length) throw differs();
  }
  const { format, dataStart, firstLine, tables } = found;
  if (format.kind !== 'csv') throw differs();
  const { dialect } = format;
  if (dialect.headerLines === 0 && !dialect.isNamedAbove) throw other(said`its first line is not a header`);
  if ((tables?.places.length ?? 1) > 1) throw other(said`it holds several tables`);
  const isAlike = dialect.delimiter === delimiter && dialect.quote === quote && dialect.escape === escape;
  if (!anyDialect && !isAlike) throw differs();
  if (dialect.runs === true || dialect.skipInitialSpace === true)
    throw other(said`its columns differ, and are set off by spaces`);
  // Fields past the header have no name, however many rows have them: they are too many.
  const width = await headerWidth(source, dialect, dataStart, signal);
  const named = asNamed(dialect.columns, columns).filter((name, at) => at < width || columns.includes(name));
  return { dialect: { ...dialect, columns: named }, dataStart, firstLine };
}

/** How many fields the widest row of a header has. */
async function headerWidth(
  source: Source,
  dialect: CsvDialect,
  dataStart: number,
  signal: AbortSignal,
): Promise<number> {
  const bytes = new Uint8Array(dataStart);
  const length = await readFully(source, bytes, 0, signal);
  const reader = createCsvRowReader(dialect);
  reader.begin(bytes.subarray(0, length), true);
  let width = 0;
  for (let at = dialect.tableStart; at < length; at = reader.row.next)
    if (reader.read(at) === 'record') width = Math.max(width, reader.row.count);
  return width;
}

/** The parts of a table of all files, under the columns that they have together. */
export function together(
  { path, recognised }: FirstFile,
  seen: readonly SeenFile[],
): { readonly parts: readonly FilePart[]; readonly recognised: RecognisedFile } {
  const { above: _, ...withoutAbove } = recognised;
  const { format, dataStart } = recognised;
  if (format.kind !== 'csv' || seen.every(({ table }) => table === undefined))
    return { parts: seen.map(({ part }) => part), recognised };
  const { dialect } = format;
  const tables = [dialect, ...seen.flatMap(({ table }) => table?.dialect ?? [])];
  const columns = [...new Set(tables.flatMap((one) => one.columns))];
  const header = `${columns.map((name) => writtenField(name, dialect)).join(dialect.delimiter)}\n`;
  const readings = columns.map((name) => {
    const table = tables.find((one) => one.columns.includes(name));
    return table?.readings?.at(table.columns.indexOf(name));
  });
  const length = Buffer.byteLength(header);
  const files = seen.map(({ part, table }): FilePart => {
    // Nothing is in it but the header that the first one has.
    if (part.length === 0) return part;
    const from = table?.dataStart ?? (part.path === path ? dataStart : part.from);
    const own = table?.dialect ?? dialect;
    const fields = columns.map((name) => own.columns.indexOf(name));
    const isSame = own.columns.length === columns.length && fields.every((field, column) => field === column);
    if (!isSame)
      return {
        ...part,
        from: 0,
        length: undefined,
        ended: undefined,
        columns: { dialect: own, from, fields },
      };
    return { ...part, from, length: part.length === undefined ? undefined : part.length + part.from - from };
  });
  return {
    parts: [{ ...seen[0].part, text: header, from: 0, length, ended: true }, ...files],
    recognised: {
      ...withoutAbove,
      format: {
        ...format,
        dialect: {
          ...dialect,
          ...{ columns, headerLines: 1, isNamedAbove: undefined, tableStart: 0 },
          readings: readings.some((reading) => reading !== undefined) ? readings : undefined,
        },
      },
      dataStart: length,
      firstLine: 1,
    },
  };
}
