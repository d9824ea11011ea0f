import { parseQuery } from './parse.ts';
import type { NamedExpression, Operator, Query } from './syntax/tree.ts';
import { tokenize } from './syntax/token.ts';
import { Timestamp } from './value/time.ts';
import { writeName, writeText } from './write.ts';

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The query's text with the time written in the place of `now()` and `today()`: all threads, and all rows, then see the
 * same one. Columns that are named after such an expression keep their names where there is a place for one.
 */
export function fixTime({ text, operators }: Query, now: Date): string {
  const calls = callsIn(text, new Timestamp(now.getTime()));
  if (calls.length === 0) return text;
  const names = new Map<number, Edit>();
  for (const { name, explicit, expression } of operators.flatMap(namedOf)) {
    const { from, to } = expression;
    const changes = calls.some((call) => call.from >= from && call.to <= to);
    if (changes && !explicit) names.set(to, { from: to, to, text: ` AS ${writeName(name)}` });
  }
  const named = edited(text, [...calls, ...names.values()]);
  return parseQuery(named).ok ? named : edited(text, calls);
}

function callsIn(text: string, time: Timestamp): Edit[] {
  const calls: Edit[] = [];
  const tokens = tokenize(text);
  for (let at = 0; at + 2 < tokens.length; at++) {
    const [word, open, close] = tokens.slice(at, at + 3);
    const written = word.kind === 'name' ? writtenTime(word.value.toLowerCase(), time) : undefined;
    if (written === undefined || open.value !== '(' || close.value !== ')') continue;
    calls.push({ from: word.from, to: close.to, text: written });
  }
  return calls;
}

function writtenTime(name: string, time: Timestamp): string | undefined {
  if (name === 'now') return `TIMESTAMP ${writeText(time.toString())}`;
  return name === 'today' ? `DATE ${writeText(time.toDate().toString())}` : undefined;
}

function namedOf(operator: Operator): readonly NamedExpression[] {
  switch (operator.kind) {
    case 'select':
      return operator.items.filter((item) => item.kind === 'named');
    case 'extend':
      return operator.items;
    case 'aggregate':
      return [...operator.aggregates, ...operator.groupBy];
    default:
      return [];
  }
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
