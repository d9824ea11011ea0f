import { parquetOf } from './parquetLayout.ts';
import {
  cellsOf,
  commas,
  delimited,
  gzipped,
  jsonLines,
  logLines,
  logPattern,
  onDisk,
  utf8,
  zstd,
  type FileContent,
  type Layout,
  type Written,
} from './layouts.ts';
import { decimalCommas, type MatrixRecord } from './records.ts';

/** One entry a layout: the records of several files that are read in order of time, as those of one. */
const described: readonly Layout[] = [
  {
    ...onDisk('JSON Lines in several files, in order of time', 'json', 'x.jsonl', jsonLines),
    // The second file has no line end at its end, the third one a mark at its beginning.
    ...merged(
      (_, at) => at % 3,
      ({ lines }, files) => [
        { name: '1.jsonl.gz', bytes: gzipped(utf8(`${of(lines, files, 0).join('\n')}\n`)) },
        { name: '2.jsonl', bytes: utf8(of(lines, files, 1).join('\n')) },
        { name: 'empty.jsonl', bytes: utf8('') },
        { name: '3.ndjson', bytes: utf8(`\ufeff${of(lines, files, 2).join('\r\n')}\r\n`) },
      ],
    ),
  },
  {
    ...onDisk('JSON Lines in folders that are columns, in order of time', 'json', 'x.jsonl', jsonLines),
    folderColumn: 'o',
    ...merged(
      (record, at) => 2 * countries.indexOf('o' in record ? record.o : '') + (at % 100 < 60 ? 0 : 1),
      ({ lines }, files) =>
        countries.flatMap((country, file) =>
          [0, 1].map((half) => ({
            name: `o=${country}/${half}.jsonl`,
            bytes: utf8(
              of(lines, files, 2 * file + half)
                .map((line) => `${line}\n`)
                .join(''),
            ),
          })),
        ),
    ),
  },
  {
    ...onDisk('CSV in several files, in order of time', 'csv', 'x.csv', commas),
    // Long runs of one file, and single records of the other one.
    ...merged(
      (_, at) => (at % 50 === 7 ? 1 : 0),
      ({ cells }, files) => [
        { name: '1.csv', bytes: utf8(delimited({ cells: of(cells, files, 0) }, ',', '\n')) },
        { name: 'header.csv', bytes: utf8(delimited({ cells: [] }, ',', '\n')) },
        {
          name: '2.csv.zst',
          bytes: zstd(utf8(delimited({ cells: of(cells, files, 1) }, ',', '\r\n').trimEnd())),
        },
      ],
    ),
  },
  {
    ...onDisk(
      'CSV in several files with their columns in other orders, in order of time',
      'csv',
      'x.csv',
      commas,
    ),
    ...merged(
      (_, at) => (7 * at) % 3,
      ({ cells }, files) =>
        [0, 1, 2].map((file) => {
          const bytes = utf8(delimited({ cells: of(cells, files, file) }, ',', '\n', file));
          return file === 2
            ? { name: '3.csv.gz', bytes: gzipped(bytes) }
            : { name: `${file + 1}.csv`, bytes };
        }),
    ),
  },
  {
    ...onDisk('decimal commas in several files, in order of time', 'csv', 'x.csv', ({ records }) =>
      utf8(delimited({ cells: cellsOf(records, decimalCommas) }, ';', '\n')),
    ),
    delimiter: ';',
    style: decimalCommas,
    // No number of the first file says how numbers are written.
    ...merged(
      (_, at) => (at < 2 ? 0 : 1 + (at % 2)),
      ({ records }, files) =>
        [0, 1, 2].map((file) => ({
          name: `${file}.csv`,
          bytes: utf8(
            delimited({ cells: of(cellsOf(records, decimalCommas), files, file) }, ';', '\n', file),
          ),
        })),
    ),
  },
  {
    ...onDisk('log lines in several files, in order of time', 'log', 'x.log', logLines),
    pattern: logPattern,
    ...merged(
      (_, at) => Math.floor(at / 5) % 2,
      (written, files) =>
        [0, 1].map((file) => ({
          name: `${file}.log`,
          bytes: logLines({ cells: of(written.cells, files, file) }),
        })),
    ),
  },
  {
    ...onDisk('Parquet in several files, in order of time', 'parquet', 'x.parquet', ({ records }) =>
      parquetOf(records),
    ),
    ...merged(
      (_, at) => at % 2,
      ({ records }, files) =>
        [0, 1].map((file) => ({ name: `${file}.parquet`, bytes: parquetOf(of(records, files, file)) })),
    ),
  },
];

