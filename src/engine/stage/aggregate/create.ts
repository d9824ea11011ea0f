import type { Call, Expression } from '../../query/syntax/tree.ts';
import { textOf } from '../../query/value/value.ts';
import { toDouble } from '../../query/value/decimal.ts';
import { isNumeric, type Value } from '../../query/value/value.ts';
import type { BatchExpression } from '../expression.ts';
import type { KeyOrder } from '../held/key.ts';
import type { Accumulator, ValueAccumulator } from './accumulator.ts';
import { AnyValue } from './anyValue.ts';
import { ApproximateDistinct } from './approximate.ts';
import { Chosen, type Choice } from './chosen.ts';
import { Count } from './count.ts';
import { Extreme } from './extreme.ts';
import { Filtered } from './filtered.ts';
import { Distinct } from './distinct.ts';
import { DistinctCount } from './distinctCount.ts';
import { Mode } from './mode.ts';
import { Gather } from './gather.ts';
import { Quantile } from './quantile.ts';
import { DiscreteQuantile } from './quantileDisc.ts';
import { Spread } from './spread.ts';
import { Sum } from './sum.ts';

/** The state of an aggregate as the query calls it. */
export function createAccumulator(call: Call, compile: Compile): Accumulator {
  const filter = call.filter && compile.expression(call.filter);
  const inner = unfiltered(call, compile);
  return filter === undefined ? inner : new Filtered(filter, inner);
}

/** How an aggregate's expressions are compiled. */
export interface Compile {
  /** What is asked of one row after the other. */
  expression(expression: Expression): BatchExpression;
  /** What is asked of whole batches. */
  input(expression: Expression): BatchExpression;
}

function unfiltered(call: Call, compile: Compile): Accumulator {
  const name = call.name.name.toLowerCase();
  if (call.arguments.length === 0) return new Count(undefined);
  const input = compile.input(isOfConditions(name) ? asCondition(call.arguments[0]) : call.arguments[0]);
  if (name === 'mode') return new Mode(input);
  const order = call.orderBy.map((key) => ({ ...key, expression: compile.expression(key.expression) }));
  const choice = choiceOf(name, call, order, compile);
  if (choice !== undefined) return new Chosen(input, choice, `${name}(…)`);
  if (name === 'count' && call.distinct) return new DistinctCount(input);
  const accumulator = ofValues(name, input, call, order);
  return call.distinct ? new Distinct(input, accumulator) : accumulator;
}

type Order = ConstructorParameters<typeof Gather>[2];

/** The row whose value an aggregate gives; undefined where it is made of several, or needs no order. */
function choiceOf(name: string, call: Call, order: Order, compile: Compile): Choice | undefined {
  const plain = { order, last: false, skipsNull: false, skipsNullKey: false };
  switch (name) {
    case 'first':
      return plain;
    case 'last':
      // The last one of an order is, as in DuckDB, the first of the opposite one: of equal ones the first seen.
      return order.length === 0 ? { ...plain, last: true } : { ...plain, order: order.map(opposite) };
    case 'any_value':
      return order.length === 0 ? undefined : { ...plain, skipsNull: true };
    case 'arg_max':
    case 'arg_min': {
      const expression = compile.expression(call.arguments[1]);
      const key = { expression, descending: name === 'arg_max', nullsFirst: false };
      return { ...plain, order: [key], skipsNull: true, skipsNullKey: true };
    }
    default:
      return undefined;
  }
}

function opposite<T extends KeyOrder>(key: T): T {
  return { ...key, descending: !key.descending, nullsFirst: !key.nullsFirst };
}

function isOfConditions(name: string): boolean {
  return name === 'bool_and' || name === 'bool_or';
}

/** A text `true` of a table is a condition as well. */
function asCondition(operand: Expression): Expression {
  return { kind: 'cast', operand, type: 'boolean', from: operand.from, to: operand.to };
}

function ofValues(name: string, input: BatchExpression, call: Call, order: Order): ValueAccumulator {
  switch (name) {
    case 'count':
      return new Count(input);
    case 'count_if':
      return new Count(input, true);
    case 'sum':
      return new Sum(input, false);
    case 'avg':
      return new Sum(input, true);
    case 'min':
    case 'bool_and':
      return new Extreme(input, false);
    case 'max':
    case 'bool_or':
      return new Extreme(input, true);
    case 'stddev':
    case 'stddev_pop':
    case 'variance':
    case 'var_pop':
      return new Spread(input, {
        ofSample: !name.endsWith('_pop'),
        squared: name.startsWith('var'),
      });
    case 'median':
      return new Quantile(input, 0.5);
    case 'quantile_cont': {
      const fraction = constantOf(call, 1);
      return new Quantile(input, isNumeric(fraction) ? toDouble(fraction) : 0.5);
    }
    case 'quantile_disc': {
      const fraction = constantOf(call, 1);
      return new DiscreteQuantile(input, isNumeric(fraction) ? fraction : 0.5);
    }
    case 'approx_count_distinct':
      return new ApproximateDistinct(input);
    case 'any_value':
      return new AnyValue(input);
    case 'list':
      return new Gather(input, undefined, order);
    case 'string_agg': {
      const separator = constantOf(call, 1);
      return new Gather(input, separator === null ? ',' : textOf(separator), order);
    }
    default:
      throw new Error(`${name} was let through by the validator`);
  }
}

/** An argument that the validator has seen to be a literal. */
function constantOf(call: Call, at: number): Value {
  const argument = call.arguments.at(at);
  return argument?.kind === 'literal' ? argument.value : null;
}
