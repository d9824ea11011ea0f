import { CellKind } from '../../protocol/preview.ts';
import { said } from '../../said/said.ts';
import type { CellReading } from '../format/csv/cellReading.ts';
import { summedColumns, writeName, writeText, type Diagnostic, type Query } from '../query/index.ts';
import { warningAt } from '../query/diagnostic.ts';
import type { Dataset } from './dataset.ts';
import { mostOfCell, mostOfPlace } from './doubt/sampledCells.ts';

/** What stands before the total of a table, in several languages. */
const totalWord =
  /^\s*(?:(?:grand|sub)?[ -]?totals?|total g[eé]n[eé]ral|totale|totaal|sum|summe|gesamt(?:summe|betrag)?|insgesamt|suma|soma|razem|celkem|итого|всего|合計|合计|总计|総計)\s*:?\s*$/i;

/** Wider tables do not end with a total. */
const mostColumns = 200;

/**
 * Where a query makes one value of all rows of a table whose last row is a total of the others: warnings. What is known of
 * the table's end is looked at, and nothing is said before its end is known.
 * @throws SourceError, the signal's reason
 */
export async function totalDoubts(
  query: Query,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const { layout } = dataset;
  if (layout.names !== 'columns' || layout.columns.length > mostColumns) return [];
  const summed = summedColumns(query, layout);
  if (summed.length === 0 || dataset.once || !dataset.indexed) return [];
  const total = await trailingTotal(dataset, layout.columns, layout.readings, signal);
  if (total === undefined) return [];
  const { label, text, numbers } = total;
  const found = summed.find(
    ({ call, columns, chosen }) =>
      [...chosen].every((column) => numbers.has(column)) &&
      (call.star || [...columns].every((column) => numbers.has(column))),
  );
  if (found === undefined) return [];
  const name = writeName(layout.columns[label]);
  const condition = `${name} IS DISTINCT FROM ${writeText(text)}`;
  const message = said`the last record is a total: ${text} in ${name}. It is counted in as well; leave it out with WHERE ${condition}`;
  return [warningAt(found.call, message)];
}

interface Total {
  /** The column that says so, and what stands there. */
  readonly label: number;
  readonly text: string;
  /** The columns that have a number there. */
  readonly numbers: ReadonlySet<number>;
}

/** The last record, where its first cell says that it is a total and its others are numbers or empty. */
async function trailingTotal(
  dataset: Dataset,
  names: readonly string[],
  readings: readonly (CellReading | undefined)[] | undefined,
  signal: AbortSignal,
): Promise<Total | undefined> {
  const { records } = dataset.index;
  // A table of one record has no total.
  if (records < 3) return undefined;
  const columns = names.map((name, at) => ({ path: [at], name, reading: readings?.at(at) }));
  const request = { kind: 'columns', columns, limit: mostOfCell } as const;
  const parts = dataset.known.parts(records - 1, 1);
  const { rows, kinds, ends, text } = await dataset.page(undefined, parts, request, signal, mostOfPlace);
  if (rows !== 1) return undefined;
  const cells = names.map((_, at) => ({
    at,
    kind: kinds[at],
    text: decoder.decode(text.subarray(at === 0 ? 0 : ends[at - 1], ends[at])),
  }));
  const filled = cells.filter(({ kind, text: written }) => kind > CellKind.Null && written !== '');
  const first = filled.at(0);
  const others = filled.slice(1);
  if (first?.kind !== CellKind.Text || !totalWord.test(first.text)) return undefined;
  if (others.length === 0 || others.some(({ kind }) => kind !== CellKind.Number)) return undefined;
  return { label: first.at, text: first.text, numbers: new Set(others.map(({ at }) => at)) };
}

const decoder = new TextDecoder();
