import { said } from '../../../said/said.ts';
import { pathOf, seenAmongPaths } from '../../query/check.ts';
import { replacing, warningAt } from '../../query/diagnostic.ts';
import { isTime } from '../../query/cell.ts';
import { natureOf, placeOf } from '../../query/layout.ts';
import { nearest } from '../../query/nearest.ts';
import { handedOn } from '../../query/compared.ts';
import { planQuery, visitExpression, type Diagnostic, type Plan, type Query } from '../../query/index.ts';
import { Origins } from '../../query/origins.ts';
import { valueName } from '../../query/write.ts';
import { SourceError } from '../../source/source.ts';
import type { Dataset } from '../dataset.ts';
import { timeFormsOf } from './doubts.ts';
import { openJoined } from '../joinedFile.ts';
import { SampledCells } from './sampledCells.ts';

type JoinStep = Extract<Plan['steps'][number], { kind: 'join' }>;
type Column = JoinStep['uses'][number]['column'];

/**
 * Where a query reads columns of the other file of a JOIN that no sampled record of it has, and where it looks for times
 * that the two files write in different ways: warnings. Of a table, a query that reads such a column is refused when it is
 * run.
 * @throws the signal's reason
 */
export async function joinedDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const joins = query.operators.filter((operator) => operator.kind === 'join');
  if (joins.length === 0) return [];
  const files: Dataset[] = [];
  try {
    for (const { file } of joins) files.push(await openJoined(dataset, file.path, signal));
    const layouts = files.map(({ layout }) => layout);
    const plan = planQuery(query, dataset.layout, layouts);
    const steps = plan.steps.filter((step) => step.kind === 'join');
    const unseen = steps.flatMap((step, at) => unseenIn(step, files[at], query.text));
    if (dataset.once) return unseen;
    const times: Promise<Diagnostic[]>[] = [];
    const origins = new Origins(dataset.layout, handedOn);
    for (const operator of query.operators) {
      const at = times.length;
      if (operator.kind === 'join') {
        const keys = steps[at].keys.map((key) => ({ ...key, ...fieldsOf(key.left, origins) }));
        times.push(timesIn(keys, { text: query.text, cells: sampled, other: files[at] }, signal));
      }
      origins.pass(operator);
    }
    return [...unseen, ...(await Promise.all(times)).flat()];
  } catch (error) {
    // What cannot be read is said when it is to be.
    if (error instanceof SourceError) return [];
    throw error;
  } finally {
    for (const file of files) await file.close();
  }
}

type Path = readonly (string | number)[];

interface KeyFields {
  /** The fields whose values it may give as they stand. */
  readonly paths: readonly Path[];
  /** Whether they are compared as times. */
  readonly areTimes: boolean;
}

type JoinKey = JoinStep['keys'][number] & KeyFields;

function fieldsOf(key: JoinStep['keys'][number]['left'], origins: Origins): KeyFields {
  const nature = origins.natureOf(key);
  const paths = [...origins.of(key)].map((field) => origins.pathOf(field));
  return { paths, areTimes: nature.reading !== undefined || isTime(nature) };
}

function fieldsOfOther({ left, right }: JoinKey, { layout }: Dataset): KeyFields {
  const paths: Path[] = [];
  for (const node of handedOn(right)) {
    if (node.kind !== 'column') continue;
    const place = placeOf(left === right ? node : insideOf(node), layout);
    if (place.kind === 'field' && place.rest.length === 0) paths.push(place.path);
  }
  const natures = paths.map((path) => natureOf(path, layout));
  // What has a reading, or is a time by the file's schema, is compared as a time.
  return { paths, areTimes: natures.some((one) => one.reading !== undefined || isTime(one)) };
}

/** Where both sides of a key give times, and none of one is written as one of the other is. */
async function timesIn(
  keys: readonly JoinKey[],
  { text, cells, other }: { readonly text: string; readonly cells: SampledCells; readonly other: Dataset },
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  const ofOther = new SampledCells(other);
  for (const key of keys) {
    const { left, right } = key;
    const there = fieldsOfOther(key, other);
    if (key.areTimes || there.areTimes) continue;
    const forms = await formsOf(key.paths, cells, signal);
    if (forms === undefined) continue;
    const others = await formsOf(there.paths, ofOther, signal);
    if (others === undefined || [...forms].some((form) => others.has(form))) continue;
    const name = text.slice(left.from, left.to);
    const instead = `${name}::TIMESTAMP`;
    const message = said`the times of ${name} are written in another way than those of the other file, and are compared as texts; write ON ${instead}`;
    const fix = left === right ? {} : { fix: replacing(text, left, instead) };
    found.push({ ...warningAt(left, message), ...fix });
  }
  return found;
}

/** How fields that all hold times write them; undefined where one holds something else. */
async function formsOf(
  paths: readonly Path[],
  cells: SampledCells,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const all = new Set<string>();
  for (const path of paths) {
    const forms = timeFormsOf(await cells.of({ path, name: '' }, signal));
    if (forms === undefined) return undefined;
    for (const form of forms) all.add(form);
  }
  return all.size === 0 ? undefined : all;
}

/** A column of the other file's rows without the name of these rows. */
function insideOf(column: Column): Column {
  const [first, ...rest] = column.rest;
  return 'index' in first ? column : { ...column, first, rest };
}

function unseenIn({ file, alias: called, keys, uses }: JoinStep, other: Dataset, text: string): Diagnostic[] {
  const columns = other.seenColumns;
  if (other.layout.names === 'columns' || columns.length === 0) return [];
  const isSeen = seenAmongPaths(columns);
  const found = new Map<number, Diagnostic>();
  const look = (column: Column, path: readonly (string | number)[], named: boolean): void => {
    const listAt = path.findIndex((step) => typeof step === 'number');
    const members = (listAt === -1 ? path : path.slice(0, listAt)).map(String);
    if (members.length === 0 || members[0] === valueName || isSeen(members)) return;
    const name = members.join('.');
    // Behind SELECT u.* the columns of u stand by themselves.
    const inside = members[0] === called.name ? members.slice(1).join('.') : name;
    const names = columns.map((known) => known.name);
    const near = names.includes(inside) ? inside : nearest(inside, names);
    const meant = columns.find((known) => known.name === near);
    const warning = warningAt(
      column,
      meant === undefined
        ? said`${file.path} has no column ${name} (not in the sampled records)`
        : said`${file.path} has no column ${name} (not in the sampled records); did you mean ${pathOf(meant)}?`,
    );
    const alias = text.slice(column.first.from, column.first.to);
    const isWhole = meant !== undefined && named && listAt === -1;
    const fix = isWhole ? { fix: replacing(text, column, `${alias}.${pathOf(meant)}`) } : {};
    found.set(column.from, { ...warning, ...fix });
  };
  for (const { left, right } of keys) {
    visitExpression(right, (node) => {
      if (node.kind !== 'column') return;
      const steps = left === right ? [node.first, ...node.rest] : node.rest;
      look(
        node,
        steps.map((step) => ('index' in step ? step.index : step.name)),
        left !== right,
      );
    });
  }
  for (const { column, path } of uses) look(column, path, path.length === column.rest.length);
  return [...found.values()];
}