/** One thread reads them: of very many records, one of them says as much as all. */
const merging = described.map((layout, at) => ({ ...layout, variant: at !== 1 }));

/** As a preview shows them: it can look anywhere in that order. What is compressed or has other columns cannot be shown so. */
const shown: readonly Layout[] = [
  {
    ...onDisk('JSON Lines in several files, shown in order of time', 'json', 'x.jsonl', jsonLines),
    ...shownInOrder(
      (_, at) => at % 3,
      ({ lines }, files) => [
        { name: '1.jsonl', bytes: utf8(`${of(lines, files, 0).join('\n')}\n`) },
        { name: '2.jsonl', bytes: utf8(of(lines, files, 1).join('\n')) },
        { name: 'empty.jsonl', bytes: utf8('') },
        { name: '3.ndjson', bytes: utf8(`\ufeff${of(lines, files, 2).join('\r\n')}\r\n`) },
      ],
    ),
  },
  {
    ...onDisk('CSV in several files, shown in order of time', 'csv', 'x.csv', commas),
    ...shownInOrder(
      (_, at) => (at % 50 === 7 ? 1 : Math.floor(at / 9) % 2 === 0 ? 0 : 2),
      ({ cells }, files) => [
        { name: '1.csv', bytes: utf8(`\ufeff${delimited({ cells: of(cells, files, 0) }, ',', '\n')}`) },
        { name: 'header.csv', bytes: utf8(delimited({ cells: [] }, ',', '\n')) },
        { name: '2.csv', bytes: utf8(delimited({ cells: of(cells, files, 1) }, ',', '\r\n').trimEnd()) },
        { name: '3.csv', bytes: utf8(delimited({ cells: of(cells, files, 2) }, ',', '\n')) },
      ],
    ),
  },
  ...described.flatMap((layout): Layout[] => {
    if (layout.kind !== 'log' && layout.folderColumn === undefined) return [];
    const { mergeBy: _by, fileOf: _of, ...others } = layout;
    return [{ ...others, name: layout.name.replace('in order', 'shown in order'), orderBy: 'ts' }];
  }),
];

export const mergedLayouts = [
  ...merging,
  ...shown.map((layout) => ({ ...layout, variant: layout.kind !== 'json' })),
];

const countries = ['DE', 'US', 'FR', 'GB', 'JP'];

/** @param file which of the files a record is in; one without a time is in that of the one before it */
function shownInOrder(
  file: (record: MatrixRecord, at: number) => number,
  parts: (written: Written, files: readonly number[]) => readonly FileContent[],
): Pick<Layout, 'via' | 'divides' | 'orderBy' | 'parts'> {
  return {
    via: 'files',
    divides: true,
    orderBy: 'ts',
    parts: (written) => parts(written, filesOf(written.records, file)),
  };
}

function merged(
  file: (record: MatrixRecord, at: number) => number,
  parts: (written: Written, files: readonly number[]) => readonly FileContent[],
): Pick<Layout, 'via' | 'divides' | 'mergeBy' | 'fileOf' | 'parts'> {
  const fileOf = (records: readonly MatrixRecord[]): number[] => filesOf(records, file);
  return {
    via: 'files',
    divides: true,
    mergeBy: 'ts',
    fileOf,
    parts: (written) => parts(written, fileOf(written.records)),
  };
}

function filesOf(
  records: readonly MatrixRecord[],
  file: (record: MatrixRecord, at: number) => number,
): number[] {
  let last = 0;
  return records.map((record, at) => (last = 'broken' in record ? last : file(record, at)));
}

function of<T>(all: readonly T[], files: readonly number[], file: number): T[] {
  return all.filter((_, at) => files[at] === file);
}
