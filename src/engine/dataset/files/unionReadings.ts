import type { CellReading, CellReadings } from '../../format/csv/cellReading.ts';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import type { MixedReading } from '../../format/csv/openReading.ts';
import type { ReadingHints, WrittenCells } from '../../format/csv/columnCells.ts';
import { recogniseReadings } from '../../format/csv/recogniseReadings.ts';
import { percent } from '../../format/csv/writtenNumber.ts';
import type { OpenedSource } from '../../source/open.ts';
import { readFully } from '../../source/read.ts';

/** How one of several files writes its cells. */
export interface WrittenFile {
  readonly path: string;
  readonly columns: readonly string[];
  readonly cells: readonly WrittenCells[];
}

/** So many bytes of each file are looked at: there may be thousands of files. */
const headLength = 16 * 1024;

/**
 * @param from where the records of the file begin
 * @param rows see `recogniseReadings`
 */
export async function writtenFile(
  path: string,
  source: OpenedSource,
  dialect: CsvDialect,
  from: number,
  hints: ReadingHints & { readonly signal: AbortSignal },
  rows?: number,
): Promise<WrittenFile> {
  const bytes = new Uint8Array(from + headLength);
  const length = await readFully(source, bytes, 0, hints.signal);
  const head = bytes.subarray(0, length);
  const final = length < bytes.length;
  const { written } = recogniseReadings(head, Math.min(from, length), final, dialect, hints, rows);
  return { path, columns: dialect.columns, cells: written };
}

/**
 * How the columns of a table of several files are read: as the first file has it, and where its cells leave that open or
 * are such as any reading takes, as a later one. Of columns that the files write in different ways, what stands where.
 */
export function togetherRead(
  columns: readonly string[],
  readings: CellReadings | undefined,
  files: readonly WrittenFile[],
  hints: ReadingHints,
): { readonly readings: CellReadings | undefined; readonly mixed: readonly MixedReading[] } {
  const mixed: MixedReading[] = [];
  const read = columns.map((name, column) => {
    const own = readings?.at(column);
    const seen = files.flatMap(({ path, columns, cells }) => {
      const index = columns.indexOf(name);
      return index === -1 || !cells[index].some ? [] : [{ path, ...cells[index] }];
    });
    for (const of of ['decimals', 'orders'] as const) {
      const pair = apart(
        seen.filter((cells) => cells[of].size > 0),
        of,
      );
      if (pair === undefined) continue;
      mixed.push({ column, cells: [cellOf(pair[0]), cellOf(pair[1])] });
      return own;
    }
    const numbers = seen.filter(({ decimals }) => decimals.size > 0);
    const unit = numbers.find(({ unit }) => unit !== undefined)?.unit;
    const one = numbers.find((cells) => cells.unit === unit);
    const other = numbers.find((cells) => !hasUnit(cells, unit));
    if (one !== undefined && other !== undefined) {
      mixed.push({ column, cells: [cellOf(one), cellOf(other)] });
      return own;
    }
    if (own !== undefined) {
      const odd = seen.find((cells) => isOdd(cells, own));
      const other = seen.find((cells) => cells !== odd && !isOdd(cells, own));
      if (odd !== undefined && other !== undefined)
        mixed.push({ column, cells: [cellOf(other), cellOf(odd)] });
      return own.kind === 'number' && unit !== undefined ? { ...own, unit } : own;
    }
    const found = seen.find(({ reading }) => reading !== undefined)?.reading;
    return found !== undefined && seen.every((cells) => fits(cells, found)) && !isTold(found, hints)
      ? found
      : undefined;
  });
  return { readings: read.some((reading) => reading !== undefined) ? read : undefined, mixed };
}

type Seen = WrittenCells & { readonly path: string };

function cellOf({ example, path }: Seen): MixedReading['cells'][number] {
  return { text: example, path };
}

/** Two of which nothing fits both; of thousands of files, few are written otherwise than all before them. */
function apart(seen: readonly Seen[], of: 'decimals' | 'orders'): readonly [Seen, Seen] | undefined {
  const firsts = new Map<string, Seen>();
  for (const other of seen) {
    const choices: ReadonlySet<string> = other[of];
    const key = [...choices].join(' ');
    if (firsts.has(key)) continue;
    for (const [known, one] of firsts)
      if (!known.split(' ').some((choice) => choices.has(choice))) return [one, other];
    firsts.set(key, other);
  }
  return undefined;
}

/** Whether cells are numbers or dates, as others are of which this is the reading, and none that it takes. */
function isOdd({ decimals, orders }: WrittenCells, reading: CellReading): boolean {
  if (reading.kind === 'date') return orders.size > 0 && !orders.has(reading.order);
  return decimals.size > 0 && !decimals.has(reading.decimal);
}

function fits({ decimals, unit, orders }: WrittenCells, reading: CellReading): boolean {
  if (reading.kind === 'date') return orders.has(reading.order);
  return decimals.has(reading.decimal) && hasUnit({ unit }, reading.unit);
}

/** Whether numbers can be read with a unit: without one they are amounts of any currency, but no percentages. */
function hasUnit(numbers: Pick<WrittenCells, 'unit'>, unit: string | undefined): boolean {
  return numbers.unit === unit || (numbers.unit === undefined && unit !== percent);
}

/** What the user says of the cells is asked of each column of the first file. */
function isTold({ kind }: CellReading, { decimal, dates }: ReadingHints): boolean {
  return kind === 'number' ? decimal !== undefined : dates !== undefined;
}
