import type { Span } from '../diagnostic.ts';
import { parsePipeline } from '../syntax/pipeline.ts';
import { tokenize } from '../syntax/token.ts';
import type { Expression, Operator, OperatorKind, Query } from '../syntax/tree.ts';
import { operandsOf } from '../syntax/walk.ts';
import { appendOperator, joined, withoutOperator } from './operators.ts';
import { isPath, pathOf } from './valueTest.ts';

/** A condition that stands by itself: an operand of a WHERE's top-level AND, or two that are a range. */
export interface Condition extends Span {
  readonly text: string;
}

/** The conditions of all WHEREs, in the order of the text; none where the query cannot be read. */
export function conditionsOf(text: string): Condition[] {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return [];
  return parsed.query.operators.filter(isWhere).flatMap((operator) =>
    withRanges(standing(text, operator.condition), text).map(([first, last = first]) => {
      const [from, to] = [first.from, last.to];
      return { from, to, text: text.slice(from, to) };
    }),
  );
}

/** Operands of an AND: the two edges of a range together, which one gesture makes and takes away, and others alone. */
function withRanges(operands: readonly Expression[], text: string): (readonly [Expression, Expression?])[] {
  return operands.flatMap((operand, at): (readonly [Expression, Expression?])[] => {
    if (at > 0 && isRange(operands[at - 1], operand, text)) return [];
    const next = operands.at(at + 1);
    return [next && isRange(operand, next, text) ? [operand, next] : [operand]];
  });
}

/** Whether these are `a >= 1` and `a < 5`. */
function isRange(low: Expression, high: Expression, text: string): boolean {
  if (low.kind !== 'comparison' || high.kind !== 'comparison') return false;
  const path = low.left.kind === 'column' ? pathOf(low.left, text) : undefined;
  const areEdges = /^>=?$/.test(low.operator) && /^<=?$/.test(high.operator);
  return areEdges && path !== undefined && isPath(high.left, path, text);
}

/** What stands by itself in a condition: the operands of its AND, which are one where parentheses hold them together. */
function standing(text: string, condition: Expression): readonly Expression[] {
  return isInParentheses(text.slice(condition.from, condition.to)) ? [condition] : operandsOf(condition);
}

function isWhere(operator: Operator): operator is Operator<'where'> {
  return operator.kind === 'where';
}

/** The text without the condition at `span`, or without those from its first to its last; unchanged where none is there. */
export function removeCondition(text: string, span: Span): string {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return text;
  for (const operator of parsed.query.operators.filter(isWhere)) {
    const operands = standing(text, operator.condition);
    const first = operands.findIndex(({ from }) => from === span.from);
    const last = operands.findIndex(({ to }) => to === span.to);
    if (first === -1 || last === -1) continue;
    if (last - first + 1 === operands.length) return withoutOperator(parsed.query, operator);
    const cutFrom = first === 0 ? operands[0].from : operands[first - 1].to;
    const cutTo = first === 0 ? operands[last + 1].from : operands[last].to;
    return text.slice(0, cutFrom) + text.slice(cutTo);
  }
  return text;
}

/** The query that a text is. @throws Error where it cannot be read: somebody may still be writing it */
export function readable(text: string): Query {
  const parsed = parsePipeline(text);
  if (!parsed.ok) throw new Error('The query has an error. Correct or clear it first.');
  return parsed.query;
}

/**
 * The text with a condition more, on the rows as they are seen: in the leading WHERE where all of them are records that only
 * conditions choose, else in one at the end, as behind LIMIT. A last ORDER BY comes after it, so that what does not match is
 * not sorted.
 * @throws Error where the text cannot be read
 */
export function addCondition(text: string, condition: string): string {
  const query = readable(text);
  const { operators } = query;
  if (isAsked(text, operators, condition)) return text;
  const last = operators.at(-1);
  const order = last?.kind === 'order by' ? last : undefined;
  const rest = order ? operators.slice(0, -1) : operators;
  const mayLead = rest.every(({ kind }) => kind === 'where' || kind === 'as');
  const place = mayLead ? operators.find(({ kind }) => kind !== 'as') : rest.at(-1);
  if (place?.kind === 'where') return extended(text, place, condition);
  const [first] = tokenize(text);
  if (first.kind === 'end') return joined(condition, text.trim());
  // FROM is the first word of a query, and conditions come behind it.
  const isFrom = first.kind === 'name' && first.value.toLowerCase() === 'from';
  if (mayLead && order && !isFrom) return `WHERE ${condition} |> ${text.replace(/^\s*\|>\s*/, '')}`;
  if (mayLead || !order) return appendOperator(query, `WHERE ${condition}`);
  const before = text.slice(0, order.from).replace(/(\|>)?\s*$/, '');
  return `${before.trimEnd()} |> WHERE ${condition} |> ${text.slice(order.from)}`;
}

/**
 * The text with a condition more on the records as they are: before what makes other columns of theirs, where anything does,
 * else as `addCondition`.
 * @throws Error where the text cannot be read
 */
export function addRecordCondition(text: string, condition: string): string {
  const { operators } = readable(text);
  const at = operators.findIndex(({ kind }) => changesColumns.has(kind));
  if (at === -1) return addCondition(text, condition);
  const before = operators.slice(0, at);
  if (isAsked(text, before, condition)) return text;
  const last = before.findLast(isWhere);
  if (last && before.at(-1) === last) return extended(text, last, condition);
  const { from } = operators[at];
  return `${text.slice(0, from)}WHERE ${condition} |> ${text.slice(from)}`;
}

/** What may call something else by the name of a record's member, or leaves it out. */
const changesColumns: ReadonlySet<OperatorKind> = new Set(['select', 'set', 'rename', 'drop'] as const);

/** The conditions that are asked of the rows as they are seen, and not of those that groups or a LIMIT are of. */
export function askedOfSeen(text: string, operators: readonly Operator[]): Expression[] {
  const made = operators.findLastIndex(({ kind }) => !commutes.has(kind));
  return operators
    .slice(made + 1)
    .filter(isWhere)
    .flatMap(({ condition }) => standing(text, condition));
}

function isAsked(text: string, operators: readonly Operator[], condition: string): boolean {
  return askedOfSeen(text, operators).some(({ from, to }) => text.slice(from, to) === condition);
}

/** What a condition may change places with. */
const commutes: ReadonlySet<OperatorKind> = new Set(['where', 'as', 'order by'] as const);

function extended(text: string, where: Operator<'where'>, condition: string): string {
  const { from, to, kind } = where.condition;
  const old = text.slice(from, to);
  const isOr = kind === 'logical' && where.condition.operator === 'or' && !isInParentheses(old);
  return `${text.slice(0, from)}${isOr ? `(${old})` : old} AND ${condition}${text.slice(to)}`;
}

/** Whether the text is one parenthesis, and not two with something between. */
function isInParentheses(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'" || character === '"' || character === '`') {
      at = text.indexOf(character, at + 1);
      if (at === -1) return false;
    } else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at === text.length - 1;
  }
  return false;
}
