import type { Span } from '../diagnostic.ts';
import type { Call, Column, Expression, NamedExpression } from '../syntax/tree.ts';
import { childrenOf, visitExpression } from '../syntax/walk.ts';

export function spanOf({ from, to }: Span): Span {
  return { from, to };
}

export function namedLike(column: { name: string } & Span, expression: Expression): NamedExpression {
  return {
    kind: 'named',
    expression,
    name: column.name,
    explicit: true,
    from: column.from,
    to: expression.to,
  };
}

export function keysOf({ first, rest }: Column): string[] {
  return [first, ...rest].map((step) => ('index' in step ? String(step.index) : step.name));
}

export function callsIn(expressions: readonly Expression[], test: (node: Call) => boolean): Call[] {
  const calls: Call[] = [];
  for (const expression of expressions) {
    visitExpression(expression, (node) => {
      if (node.kind === 'call' && test(node) && !calls.includes(node)) calls.push(node);
    });
  }
  return calls;
}

/** Visits what does not stand inside a node that `stops`. */
export function visitOutside(
  node: Expression,
  stops: (node: Expression) => boolean,
  visit: (node: Expression) => void,
): void {
  if (stops(node)) return;
  visit(node);
  for (const child of childrenOf(node)) visitOutside(child, stops, visit);
}
