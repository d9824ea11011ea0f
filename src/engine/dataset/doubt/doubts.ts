import { CellKind } from '../../../protocol/preview.ts';
import { type Said, said } from '../../../said/said.ts';
import { rewriteCell, type CellReading } from '../../format/csv/cellReading.ts';
import { describeOpen, type OpenReading } from '../../format/csv/openReading.ts';
import { errorAt, replacing, warningAt } from '../../query/diagnostic.ts';
import {
  checkLiterals,
  checkOfTimes,
  checkOrders,
  checkReadings,
  comparedFields,
  dependsOnCells,
  isTypedTime,
  nullTests,
  orderedFields,
  checkQuery,
  isUnknownColumn,
  parseQuery,
  readNumber,
  readTime,
  timeForm,
  timeFormat,
  truthTests,
  writeText,
  writtenBooleans,
  type ComparedField,
  type Diagnostic,
  type KnownCells,
  type OrderedCell,
  type Query,
} from '../../query/index.ts';
import { isTime } from '../../query/cell.ts';
import { natureOf, readingOf } from '../../query/layout.ts';
import type { Dataset } from '../dataset.ts';
import { QuerySyntaxError } from '../plan.ts';
import { listDoubts } from './listDoubts.ts';
import type { SampledCell, SampledCells } from './sampledCells.ts';

/**
 * By the index of the column, what there is to say of one whose cells can be read in two ways, or are written in several.
 * @param advice what to do about the former
 */
export function readingDoubts(
  { recognised, layout }: Dataset,
  advice: (reading: OpenReading) => Said,
): ReadonlyMap<number, Said> {
  const { openReadings = [], mixedReadings = [] } = recognised;
  const names = layout.names === 'columns' ? layout.columns : [];
  const doubts = openReadings.map((reading): [number, Said] => [
    reading.column,
    said`${names[reading.column]} is read as text: ${describeOpen(reading)}. ${advice(reading)}`,
  ]);
  for (const { column, cells } of mixedReadings) {
    const [one, other] = cells;
    doubts.push([
      column,
      said`${names[column]} is written in two ways: ${one.text} in ${one.path}, ${other.text} in ${other.path}. Ask these files one by one, or set how numbers and dates of all are read.`,
    ]);
  }
  return new Map(doubts);
}

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
  const doubts = readingDoubts(dataset, advice);
  return [
    ...otherFile(query, dataset),
    ...checkReadings(query, dataset.layout, doubts),
    ...checkOfTimes(query, dataset.layout),
  ];
}

/**
 * The same of a query that is to be run.
 * @param text of which an error among them is shown, where it is another one than who catches it has asked first
 * @throws QuerySyntaxError
 */
export function doubtsToRun(
  query: Query,
  dataset: Dataset,
  advice: (reading: OpenReading) => Said,
  text?: string,
): Diagnostic[] {
  const doubts = queryDoubts(query, dataset, advice);
  const errors = doubts.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new QuerySyntaxError(errors, text);
  return doubts;
}

/**
 * Where a query compares fields with a text or a number that is not to their cells what it looks, where it puts them
 * in an order that is not the one of their numbers or times, and where it asks for members of lists. Cells of a few rows are read, where something depends on
 * them and the file can be read more than once.
 * @param nullAdvice how the file can be read so that a text is NULL
 * @throws SourceError, the signal's reason
 */
export async function comparisonDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
  nullAdvice: NullAdvice,
): Promise<Diagnostic[]> {
  const { layout } = dataset;
  const compared = comparedFields(query, layout).filter((field) => !isTypedTime(field));
  const known = new Map<string, KnownCells | undefined>();
  for (const field of compared) {
    const key = JSON.stringify(field.path);
    if (known.get(key) === undefined) known.set(key, await knownCells(field, dataset, sampled, signal));
  }
  const literals = checkLiterals(query.text, compared, ({ path }) => known.get(JSON.stringify(path)));
  return [
    ...literals,
    ...(await orderDoubts(query, dataset, sampled, signal)),
    ...(await nullDoubts(query, dataset, sampled, signal, nullAdvice)),
    ...(await truthDoubts(query, dataset, sampled, signal)),
    ...(await listDoubts(query, dataset, sampled, signal)),
  ];
}

