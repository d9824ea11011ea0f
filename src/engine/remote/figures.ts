/** What a column holds in all rows of a query, asked of the cluster that has them. */
import type { FiguresThere } from '../../protocol/remote.ts';
import { sparkName } from '../query/index.ts';
import { mostCharacters, numberIn, textIn, type AnswerRow } from './answerRow.ts';
import type { AskedColumn } from './columnKind.ts';

/** The most frequent values that are told. */
const mostValues = 50;

/**
 * The statements that find it: the first answers one row, the second a row for each of the most frequent values. What holds
 * for numbers alone is null where the column has none.
 * @param sql of the rows
 */
export function figureStatements(sql: string, { fields, kind }: AskedColumn): readonly [string, string] {
  const values = `(SELECT ${fields.map(sparkName).join('.')} AS v FROM (${sql}))`;
  // Lists and objects are in no order and are no numbers there; as text they are.
  const value = kind === 'list' || kind === 'object' ? 'CAST(v AS STRING)' : 'v';
  const number = `try_cast(${value} AS DOUBLE)`;
  const shown = (value: string): string => `substring(CAST(${value} AS STRING), 1, ${mostCharacters})`;
  const figures = [
    'count(*) AS rows',
    'count(v) AS present',
    // Sail does not count doubles so.
    'approx_count_distinct(CAST(v AS STRING)) AS distinct',
    `${shown(`min(${value})`)} AS min`,
    `${shown(`max(${value})`)} AS max`,
    `avg(${number}) AS mean`,
    `stddev_samp(${number}) AS std`,
    ...[25, 50, 75].map((percent) => `percentile_approx(${number}, ${percent / 100}) AS q${percent}`),
  ];
  return [
    `SELECT ${figures.join(', ')} FROM ${values}`,
    `SELECT text, count(*) AS n FROM (SELECT ${shown('v')} AS text FROM ${values} WHERE v IS NOT NULL) GROUP BY text ORDER BY n DESC, text LIMIT ${mostValues}`,
  ];
}

/** @returns undefined where the answers are not those of the two statements */
export async function figuresOf(
  one: AsyncIterable<AnswerRow>,
  values: AsyncIterable<AnswerRow>,
): Promise<Omit<FiguresThere, 'histogram'> | undefined> {
  let found: AnswerRow | undefined;
  for await (const row of one) found = row;
  const [rows, present, distinct] = ['rows', 'present', 'distinct'].map((name) => numberIn(found, name));
  if (!found || rows === undefined || present === undefined || distinct === undefined) return undefined;
  const top: { text: string; count: number }[] = [];
  for await (const row of values) {
    const [text, count] = [textIn(row, 'text'), numberIn(row, 'n')];
    if (text === undefined || count === undefined) return undefined;
    top.push({ text, count });
  }
  const [min, max] = [textIn(found, 'min'), textIn(found, 'max')];
  return { rows, present, distinct, min, max, numbers: numbersIn(found, min, max), top };
}

function numbersIn(
  found: AnswerRow,
  min: string | undefined,
  max: string | undefined,
): FiguresThere['numbers'] {
  // A time and TRUE can be cast to numbers there as well.
  if (![min, max].every((text) => text !== undefined && Number.isFinite(Number(text)))) return undefined;
  const [mean, q25, q50, q75] = ['mean', 'q25', 'q50', 'q75'].map((name) => numberIn(found, name));
  if (mean === undefined || q25 === undefined || q50 === undefined || q75 === undefined) return undefined;
  return { mean, std: numberIn(found, 'std'), q25, q50, q75 };
}
