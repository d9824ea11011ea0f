import { aggregateNames } from '../function/aggregate.ts';
import type { Expression, Window } from './tree.ts';

/** The expressions that stand directly inside another, in the order of the text. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
      return [];
    case 'logical':
      return node.operands;
    case 'not':
    case 'is':
    case 'negative':
    case 'cast':
      return [node.operand];
    case 'comparison':
    case 'distinctness':
    case 'arithmetic':
      return [node.left, node.right];
    case 'in':
      return [node.operand, ...node.items];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'like':
      return node.escape === undefined
        ? [node.operand, node.pattern]
        : [node.operand, node.pattern, node.escape];
    case 'match':
      return [node.operand, node.pattern];
    case 'case':
      return [
        ...(node.operand === undefined ? [] : [node.operand]),
        ...node.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(node.otherwise === undefined ? [] : [node.otherwise]),
      ];
    case 'element':
      return [node.base, node.index];
    case 'slice':
      return [node.base, node.low, node.high].filter((part) => part !== undefined);
    case 'list':
      return node.items;
    case 'call':
      return [
        ...node.arguments,
        ...node.orderBy.map((key) => key.expression),
        ...(node.filter === undefined ? [] : [node.filter]),
        ...(node.over?.partitionBy ?? []),
        ...(node.over?.orderBy ?? []).map((key) => key.expression),
      ];
  }
}

/** What must all be true for a condition to be true: itself where it is no AND. */
export function operandsOf(condition: Expression): readonly Expression[] {
  return condition.kind === 'logical' && condition.operator === 'and' ? condition.operands : [condition];
}

export function visitExpression(node: Expression, visit: (node: Expression) => void): void {
  visit(node);
  for (const child of childrenOf(node)) visitExpression(child, visit);
}

export function someExpression(node: Expression, test: (node: Expression) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someExpression(child, test));
}

/** An aggregate over a group, as opposed to one over a window. */
export function isAggregateCall(node: Expression): boolean {
  return node.kind === 'call' && node.over === undefined && aggregateNames.has(node.name.name.toLowerCase());
}

/** Over whole partitions every aggregate is a window function, and these are called otherwise. */
export const wholeNames: ReadonlyMap<string, string> = new Map([
  ['first_value', 'first'],
  ['last_value', 'last'],
]);

/** Whether a window is the whole partition, for each of its rows the same. */
export function isWholeWindow({ preceding, following, hasFrame, orderBy }: Window): boolean {
  // With ORDER BY and no rows of its own, SQL has a window end with the current row and those that equal it.
  return preceding === Infinity && following === Infinity && (hasFrame || orderBy.length === 0);
}

/** The tree with every node that `replace` answers for replaced, from the top down. */
export function mapExpression(
  node: Expression,
  replace: (node: Expression) => Expression | undefined,
): Expression {
  const replaced = replace(node);
  if (replaced !== undefined) return replaced;
  const map = (child: Expression): Expression => mapExpression(child, replace);
  const maybe = (child: Expression | undefined): Expression | undefined => child && map(child);
  switch (node.kind) {
    case 'literal':
    case 'column':
      return node;
    case 'logical':
      return { ...node, operands: node.operands.map(map) };
    case 'not':
    case 'is':
    case 'negative':
    case 'cast':
      return { ...node, operand: map(node.operand) };
    case 'comparison':
    case 'distinctness':
    case 'arithmetic':
      return { ...node, left: map(node.left), right: map(node.right) };
    case 'in':
      return { ...node, operand: map(node.operand), items: node.items.map(map) };
    case 'between':
      return { ...node, operand: map(node.operand), low: map(node.low), high: map(node.high) };
    case 'like':
      return { ...node, operand: map(node.operand), pattern: map(node.pattern), escape: maybe(node.escape) };
    case 'match':
      return { ...node, operand: map(node.operand), pattern: map(node.pattern) };
    case 'case':
      return {
        ...node,
        operand: maybe(node.operand),
        branches: node.branches.map((branch) => ({ when: map(branch.when), then: map(branch.then) })),
        otherwise: maybe(node.otherwise),
      };
    case 'element':
      return { ...node, base: map(node.base), index: map(node.index) };
    case 'slice':
      return { ...node, base: map(node.base), low: maybe(node.low), high: maybe(node.high) };
    case 'list':
      return { ...node, items: node.items.map(map) };
    case 'call':
      return {
        ...node,
        arguments: node.arguments.map(map),
        orderBy: node.orderBy.map((key) => ({ ...key, expression: map(key.expression) })),
        filter: maybe(node.filter),
        over: node.over && {
          ...node.over,
          partitionBy: node.over.partitionBy.map(map),
          orderBy: node.over.orderBy.map((key) => ({ ...key, expression: map(key.expression) })),
        },
      };
  }
}

/** What an expression says, without its places: equal for expressions that are written alike, functions in any letter case. */
export function shapeOf(expression: Expression): string {
  return JSON.stringify(expression, function (this: unknown, key, value: unknown) {
    if (key === 'from' || key === 'to') return undefined;
    const isCalled = key === 'name' && typeof value === 'object' && value !== null && 'name' in value;
    if (isCalled && isCall(this) && typeof value.name === 'string') return value.name.toLowerCase();
    return typeof value === 'bigint' || value === Infinity ? String(value) : value;
  });
}

function isCall(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'kind' in node && node.kind === 'call';
}