/** How to read a text as NULL. */
export type NullAdvice = (text: string) => Said;

/** What stands for NULL in many files. */
const likeNull = /^(?:\\N|NULL|null|NA)$/;

/** Where a query asks for NULL in a column of a table in which NULL is written as a text. */
async function nullDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
  advice: NullAdvice,
): Promise<Diagnostic[]> {
  const { layout } = dataset;
  if (layout.names !== 'columns' || dataset.once) return [];
  const found = new Map<string, Diagnostic>();
  for (const { column, path } of nullTests(query, layout)) {
    const key = JSON.stringify(path);
    if (found.has(key)) continue;
    const cells = await sampled.of({ path, name: '' }, signal);
    const text = cells.find(({ kind, text }) => kind === CellKind.Text && likeNull.test(text))?.text;
    if (text === undefined) continue;
    const name = query.text.slice(column.from, column.to);
    const instead = `nullif(${name}, ${writeText(text)})`;
    const message = said`where ${name} has no value, the file says ${text}, which is a text and not NULL; write ${instead}, or ${advice(text)}`;
    found.set(key, { ...warningAt(column, message), fix: replacing(query.text, column, instead) });
  }
  return [...found.values()];
}

/** Where a query asks whether a column is true that has its booleans as other texts, such as those of PostgreSQL. */
async function truthDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  if (dataset.once) return [];
  const found = new Map<string, Diagnostic>();
  for (const { column, path } of truthTests(query, dataset.layout)) {
    const key = JSON.stringify(path);
    if (found.has(key)) continue;
    const cells = valuesOf(await sampled.of({ path, name: '' }, signal));
    const areWritten = cells.every(
      ({ kind, text }) =>
        (kind === CellKind.Text || kind === CellKind.Number) &&
        writtenBooleans.has(text.trim().toLowerCase()),
    );
    const words = cells.filter(({ kind }) => kind === CellKind.Text);
    if (!areWritten || words.length === 0) continue;
    const name = query.text.slice(column.from, column.to);
    const instead = `${name}::boolean`;
    const message = said`the values of ${name} that were looked at are texts, such as ${writeText(words[0].text)}, and none is TRUE or FALSE; write ${instead}`;
    found.set(key, { ...warningAt(column, message), fix: replacing(query.text, column, instead) });
  }
  return [...found.values()];
}

async function orderDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const { layout } = dataset;
  // What the file says are times is in the order of times.
  const ordered = dataset.once
    ? []
    : orderedFields(query, layout).filter(({ path }) => !isTime(natureOf(path, layout)));
  const cells = new Map<string, readonly OrderedCell[]>();
  for (const { path } of ordered) {
    const key = JSON.stringify(path);
    if (cells.has(key)) continue;
    const reading = readingOf(path, layout);
    const seen = await sampled.of({ path, name: '' }, signal);
    cells.set(
      key,
      seen.flatMap((cell) => orderedCell(cell, reading) ?? []),
    );
  }
  return checkOrders(query.text, ordered, ({ path }) => cells.get(JSON.stringify(path)) ?? []);
}

/** What a cell is in an order; undefined where it is NULL. */
function orderedCell({ kind, text }: SampledCell, reading: CellReading | undefined): OrderedCell | undefined {
  // What does not fit the reading is a text, however it looks.
  const written = reading === undefined ? text : rewriteCell(text, reading);
  switch (kind & ~CellKind.Cut) {
    case CellKind.Missing:
    case CellKind.Null:
    case CellKind.Malformed:
      return undefined;
    case CellKind.Number:
      return { text, isText: false, number: readNumber(written ?? text) };
    case CellKind.Text: {
      if (written === undefined) return { text, isText: true };
      const number = readNumber(written);
      const time = readTime(written);
      return { text, isText: reading === undefined || (number ?? time) === undefined, number, time };
    }
    default:
      return { text, isText: false };
  }
}

