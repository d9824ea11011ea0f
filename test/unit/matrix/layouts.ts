import { gzipSync } from 'node:zlib';
import { bgzf, storedFrame } from '../../support/packed.ts';
import {
  cellText,
  columnName,
  columns,
  decimalCommas,
  dollars,
  type FormatKind,
  type Item,
  type MatrixRecord,
  type NumberStyle,
  onOneLine,
  partOf,
  recordsOf,
  valueOf,
} from './records.ts';
import { parquetOf, parquetRow } from './parquetLayout.ts';

/** How a file comes to the engine. */
export type Carriage = 'file' | 'files' | 'data' | 'stdin' | 'http' | 'http, once';

/** One way in which the same records may stand in a file. */
export interface Layout {
  readonly name: string;
  readonly kind: FormatKind;
  readonly file: string;
  readonly via: Carriage;
  /** Path of the rows, where it cannot be told by itself. */
  readonly rows?: string;
  /** Of a log: how its lines are taken apart. */
  readonly pattern?: string;
  /** Whether workers can take part. */
  readonly divides: boolean;
  /** Of a delimited text. */
  readonly delimiter: string;
  /** Of a delimited text whose numbers are not written as the language writes them. */
  readonly style?: NumberStyle;
  /** JSON: what whole records are exported as. */
  readonly records: 'lines' | 'array' | 'documents';
  /** One that differs from others in what the number of records has no part in. */
  readonly variant?: boolean | undefined;
  readonly bytes: (written: Written) => Buffer;
  /** Via `files`: what the folders say, which comes behind all that the records hold. */
  readonly folderColumn?: string;
  /** What a record is called in the file: a column `_key`, ahead of all that the record holds. */
  readonly nameOf?: (id: number) => string;
  /** Via `files`: read in the order of this column, and not one after the other. */
  readonly mergeBy?: string;
  /** The same, as a preview opens them: records count through all files. */
  readonly orderBy?: string;
  /** Of records that are read in that order: which file each is in. */
  readonly fileOf?: (records: readonly MatrixRecord[]) => readonly number[];
  /** Via `files`: the same as several files, in their order. */
  readonly parts?: (written: Written) => readonly FileContent[];
  /** Files that grow while they are open: together they come to hold the records in their order. */
  readonly grows?: (written: Written) => Growing;
  /** The same of files that are taken in only where they are followed by their names: nothing else is asked of them. */
  readonly follows?: (written: Written) => Growing;
}

export interface FileContent {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What comes to one of the files, or is a new one. */
export interface GrowthStep extends FileContent {
  /** The first record that comes with it. */
  readonly firstId: number;
  /** So many records are in all files then. */
  readonly records: number;
  /** Whether it is more than the end of a record that was half written. */
  readonly bringsRecords: boolean;
  /** Whether it comes to another file of that name, where names are followed. */
  readonly rotates?: 'renamed' | 'cut off' | undefined;
  /** What that file begins with, if not as all others. */
  readonly head?: Buffer | undefined;
}

/** Files as they are at first, and what they become. */
export interface Growing {
  readonly parts: readonly (FileContent & Partial<Pick<GrowthStep, 'firstId' | 'records'>>)[];
  readonly steps: readonly GrowthStep[];
  /** What a new file begins with. */
  readonly head: Buffer;
}

/** The records of one size in the words of each format, each made once. */
export class Written {
  readonly records: readonly MatrixRecord[];
  #lines: readonly string[] | undefined;
  #pretty: readonly string[] | undefined;
  #cells: readonly (readonly (string | null)[])[] | undefined;

  constructor(count: number) {
    this.records = recordsOf(count);
  }

