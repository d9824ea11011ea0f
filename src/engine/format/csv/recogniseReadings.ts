import { createPlainCsvScanner } from './csv.ts';
import type { CellReading, CellReadings } from './cellReading.ts';
import type { RecordBlock } from '../record.ts';
import { ColumnCells, type ReadingHints, type WrittenCells } from './columnCells.ts';
import type { CsvDialect } from './dialect.ts';
import type { OpenReading } from './openReading.ts';
import { fieldText } from './text.ts';
import type { DecimalMark } from './writtenNumber.ts';

export interface FoundReadings {
  /** Undefined where every column is written as the language has it. */
  readonly readings: CellReadings | undefined;
  readonly open: readonly OpenReading[];
  /** By the index of the column. */
  readonly written: readonly WrittenCells[];
}

/** First rows that are looked at, and as many at most of those behind them, which lie as far apart. */
const manyRows = 2000;

/**
 * Recognises how the cells of each column are written, from the rows in `head[from, ...)`. Nine in ten cells of
 * a column that hold something must fit, and one at least must fit nothing else. A word does no harm, such as the one of a
 * total below dates, or `pending` among amounts, where two cells are none for each that is.
 * @param rowLimit how many of the first rows are looked at, and of those behind them
 */
export function recogniseReadings(
  head: Uint8Array,
  from: number,
  final: boolean,
  dialect: CsvDialect,
  hints: ReadingHints,
  rowLimit = manyRows,
): FoundReadings {
  const { count, bytes, fields } = rowsOf(head, from, final, dialect);
  const textOf = (row: number, column: number): string => {
    const { kinds, starts, ends } = fields[column];
    return fieldText(bytes, kinds[row], starts[row], ends[row], dialect);
  };
  const usual = dialect.delimiter === ',' ? '.' : ',';
  return readingsIn(dialect.columns.length, count, textOf, hints, usual, rowLimit);
}

/**
 * The same of rows that are known already.
 * @param textOf a cell; '' where there is none
 * @param usual the decimal mark of files such as this one, where numbers have groups and no fraction
 */
export function readingsIn(
  width: number,
  count: number,
  textOf: (row: number, column: number) => string,
  hints: ReadingHints,
  usual: DecimalMark,
  rowLimit = manyRows,
): FoundReadings {
  const columns = Array.from({ length: width }, () => new ColumnCells(hints));
  const open = new Set(columns.keys());
  const step = Math.max(1, Math.ceil((count - rowLimit) / rowLimit));
  for (let row = 0; row < count && open.size > 0; row += row < rowLimit ? 1 : step) {
    for (const index of open) if (!columns[index].take(textOf(row, index))) open.delete(index);
  }
  const found = columns.map((column, index) => (open.has(index) ? column.choices(usual) : []));
  const choices = settled(found, columns);
  const readings = choices.map((readings) => (readings.length === 1 ? readings[0] : undefined));
  return {
    readings: readings.some((reading) => reading !== undefined) ? readings : undefined,
    open: choices.flatMap((readings, column) =>
      readings.length === 2
        ? [{ column, example: columns[column].example, choices: [readings[0], readings[1]] }]
        : [],
    ),
    written: columns.map((column, index) => ({ ...column.written, reading: readings[index] })),
  };
}

/** A file is written in one way: what is open in a column is as all those columns have it that leave nothing open. */
function settled(
  found: readonly (readonly CellReading[])[],
  columns: readonly ColumnCells[],
): readonly (readonly CellReading[])[] {
  const wayOf = (reading: CellReading): string =>
    reading.kind === 'number' ? reading.decimal : reading.order;
  const ways = { number: new Set<string>(), date: new Set<string>() };
  for (const [at, choices] of found.entries())
    if (choices.length === 1 && columns[at].tells) ways[choices[0].kind].add(wayOf(choices[0]));
  return found.map((choices) => {
    if (choices.length < 2 || ways[choices[0].kind].size !== 1) return choices;
    const fitting = choices.filter((reading) => ways[reading.kind].has(wayOf(reading)));
    return fitting.length === 1 ? fitting : choices;
  });
}

/** Bytes that mostly hold rows enough to tell, and how many are enough. */
const firstBytes = 128 * 1024;
const enoughRows = 200;

/** The rows of the head, or the first ones where it is long. */
function rowsOf(head: Uint8Array, from: number, final: boolean, dialect: CsvDialect): RecordBlock {
  const scanner = createPlainCsvScanner(dialect);
  scanner.reserve(head.length).set(head);
  const fields = dialect.columns.map((_column, index) => ({ path: [index], numeric: false }));
  const task = { length: head.length, offset: 0, from, final, fields };
  const first = scanner.scan({ ...task, until: Math.min(head.length, from + firstBytes) });
  return first.count >= enoughRows ? first : scanner.scan({ ...task, until: head.length });
}
