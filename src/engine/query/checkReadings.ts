import { type Said, said } from '../../said/said.ts';
import { errorAt, warningAt, type Diagnostic } from './diagnostic.ts';
import { aggregates, scalarFunctions } from './function/index.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Call, Expression, Operator, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/**
 * Where a query compares, sorts or computes with columns of which it is not known how their numbers or dates are
 * written: warnings. An aggregate of them would take some of the cells and leave out the others, and its one value would
 * not show it: that is an error.
 * @param doubts by the index of the column, what there is to say of it
 * @param inLists whether it matters as well where a column is put into lists, as of one whose reading is known
 */
export function checkReadings(
  { operators }: Query,
  layout: Layout,
  doubts: ReadonlyMap<number, Said>,
  inLists = false,
): Diagnostic[] {
  if (doubts.size === 0) return [];
  const found = new Map<string, Diagnostic>();
  const origins = new Origins(layout, passedOn);
  for (const operator of operators) {
    const uses = [...usedByValue(operator), ...(inLists ? itemsIn(operator) : [])];
    for (const { node, aggregate } of uses) {
      for (const field of origins.of(node)) {
        const [column] = origins.pathOf(field);
        const doubt = typeof column === 'number' ? doubts.get(column) : undefined;
        const key = `${column} ${aggregate !== undefined}`;
        if (doubt === undefined || found.has(key)) continue;
        const diagnostic =
          aggregate === undefined
            ? warningAt(node, doubt)
            : errorAt(node, said`${aggregate}(…) cannot be computed while ${doubt}`);
        found.set(key, diagnostic);
      }
    }
    origins.pass(operator);
  }
  return [...found.values()];
}

/** The columns and calls whose values an expression gives as they stand, or computes with. */
function* passedOn(node: Expression): Generator<Expression> {
  switch (node.kind) {
    case 'column':
      yield node;
      break;
    case 'arithmetic':
      if (node.operator !== '||') for (const side of [node.left, node.right]) yield* passedOn(side);
      break;
    case 'negative':
    case 'cast':
      yield* passedOn(node.operand);
      break;
    case 'case':
      for (const { then } of node.branches) yield* passedOn(then);
      if (node.otherwise) yield* passedOn(node.otherwise);
      break;
    case 'call': {
      yield node;
      const scalar = scalarFunctions.get(node.name.name.toLowerCase());
      if (scalar?.keepsLoose || scalar?.group === 'number')
        for (const given of node.arguments) yield* passedOn(given);
      break;
    }
    default:
  }
}

/** An expression of which more is looked at than its text, by an aggregate or otherwise. */
interface Use {
  readonly node: Expression;
  readonly aggregate?: string;
}

/** The expressions of which the operator looks at more than their text. */
function* usedByValue(operator: Operator): Generator<Use> {
  if (operator.kind === 'order by') for (const { expression } of operator.keys) yield { node: expression };
  for (const { expression } of expressionsOf(operator)) {
    const nodes: Expression[] = [];
    visitExpression(expression, (node) => nodes.push(node));
    for (const node of nodes) yield* operandsByValue(node);
  }
}

/** What the operator makes items of lists of, or takes for an item. */
function* itemsIn(operator: Operator): Generator<Use> {
  if (operator.kind === 'unnest') yield { node: operator.expression.expression };
  for (const { expression } of expressionsOf(operator)) {
    const nodes: Expression[] = [];
    visitExpression(expression, (node) => nodes.push(node));
    for (const node of nodes) {
      const isList = node.kind === 'call' && node.name.name.toLowerCase() === 'list';
      const items = node.kind === 'list' ? node.items : isList ? node.arguments : [];
      for (const item of items) yield { node: item };
    }
  }
}

function* operandsByValue(node: Expression): Generator<Use> {
  if (node.kind === 'call') yield* argumentsByValue(node);
  else for (const operand of operandsOf(node)) yield { node: operand };
}

function* operandsOf(node: Expression): Generator<Expression> {
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
    default:
  }
}

/** Functions of many rows that look at no more than whether a value is there, and what its text is. */
const ofTexts: ReadonlySet<string> = new Set([
  ...['count', 'approx_count_distinct', 'mode', 'list', 'string_agg', 'any_value', 'first', 'last'],
  ...['first_value', 'last_value', 'lag', 'lead'],
]);

function* argumentsByValue({ name, arguments: given, orderBy, over }: Call): Generator<Use> {
  for (const { expression } of [...orderBy, ...(over?.orderBy ?? [])]) yield { node: expression };
  const called = name.name.toLowerCase();
  const scalar = scalarFunctions.get(called);
  if (scalar === undefined) {
    if (!aggregates.has(called) || ofTexts.has(called)) return;
    // Of arg_max and arg_min only what they order by is compared.
    const compared = called.startsWith('arg_') ? given.slice(1) : given;
    for (const node of compared) yield { node, aggregate: called };
  } else if (scalar.group === 'number' || scalar.group === 'time' || scalar.compares === true) {
    for (const node of given) yield { node };
  }
}

function isText(node: Expression): boolean {
  return node.kind === 'literal' && typeof node.value === 'string';
}