  get lines(): readonly string[] {
    return (this.#lines ??= this.records.map((record) => jsonOf(record)));
  }

  get pretty(): readonly string[] {
    return (this.#pretty ??= this.records.map((record) => jsonOf(record, 2)));
  }

  /** Null for no value; of a row that is cut short, those that are there. */
  get cells(): readonly (readonly (string | null)[])[] {
    return (this.#cells ??= cellsOf(this.records));
  }
}

export function cellsOf(
  records: readonly MatrixRecord[],
  style?: NumberStyle,
): (readonly (string | null)[])[] {
  return records.map((record) => {
    if ('broken' in record) return [String(record.id)];
    return columns.map((column) => {
      const value = valueOf(record, column);
      if (value === undefined || value === null) return null;
      return style && column === 'w' ? style.write(cellText(value)) : cellText(value);
    });
  });
}

/** The text of a whole record, in a format that has such texts. */
export function textOf(kind: FormatKind, record: MatrixRecord): string {
  return kind === 'parquet' ? JSON.stringify(parquetRow(record)) : jsonOf(record);
}

export function jsonOf(record: MatrixRecord, indent?: number): string {
  return 'broken' in record
    ? `{"id":${record.id},"w":}`
    : JSON.stringify(record satisfies Item, null, indent);
}

export const utf8 = (text: string): Buffer => Buffer.from(text);

const ascii = (text: string): string =>
  text.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * @param from of the columns behind the first, which a record that is cut short has, how many come last
 * @param nothing what stands for no value
 */
export const delimited = (
  { cells }: Pick<Written, 'cells'>,
  delimiter: string,
  lineEnd: string,
  from = 0,
  nothing = '',
): string => {
  const special = new RegExp(`^$|["\\r\\n${delimiter}]`);
  const cell = (text: string | null): string =>
    text === null ? nothing : special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const row = (texts: readonly (string | null)[]): string => texts.map(cell).join(delimiter) + lineEnd;
  return [columns, ...cells]
    .map(([first, ...others]) => row([first, ...others.slice(from), ...others.slice(0, from)]))
    .join('');
};

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

export const jsonLines = ({ lines }: Written): Buffer => utf8(`${lines.join('\n')}\n`);
const recordALine = ({ lines }: Written): Buffer => utf8(`[\n${lines.join(',\n')}\n]\n`);
const prettyPrinted = ({ pretty }: Written): Buffer => utf8(`[\n${pretty.join(',\n')}\n]\n`);
/** Where the records have the text, it is the number that is none. */
const withNaN = (json: Buffer): string => json.toString().replaceAll(/"u": ?"NaN"/g, '"u":NaN');
export const commas = (written: Written): Buffer => utf8(delimited(written, ',', '\n'));

/** Where nothing stands, and what is between columns, in a log. */
const [nothing, between] = ['\u0002', '\u001f'];
export const logPattern = columns
  .map((column) => `(?:${nothing}|(?<${columnName('log', column)}>[^${between}]*))`)
  .join(between);
export const logLines = ({ cells }: Pick<Written, 'cells'>): Buffer =>
  utf8(
    cells
      .map((row) => `${row.map((text) => (text === null ? nothing : onOneLine(text))).join(between)}\n`)
      .join(''),
  );

/** The cells of lines of a log. */
export function logCells(text: string): (string | null)[][] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .slice(0, -1);
  return lines.map((line) => line.split(between).map((cell) => (cell === nothing ? null : cell)));
}

/** One entry a layout. */
const described: readonly Layout[] = [
  onDisk('JSON Lines', 'json', 'x.jsonl', jsonLines),
  onDisk('JSON Lines with CRLF and blank lines', 'json', 'x.ndjson', ({ lines }) =>
    utf8(lines.map((line, i) => `${line}\r\n${i % 9 === 8 ? '\r\n' : ''}`).join('')),
  ),
  onDisk('JSON Lines in ASCII', 'json', 'x.jsonl', ({ lines }) => utf8(`${ascii(lines.join('\n'))}\n`)),
  onDisk('JSON Lines with NaN', 'json', 'x.jsonl', (written) => utf8(withNaN(jsonLines(written)))),
  onDisk('array with NaN, pretty-printed', 'json', 'x.json', (written) =>
    utf8(withNaN(prettyPrinted(written))),
  ),
  onDisk('array on one line', 'json', 'x.json', ({ lines }) => utf8(`[${lines.join(',')}]`)),
  onDisk('array, a record a line', 'json', 'x.json', recordALine),
  onDisk('array, a record a line, indented with CRLF', 'json', 'x.json', ({ lines }) =>
    utf8(`[\r\n\t${lines.join(',\r\n\t')}\r\n]\r\n`),
  ),
  onDisk('array, pretty-printed', 'json', 'x.json', prettyPrinted),
  {
    ...onDisk('array inside an object', 'json', 'x.json', ({ lines }) =>
      utf8(`{"meta":{"count":${lines.length}},"data":{"items":[\n${lines.join(',\n')}\n]},"more":[1,2]}\n`),
    ),
    rows: '$.data.items[*]',
  },
  {
    ...onDisk('members of an object', 'json', 'x.json', ({ pretty }) =>
      utf8(`{\n${pretty.map((text, i) => `"m${i}": ${text}`).join(',\n')}\n}\n`),
    ),
    rows: '$.*',
    nameOf: (id) => `m${id - 1}`,
  },
  {
    ...onDisk('documents one after the other', 'json', 'x.json', ({ pretty }) =>
      utf8(`${pretty.join('\n')}\n`),
    ),
    rows: '$',
    records: 'documents',
  },
  onDisk('array with comments', 'json', 'x.jsonc', ({ lines }) =>
    utf8(
      `// all\n[\n${lines.map((line, i) => (i % 5 === 0 ? `/* ${i}, "{[ */ ${line}` : line)).join(', // "\n')},\n]\n`,
    ),
  ),
  onDisk('CSV', 'csv', 'x.csv', commas),
  onDisk('CSV with \\N for NULL', 'csv', 'x.csv', (written) => utf8(delimited(written, ',', '\n', 0, '\\N'))),
  onDisk('TSV', 'csv', 'x.tsv', (written) => utf8(delimited(written, '\t', '\n'))),
  {
    ...onDisk('semicolons and CRLF', 'csv', 'x.csv', (written) => utf8(delimited(written, ';', '\r\n'))),
    delimiter: ';',
  },
  {
    ...onDisk('semicolons and decimal commas', 'csv', 'x.csv', ({ records }) =>
      utf8(`\ufeff${delimited({ cells: cellsOf(records, decimalCommas) }, ';', '\r\n')}`),
    ),
    delimiter: ';',
    style: decimalCommas,
  },
  {
    ...onDisk('CSV with amounts in dollars', 'csv', 'x.csv', ({ records }) =>
      utf8(delimited({ cells: cellsOf(records, dollars) }, ',', '\n')),
    ),
    style: dollars,
  },
  { ...onDisk('log lines', 'log', 'x.log', logLines), pattern: logPattern },
  {
    ...recoded('log lines in UTF-16', 'log', 'x.log', (written) => utf16(logLines(written).toString())),
    pattern: logPattern,
  },
  recoded('JSON Lines in UTF-16', 'json', 'x.jsonl', ({ lines }) => utf16(`${lines.join('\n')}\n`)),
  recoded('array in UTF-16, pretty-printed', 'json', 'x.json', ({ pretty }) =>
    utf16(`[${pretty.join(',\n')}]`),
  ),
  recoded('CSV in UTF-16', 'csv', 'x.csv', (written) => utf16(delimited(written, ',', '\r\n'))),
  recoded('gzip of JSON Lines', 'json', 'x.jsonl.gz', (written) => gzipped(jsonLines(written))),
  recoded('gzip of an array, a record a line', 'json', 'x.json.gz', (written) =>
    gzipped(recordALine(written)),
  ),
  recoded('bgzip of JSON Lines', 'json', 'x.jsonl.gz', (written) => bgzf(jsonLines(written))),
  recoded('bgzip of CSV', 'csv', 'x.csv.gz', (written) => bgzf(commas(written))),
  recoded('bgzip of an array, pretty-printed', 'json', 'x.json.gz', (written) =>
    bgzf(prettyPrinted(written)),
  ),
  recoded('zstd of JSON Lines', 'json', 'x.jsonl.zst', (written) => zstd(jsonLines(written))),
  recoded('zstd of an array, a record a line', 'json', 'x.json.zst', (written) => zstd(recordALine(written))),
  { ...onDisk('Parquet', 'parquet', 'x.parquet', ({ records }) => parquetOf(records)), divides: false },
  { ...onDisk('CSV in a data: URL', 'csv', 'x.csv', commas), via: 'data' },
  { ...onDisk('JSON Lines from standard input', 'json', 'x.jsonl', jsonLines), via: 'stdin' },
  { ...onDisk('array from standard input', 'json', 'x.json', recordALine), via: 'stdin' },
  { ...onDisk('CSV from standard input', 'csv', 'x.csv', commas), via: 'stdin' },
  { ...onDisk('JSON Lines over HTTP', 'json', 'x.jsonl', jsonLines), via: 'http' },
  { ...onDisk('array over HTTP, pretty-printed', 'json', 'x.json', prettyPrinted), via: 'http' },
  { ...onDisk('CSV over HTTP', 'csv', 'x.csv', commas), via: 'http' },
  {
    ...onDisk('Parquet over HTTP', 'parquet', 'x.parquet', ({ records }) => parquetOf(records)),
    via: 'http',
    divides: false,
  },
  { ...onDisk('JSON Lines over HTTP without ranges', 'json', 'x.jsonl', jsonLines), via: 'http, once' },
  { ...onDisk('array over HTTP without ranges', 'json', 'x.json', recordALine), via: 'http, once' },
  {
    ...recoded('gzip of CSV over HTTP without ranges', 'csv', 'x.csv.gz', (written) =>
      gzipped(commas(written)),
    ),
    via: 'http, once',
  },
  {
    ...onDisk('JSON Lines in several files', 'json', 'x.jsonl', jsonLines),
    via: 'files',
    parts: ({ lines }) => {
      const [first, second, third] = inThirds(lines).map((some) => some.join('\n'));
      // The second one has no line end at its end, the third one a mark at its beginning.
      return [
        { name: '1.jsonl', bytes: utf8(`${first}\n`) },
        { name: '2.jsonl', bytes: utf8(second) },
        { name: 'empty.jsonl', bytes: utf8('') },
        { name: '3.ndjson', bytes: utf8(`\ufeff${third}\r\n`) },
      ];
    },
  },
  {
    ...onDisk('JSON Lines in several files, some compressed', 'json', 'x.jsonl', jsonLines),
    via: 'files',
    divides: false,
    parts: ({ lines }) => {
      const [first, second, third] = inThirds(lines).map((some) => utf8(some.join('\n')));
      return [
        { name: '1.jsonl.gz', bytes: gzipped(first) },
        { name: '2.jsonl', bytes: second },
        { name: '3.jsonl.zst', bytes: zstd(third) },
      ];
    },
  },
  {
    ...onDisk('JSON Lines in folders that are columns', 'json', 'x.jsonl', jsonLines),
    via: 'files',
    folderColumn: 'part',
    // The folder says what its records have in the column. Those of one folder are in two files.
    parts: ({ lines }) => {
      const parts = new Map<string, string[]>();
      for (const [at, line] of lines.entries()) {
        const part = partOf(at, lines.length);
        const own = parts.get(part);
        if (own) own.push(line);
        else parts.set(part, [line]);
      }
      return [...parts].flatMap(([part, own]) => {
        const half = Math.ceil(own.length / 2);
        return [own.slice(0, half), own.slice(half)].map((some, i) => ({
          name: `part=${part}/${i}.jsonl`,
          bytes: utf8(some.map((line) => `${line}\n`).join('')),
        }));
      });
    },
  },
  {
    ...onDisk('CSV in several files', 'csv', 'x.csv', commas),
    via: 'files',
    parts: (written) => {
      const [first, second, third] = inThirds(written.cells);
      const part = (cells: Written['cells'], lineEnd: string): string =>
        delimited({ cells }, ',', lineEnd).slice(0, -lineEnd.length);
      return [
        { name: '1.csv', bytes: utf8(part(first, '\n')) },
        { name: '2.csv', bytes: utf8(`\ufeff${part(second, '\r\n')}`) },
        { name: 'header.csv', bytes: utf8(part([], '\n')) },
        { name: '3.csv', bytes: utf8(part(third, '\n')) },
      ];
    },
  },
  {
    ...onDisk('CSV in several files, of which some have \\N for NULL', 'csv', 'x.csv', commas),
    via: 'files',
    parts: (written) => {
      const [first, second, third] = inThirds(written.cells);
      const part = (cells: Written['cells'], nothing: string): Buffer =>
        utf8(delimited({ cells }, ',', '\n', 0, nothing));
      return [
        { name: '1.csv', bytes: part(first, '') },
        { name: '2.csv', bytes: part(second, '\\N') },
        { name: '3.csv', bytes: part(third, '') },
      ];
    },
  },
  {
    ...onDisk('CSV in several files with their columns in other orders', 'csv', 'x.csv', commas),
    via: 'files',
    divides: false,
    parts: (written) => {
      const [first, second, third] = inThirds(written.cells);
      const part = (cells: Written['cells'], from: number): string => delimited({ cells }, ',', '\n', from);
      return [
        { name: '1.csv', bytes: utf8(part(first, 0)) },
        { name: '2.csv', bytes: utf8(part(second, 1)) },
        { name: '3.csv.gz', bytes: gzipped(utf8(part(third, 2))) },
      ];
    },
  },
  {
    ...onDisk(
      'decimal commas in several files with their columns in other orders',
      'csv',
      'x.csv',
      ({ records }) => utf8(delimited({ cells: cellsOf(records, decimalCommas) }, ';', '\n')),
    ),
    via: 'files',
    divides: false,
    delimiter: ';',
    style: decimalCommas,
    // No number of the first file says how numbers are written.
    parts: ({ records }) => {
      const cells = cellsOf(records, decimalCommas);
      const [second, third, fourth] = inThirds(cells.slice(2));
      const part = (some: Written['cells'], from: number): Buffer =>
        utf8(delimited({ cells: some }, ';', '\n', from));
      return [
        { name: '1.csv', bytes: part(cells.slice(0, 2), 0) },
        { name: '2.csv', bytes: part(second, 1) },
        { name: '3.csv', bytes: part(third, 0) },
        { name: '4.csv', bytes: part(fourth, 2) },
      ];
    },
  },
  {
    ...onDisk('Parquet in several files', 'parquet', 'x.parquet', ({ records }) => parquetOf(records)),
    via: 'files',
    divides: false,
    parts: ({ records }) =>
      inThirds(records).map((some, i) => ({ name: `${i}.parquet`, bytes: parquetOf(some) })),
  },
];

function inThirds<T>(items: readonly T[]): [T[], T[], T[]] {
  const third = Math.ceil(items.length / 3);
  return [items.slice(0, third), items.slice(third, 2 * third), items.slice(2 * third)];
}

/** Those that are left out where there are very many records. */
const variants = new Set([
  'JSON Lines with NaN',
  'array with NaN, pretty-printed',
  'JSON Lines with CRLF and blank lines',
  'JSON Lines in ASCII',
  'array, a record a line, indented with CRLF',
  'CSV in several files, of which some have \\N for NULL',
  'TSV',
  'semicolons and CRLF',
  'CSV with amounts in dollars',
  'array in UTF-16, pretty-printed',
  'CSV in UTF-16',
  'log lines in UTF-16',
  'CSV in a data: URL',
  'gzip of an array, a record a line',
  'bgzip of JSON Lines',
  'bgzip of an array, pretty-printed',
  'zstd of JSON Lines',
  'array from standard input',
  'CSV from standard input',
  'array over HTTP, pretty-printed',
  'CSV over HTTP',
  'array over HTTP without ranges',
  'Parquet over HTTP',
  'Parquet in several files',
  'gzip of CSV over HTTP without ranges',
  'JSON Lines in several files, some compressed',
  'CSV in several files with their columns in other orders',
  'decimal commas in several files with their columns in other orders',
]);

export const layouts = described.map((layout) => ({ ...layout, variant: variants.has(layout.name) }));

export function onDisk(name: string, kind: FormatKind, file: string, bytes: Layout['bytes']): Layout {
  const delimiter = file.includes('.tsv') ? '\t' : ',';
  return {
    name,
    kind,
    file,
    via: 'file',
    divides: true,
    delimiter,
    records: /\.jsonc?(\.|$)/.test(file) ? 'array' : 'lines',
    bytes,
  };
}

/** The file's bytes are not those that are read: many of them are read from front to back. */
function recoded(name: string, kind: FormatKind, file: string, bytes: Layout['bytes']): Layout {
  return { ...onDisk(name, kind, file, bytes), divides: name.startsWith('bgzip') || name.startsWith('zstd') };
}

export function gzipped(plain: Buffer): Buffer {
  return gzipSync(plain, { level: 1 });
}

/** Frames of a MiB. */
export function zstd(plain: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < plain.length; at += 1 << 20)
    frames.push(storedFrame(plain.subarray(at, at + (1 << 20))));
  return Buffer.concat(frames);
}
