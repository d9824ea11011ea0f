import { CellKind } from '../../../protocol/preview.ts';
import { rewriteCell } from '../../format/csv/cellReading.ts';
import { holdsNothing } from '../../format/csv/columnCells.ts';
import type { FieldRequest } from '../../format/record.ts';
import {
  checkNumbers,
  numericFields,
  readNumber,
  type Diagnostic,
  type NumbersAndTexts,
  type Query,
} from '../../query/index.ts';
import { readingOf } from '../../query/layout.ts';
import type { Dataset } from '../dataset.ts';
import { valuesOf } from './doubts.ts';
import type { SampledCells } from './sampledCells.ts';

/**
 * Where a query needs numbers of fields that hold texts only. Cells of a few rows are read for each of them.
 * @param hasRows whether the query has given rows: what it compares is right then, or was meant for some of the rows
 * @throws SourceError, the signal's reason
 */
export async function numberDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
  hasRows = false,
): Promise<Diagnostic[]> {
  const asked = dataset.once ? [] : numericFields(query, dataset.layout);
  const fields = asked.filter(({ use }) => !(hasRows && use === 'compared'));
  const texts = new Map<string, NumbersAndTexts>();
  for (const { path } of fields) {
    const key = JSON.stringify(path);
    if (!texts.has(key)) texts.set(key, await textsIn(path, dataset, sampled, signal));
  }
  return checkNumbers(query.text, fields, ({ path }) => texts.get(JSON.stringify(path)) ?? nothingSeen);
}

const nothingSeen: NumbersAndTexts = { texts: [], values: 0 };

/** The texts among the values that were looked at, which are no numbers. */
async function textsIn(
  path: FieldRequest['path'],
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<NumbersAndTexts> {
  const reading = readingOf(path, dataset.layout);
  // What is written in two ways is said to be a text until one is chosen.
  if (isOpen(path, dataset)) return nothingSeen;
  const cells = valuesOf(await sampled.of({ path, name: '' }, signal)).filter(
    ({ text }) => !holdsNothing(text),
  );
  const texts = cells.flatMap((cell) => {
    const { kind, text } = cell;
    const written = reading === undefined ? text : rewriteCell(text, reading);
    const isNumber = written !== undefined && readNumber(written) !== undefined;
    // What looks like a number is none in a column whose numbers are written in another way.
    const isText = (kind & ~CellKind.Cut) === CellKind.Text || reading !== undefined;
    return isText && !isNumber ? [{ text, written }] : [];
  });
  return { texts, values: cells.length };
}

function isOpen([column]: FieldRequest['path'], { recognised }: Dataset): boolean {
  const { openReadings = [], mixedReadings = [] } = recognised;
  return [...openReadings, ...mixedReadings].some((reading) => reading.column === column);
}
