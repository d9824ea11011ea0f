/** Operators of a query's text taken out and put in, with all else left as it is written. */
import type { Span } from '../diagnostic.ts';
import type { Query } from '../syntax/tree.ts';

/** Takes out a whole operator with the |> that led to it. */
export function withoutOperator({ text }: Query, { from, to }: Span): string {
  const before = text.slice(0, from).trimEnd();
  const after = text.slice(to).trimStart();
  if (before.endsWith('|>')) return joined(before.slice(0, -2).trimEnd(), after);
  return before === '' && after.startsWith('|>') ? after.slice(2).trimStart() : joined(before, after);
}

/** The text with an operator behind the last one; what stands after that, such as a comment, stays there. */
export function appendOperator({ text, operators }: Query, written: string): string {
  if (operators.length === 0) {
    const rest = text.trim();
    return rest === '' || rest === '|>' ? written : `${rest.replace(/[\s;]+$/, '')} |> ${written}`;
  }
  const end = Math.max(...operators.map(({ to }) => to));
  return `${text.slice(0, end)} |> ${written}${text.slice(end)}`;
}

export function joined(before: string, after: string): string {
  return before === '' || after === '' ? before + after : `${before} ${after}`;
}
