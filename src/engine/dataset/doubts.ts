import { type Said, said } from '../../said/said.ts';
import { describeOpen, type OpenReading } from '../format/csv/openReading.ts';
import type { DecimalMark } from '../format/csv/writtenNumber.ts';
import { errorAt } from '../query/diagnostic.ts';
import { checkLiterals, checkReadings, parseQuery, type Diagnostic, type Query } from '../query/index.ts';
import type { Dataset } from './dataset.ts';
import { QuerySyntaxError } from './plan.ts';

/**
 * Where a query names another file than the one that is asked, and where it compares, sorts or computes with columns that
 * are read as text, since their cells can be read in two ways. A query with an error among them is not to be run.
 * @param advice what to do about such a column
 */
export function queryDoubts(
  query: Query,
  dataset: Dataset,
  advice: (reading: OpenReading) => Said,
): Diagnostic[] {
  const { openReadings = [] } = dataset.recognised;
  const { layout } = dataset;
  const names = layout.names === 'columns' ? layout.columns : [];
  const doubts = openReadings.map((reading): [number, Said] => [
    reading.column,
    said`${names[reading.column]} is read as text: ${describeOpen(reading)}. ${advice(reading)}`,
  ]);
  return [
    ...otherFile(query, dataset),
    ...checkReadings(query, layout, new Map(doubts)),
    ...checkLiterals(query, layout, numberColumns(dataset)),
  ];
}

/** The columns of a delimited text that are known to hold numbers, with the decimal mark of these. */
function numberColumns({ layout, seenColumns }: Dataset): Map<number, DecimalMark> {
  const found = new Map<number, DecimalMark>();
  if (layout.names !== 'columns') return found;
  const numbers = new Set(seenColumns.flatMap(({ name, type }) => (type === 'number' ? [name] : [])));
  for (const [column, name] of layout.columns.entries()) {
    const reading = layout.readings?.at(column);
    if (reading?.kind === 'number') found.set(column, reading.decimal);
    else if (numbers.has(name)) found.set(column, '.');
  }
  return found;
}

function otherFile({ from }: Query, dataset: Dataset): Diagnostic[] {
  if (from === undefined || dataset.isNamed(from.path)) return [];
  const message = said`FROM names ${from.path}, but this query is asked of ${dataset.name}: leave FROM out, or open the other file`;
  return [errorAt(from, message)];
}

/** What there is to do about such a column in a preview. */
export const pageAdvice = said`Choose one above the rows or with Read File As.`;

/** @throws QuerySyntaxError where a query is not to be run before somebody has said how a column is read */
export function refuseOpen(
  query: string,
  dataset: Dataset,
  advice: (reading: OpenReading) => Said = () => pageAdvice,
): void {
  const parsed = parseQuery(query);
  if (!parsed.ok) return;
  const doubts = queryDoubts(parsed.query, dataset, advice);
  const errors = doubts.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new QuerySyntaxError(errors);
}
