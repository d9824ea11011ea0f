import type { Span } from '../diagnostic.ts';
import { parsePipeline } from '../syntax/pipeline.ts';
import type { Operator } from '../syntax/tree.ts';
import { operandsOf } from '../syntax/walk.ts';
import { appendOperator, joined, withoutOperator } from './operators.ts';

/** A condition that stands by itself: an operand of a WHERE's top-level AND. */
export interface Condition extends Span {
  readonly text: string;
}

/** The conditions of all WHEREs, in the order of the text; none where the query cannot be read. */
export function conditionsOf(text: string): Condition[] {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return [];
  return parsed.query.operators
    .filter(isWhere)
    .flatMap((operator) =>
      operandsOf(operator.condition).map(({ from, to }) => ({ from, to, text: text.slice(from, to) })),
    );
}

function isWhere(operator: Operator): operator is Operator<'where'> {
  return operator.kind === 'where';
}

/** The text without the condition at `span`; unchanged where none is there. */
export function removeCondition(text: string, span: Span): string {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return text;
  for (const operator of parsed.query.operators.filter(isWhere)) {
    const operands = operandsOf(operator.condition);
    const at = operands.findIndex((operand) => operand.from === span.from && operand.to === span.to);
    if (at === -1) continue;
    if (operands.length === 1) return withoutOperator(parsed.query, operator);
    const cutFrom = at === 0 ? operands[0].from : operands[at - 1].to;
    const cutTo = at === 0 ? operands[1].from : operands[at].to;
    return text.slice(0, cutFrom) + text.slice(cutTo);
  }
  return text;
}

/**
 * The text with a condition more: in the leading WHERE where rows are still records, else in one at the end, but before
 * a last ORDER BY, so that what does not match is not sorted.
 */
export function addCondition(text: string, condition: string): string {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return condition;
  const { operators } = parsed.query;
  if (conditionsOf(text).some((known) => known.text === condition)) return text;
  if (operators.length === 0) return joined(condition, text.trim());
  const last = operators.at(-1);
  const order = last?.kind === 'order by' ? last : undefined;
  const rest = order ? operators.slice(0, -1) : operators;
  const makesRows = rest.some((operator) => !keepsRecords.has(operator.kind));
  const place = makesRows ? rest.at(-1) : operators.find((operator) => operator.kind !== 'as');
  if (place?.kind === 'where') return extended(text, place, condition);
  if (!makesRows) return `WHERE ${condition} |> ${text.replace(/^\s*\|>\s*/, '')}`;
  if (!order) return appendOperator(parsed.query, `WHERE ${condition}`);
  const before = text.slice(0, order.from).replace(/(\|>)?\s*$/, '');
  return `${before.trimEnd()} |> WHERE ${condition} |> ${text.slice(order.from)}`;
}

const keepsRecords: ReadonlySet<Operator['kind']> = new Set(['where', 'limit', 'tablesample', 'as'] as const);

function extended(text: string, where: Operator<'where'>, condition: string): string {
  const { from, to, kind } = where.condition;
  const old = text.slice(from, to);
  const inParentheses = parsesAlone(old) && old.startsWith('(');
  const isOr = kind === 'logical' && where.condition.operator === 'or' && !inParentheses;
  return `${text.slice(0, from)}${isOr ? `(${old})` : old} AND ${condition}${text.slice(to)}`;
}

/** Whether the text is one parenthesis, and not two with something between. */
function parsesAlone(text: string): boolean {
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