async function knownCells(
  field: ComparedField,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<KnownCells | undefined> {
  const { layout } = dataset;
  const reading = readingOf(field.path, layout);
  if (reading) return reading.kind === 'number' ? { decimal: reading.decimal } : undefined;
  if (!dependsOnCells(field) || dataset.once) return undefined;
  const cells = await sampled.of({ path: field.path, name: '' }, signal);
  return seenIn(cells, layout.names === 'columns');
}

/** So much of a column has to be of one kind for it to be called so: some cells are `n/a`, or a total. */
const nearlyAll = 0.9;

function seenIn(cells: readonly SampledCell[], isTable: boolean): KnownCells | undefined {
  const values = valuesOf(cells);
  const least = leastOf(values);
  if (values.filter(({ kind }) => kind === CellKind.Number).length >= least)
    return isTable ? { decimal: '.', digits: digitsOf(values) } : { numbers: true };
  const timeForms = timeFormsOf(cells);
  if (timeForms !== undefined) return { timeForms };
  const [format, ...others] = new Set(values.map(({ text }) => timeFormat(text)));
  return format !== undefined && others.length === 0 ? { format } : undefined;
}

/** How many digits each of the values is, if all are nothing else, and as many. */
function digitsOf([first, ...others]: readonly SampledCell[]): number | undefined {
  const { length } = first.text;
  return [first, ...others].every(({ text }) => text.length === length && /^\d+$/.test(text))
    ? length
    : undefined;
}

/** How the cells of a column of times write them (see `timeForm`); undefined where it holds something else. */
export function timeFormsOf(cells: readonly SampledCell[]): ReadonlySet<string> | undefined {
  const values = valuesOf(cells);
  const forms = values.flatMap(({ kind, text }) => (kind === CellKind.Text ? (timeForm(text) ?? []) : []));
  return forms.length >= leastOf(values) ? new Set(forms) : undefined;
}

export function valuesOf(cells: readonly SampledCell[]): readonly SampledCell[] {
  return cells.filter(({ kind, text }) => kind >= CellKind.Boolean && text !== '');
}

function leastOf(values: readonly SampledCell[]): number {
  return Math.max(1, values.length * nearlyAll);
}

function otherFile({ from }: Query, dataset: Dataset): Diagnostic[] {
  if (from === undefined || dataset.location.isNamed(from.path)) return [];
  const message = said`FROM names ${from.path}, but this query is asked of ${dataset.name}: leave FROM out, or open the other file`;
  return [errorAt(from, message)];
}

/** What there is to do about such a column in a preview. */
export const pageAdvice = said`Choose one above the rows or with Read File As.`;

export const pageNullAdvice: NullAdvice = (text) => said`set ${text} as NULL with Read File As`;

/** @throws QuerySyntaxError where a query is not to be run before somebody has said how a column is read */
export function refuseOpen(
  query: string,
  dataset: Dataset,
  advice: (reading: OpenReading) => Said = () => pageAdvice,
): void {
  const parsed = parseQuery(query);
  if (parsed.ok) doubtsToRun(parsed.query, dataset, advice);
}

/**
 * What a query says of columns that are not known. A table has no others; a record of JSON further down may have one.
 * @throws QuerySyntaxError of a table
 */
export function unknownColumns(query: string, dataset: Dataset): readonly Diagnostic[] {
  const parsed = parseQuery(query);
  if (!parsed.ok) return [];
  const found = checkQuery(parsed.query, dataset.seenColumns, dataset.checkedIn);
  const unknown = found.filter(isUnknownColumn);
  if (unknown.length > 0 && dataset.layout.names === 'columns') throw new QuerySyntaxError(unknown);
  return unknown;
}
