import { said } from '../../said/said.ts';
import { pathOf, seenAmongPaths } from '../query/check.ts';
import { replacing, warningAt } from '../query/diagnostic.ts';
import { nearest } from '../query/nearest.ts';
import { planQuery, visitExpression, type Diagnostic, type Plan, type Query } from '../query/index.ts';
import { valueName } from '../query/write.ts';
import { SourceError } from '../source/source.ts';
import type { Dataset } from './dataset.ts';
import { openJoined } from './joinedFile.ts';

type JoinStep = Extract<Plan['steps'][number], { kind: 'join' }>;
type Column = JoinStep['uses'][number]['column'];

/**
 * Where a query reads columns of the other file of a JOIN that no sampled record of it has: warnings. Of a table such a
 * query is refused when it is run.
 * @throws the signal's reason
 */
export async function joinedDoubts(
  query: Query,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const joins = query.operators.filter((operator) => operator.kind === 'join');
  if (joins.length === 0) return [];
  const files: Dataset[] = [];
  try {
    for (const { file } of joins) files.push(await openJoined(dataset, file.path, signal));
    const layouts = files.map(({ layout }) => layout);
    const steps = planQuery(query, dataset.layout, layouts).steps.filter((step) => step.kind === 'join');
    return steps.flatMap((step, at) => unseenIn(step, files[at], query.text));
  } catch (error) {
    // What cannot be read is said when it is to be.
    if (error instanceof SourceError) return [];
    throw error;
  } finally {
    for (const file of files) await file.close();
  }
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
