import { describeOpen, type OpenReading } from '../format/csv/openReading.ts';
import { checkReadings, type Diagnostic, type Query } from '../query/index.ts';
import type { Dataset } from './dataset.ts';

/**
 * Where a query compares, sorts or computes with columns that are read as text, since their cells can be read in two
 * ways.
 * @param advice what to do about such a column
 */
export function readingDoubts(
  query: Query,
  dataset: Dataset,
  advice: (reading: OpenReading) => string,
): Diagnostic[] {
  const { openReadings = [] } = dataset.recognised;
  const { layout } = dataset;
  const names = layout.names === 'columns' ? layout.columns : [];
  const doubts = openReadings.map((reading): [number, string] => [
    reading.column,
    `${names[reading.column]} is read as text: ${describeOpen(reading)}. ${advice(reading)}`,
  ]);
  return checkReadings(query, layout, new Map(doubts));
}
