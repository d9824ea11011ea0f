/** Operators of a query's text taken out and put in, with all else left as it is written. */
import type { Span } from '../diagnostic.ts';
import { tokenize, type Token } from '../syntax/token.ts';
import type { Query } from '../syntax/tree.ts';

/** Takes out a whole operator with the |> that led to it. */
export function withoutOperator({ text }: Query, { from, to }: Span): string {
  const before = text.slice(0, from).trimEnd();
  const after = text.slice(to).trimStart();
  if (before.endsWith('|>')) return joined(before.slice(0, -2).trimEnd(), after);
  return before === '' && after.startsWith('|>') ? after.slice(2).trimStart() : joined(before, after);
}

/** The text with an operator behind the last one; what stands after that, such as a comment, stays there. */
export function appendOperator({ text, operators, target }: Query, written: string): string {
  // FROM is part of no operator, and may end the text.
  const isEnd = ({ kind, value }: Token): boolean =>
    kind === 'end' || (kind === 'symbol' && (value === '|>' || value === ';'));
  const end = target
    ? Math.max(0, ...operators.map(({ to }) => to))
    : (tokenize(text).findLast((token) => !isEnd(token))?.to ?? 0);
  if (end > 0) return `${text.slice(0, end)} |> ${written}${text.slice(end)}`;
  return joined(written, text.replace(/^\s*\|>/, '').trim());
}

export function joined(before: string, after: string): string {
  return before === '' || after === '' ? before + after : `${before} ${after}`;
}
