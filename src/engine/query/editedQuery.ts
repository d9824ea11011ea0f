import { columnsOf } from './operator/operators.ts';
import { parseQuery } from './parse.ts';
import type { Query } from './syntax/tree.ts';
import { writeName } from './write.ts';

/** Another text in one place of a query. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The query's text with other texts in some places. Columns that are named after their expression keep their names where there is a place for one. */
export function editedQuery({ text, operators }: Query, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const names = new Map<number, Edit>();
  for (const { name, explicit, expression } of operators.flatMap((operator) => columnsOf(operator))) {
    const { from, to } = expression;
    const changes = edits.some((edit) => edit.from >= from && edit.to <= to);
    if (changes && !explicit) names.set(to, { from: to, to, text: ` AS ${writeName(name)}` });
  }
  const named = edited(text, [...edits, ...names.values()]);
  return parseQuery(named).ok ? named : edited(text, edits);
}

function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { from, to, text: written } of edits.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    result += text.slice(at, from) + written;
    at = to;
  }
  return result + text.slice(at);
}
