import { warningAt, type Diagnostic, type Span } from './diagnostic.ts';
import { aggregates, scalarFunctions } from './function/index.ts';
import type { Layout } from './layout.ts';
import { expressionsOf, resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Call, Expression, Operator, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/**
 * Where a query compares, sorts or computes with columns that are read as text although they may hold numbers or
 * dates, since it is not known how those are written.
 * @param doubts by the index of the column, what there is to say of it
 */
export function checkReadings(
  { operators }: Query,
  layout: Layout,
  doubts: ReadonlyMap<number, string>,
): Diagnostic[] {
  if (doubts.size === 0) return [];
  const used = new Set<Span>();
  for (const operator of operators) for (const node of usedByValue(operator)) used.add(node);
  const diagnostics: Diagnostic[] = [];
  const said = new Set<number>();
  const resolver = new Resolver(initialScope(layout), new SlotTable(new FieldList(), layout), {
    unknown: () => undefined,
    field: (node, [column]) => {
      if (typeof column !== 'number' || said.has(column) || !used.has(node)) return;
      const doubt = doubts.get(column);
      if (doubt === undefined) return;
      said.add(column);
      diagnostics.push(warningAt(node, doubt));
    },
  });
  for (const operator of operators) resolve(operator, resolver);
  return diagnostics;
}

/** The expressions of which the operator looks at more than their text. */
function* usedByValue(operator: Operator): Generator<Expression> {
  if (operator.kind === 'order by') for (const { expression } of operator.keys) yield expression;
  for (const { expression } of expressionsOf(operator)) {
    const nodes: Expression[] = [];
    visitExpression(expression, (node) => nodes.push(node));
    for (const node of nodes) yield* operandsByValue(node);
  }
}

function* operandsByValue(node: Expression): Generator<Expression> {
  switch (node.kind) {
    case 'comparison': {
      const isOrder = node.operator !== '=' && node.operator !== '<>';
      if (isOrder || !isText(node.right)) yield node.left;
      if (isOrder || !isText(node.left)) yield node.right;
      break;
    }
    case 'distinctness':
      if (!isText(node.right)) yield node.left;
      if (!isText(node.left)) yield node.right;
      break;
    case 'in':
      if (!node.items.every(isText)) yield node.operand;
      break;
    case 'between':
      yield* [node.operand, node.low, node.high];
      break;
    case 'arithmetic':
      if (node.operator !== '||') yield* [node.left, node.right];
      break;
    case 'negative':
      yield node.operand;
      break;
    case 'cast':
      if (node.type !== 'text' && node.type !== 'json') yield node.operand;
      break;
    case 'call':
      yield* argumentsByValue(node);
      break;
    default:
  }
}

/** Functions of many rows that look at no more than whether a value is there, and what its text is. */
const ofTexts: ReadonlySet<string> = new Set([
  ...['count', 'approx_count_distinct', 'mode', 'list', 'string_agg', 'any_value'],
  ...['first_value', 'last_value', 'lag', 'lead'],
]);

function* argumentsByValue({ name, arguments: given, orderBy }: Call): Generator<Expression> {
  for (const { expression } of orderBy) yield expression;
  const called = name.name.toLowerCase();
  const scalar = scalarFunctions.get(called);
  const byValue =
    scalar === undefined
      ? aggregates.has(called) && !ofTexts.has(called)
      : scalar.group === 'number' || scalar.group === 'time' || scalar.compares === true;
  if (byValue) yield* given;
}

function isText(node: Expression): boolean {
  return node.kind === 'literal' && typeof node.value === 'string';
}
