import { QueryError } from './diagnostic.ts';
import { aggregateNames, arityOf, scalarFunctions } from './function/index.ts';
import { didYouMean } from './nearest.ts';
import { compileRegex } from './regex.ts';
import type { Call, Expression, Operator, Query } from './syntax/tree.ts';
import { childrenOf } from './syntax/walk.ts';

/** What an operator lets stand in its expressions. */
interface Allowed {
  readonly aggregates: boolean;
  readonly windows: boolean;
  /** The operator's name in messages. */
  readonly where: string;
}

/**
 * What can be said of a query without knowing the file: functions and how many arguments they take, where
 * aggregates may stand, patterns.
 * @throws QueryError
 */
export function validateQuery(query: Query): void {
  for (const operator of query.operators) {
    const allowed = {
      aggregates: operator.kind === 'aggregate',
      windows: operator.kind === 'select' || operator.kind === 'extend',
      where: operator.kind.toUpperCase(),
    };
    for (const { expression, key } of expressionsOf(operator)) {
      validateExpression(expression, key ? { ...allowed, aggregates: false, where: 'GROUP BY' } : allowed);
    }
  }
}

/** The expressions of an operator; `key` marks those of GROUP BY. */
export function expressionsOf(operator: Operator): { expression: Expression; key: boolean }[] {
  const plain = (expression: Expression): { expression: Expression; key: boolean } => ({
    expression,
    key: false,
  });
  switch (operator.kind) {
    case 'where':
      return [plain(operator.condition)];
    case 'select':
      return operator.items
        .flatMap((item) => (item.kind === 'star' ? item.replace : [item]))
        .map((item) => plain(item.expression));
    case 'extend':
    case 'set':
      return operator.items.map((item) => plain(item.expression));
    case 'aggregate':
      return [
        ...operator.aggregates.map((item) => plain(item.expression)),
        ...operator.groupBy.map((item) => ({ expression: item.expression, key: true })),
      ];
    case 'order by':
      return operator.keys.map((key) => plain(key.expression));
    case 'unnest':
      return [plain(operator.expression.expression)];
    default:
      return [];
  }
}

function validateExpression(node: Expression, allowed: Allowed): void {
  if (node.kind === 'call') {
    validateCall(node, allowed);
    return;
  }
  if (node.kind === 'match') validatePattern(node.pattern, node.insensitive);
  for (const child of childrenOf(node)) validateExpression(child, allowed);
}

function validateCall(node: Call, allowed: Allowed): void {
  const name = node.name.name.toLowerCase();
  if (aggregateNames.has(name)) {
    validateAggregate(node, name, allowed);
    return;
  }
  const entry = scalarFunctions.get(name);
  if (entry === undefined) {
    const near = didYouMean(node.name.name, [...scalarFunctions.keys(), ...aggregateNames]);
    throw new QueryError(node.name, `there is no function ${node.name.name}${near}`);
  }
  if (node.star) throw new QueryError(node, `only count takes *; ${entry.signature}`);
  if (node.filter !== undefined)
    throw new QueryError(node, `FILTER follows an aggregate, which ${name} is not`);
  if (node.distinct) throw new QueryError(node, `DISTINCT stands in an aggregate, which ${name} is not`);
  if (node.over !== undefined)
    throw new QueryError(node.over, `${name} does not look at other rows; leave out OVER`);
  const { least, most } = arityOf(entry.signature);
  const count = node.arguments.length;
  if (count < least || count > most) {
    throw new QueryError(
      node,
      `${name} takes ${argumentsText(least, most)}, not ${count}: ${entry.signature}`,
    );
  }
  if (name.startsWith('regexp_')) validatePattern(node.arguments[1], false);
  for (const child of childrenOf(node)) validateExpression(child, allowed);
}

function argumentsText(least: number, most: number): string {
  if (least === most) return least === 1 ? '1 argument' : `${least} arguments`;
  return most === Infinity ? `at least ${least}` : `${least} to ${most} arguments`;
}

function validateAggregate(node: Call, name: string, allowed: Allowed): void {
  if (node.over === undefined && !allowed.aggregates) {
    throw new QueryError(
      node,
      `${name} looks at many rows, so it cannot stand in ${allowed.where}; |> AGGREGATE ${name}(…)`,
    );
  }
  for (const child of childrenOf(node)) {
    validateExpression(child, { aggregates: false, windows: false, where: `the arguments of ${name}` });
  }
}

function validatePattern(pattern: Expression, insensitive: boolean): void {
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') return;
  try {
    compileRegex(pattern.value, insensitive);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
    throw new QueryError(pattern, `this is not a regular expression: ${reason}`);
  }
}
