import type { Call, Expression } from '../../query/syntax/tree.ts';
import { textOf } from '../../query/value/value.ts';
import { toDouble } from '../../query/value/decimal.ts';
import { isNumeric, type Value } from '../../query/value/value.ts';
import type { BatchExpression } from '../expression.ts';
import type { Accumulator, ValueAccumulator } from './accumulator.ts';
import { AnyValue } from './anyValue.ts';
import { ApproximateDistinct } from './approximate.ts';
import { Count } from './count.ts';
import { Extreme } from './extreme.ts';
import { Filtered } from './filtered.ts';
import { Distinct, Mode } from './frequency.ts';
import { Gather } from './gather.ts';
import { Quantile } from './quantile.ts';
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
  const input = compile.input(call.arguments[0]);
  if (name === 'mode') return new Mode(input);
  const order = call.orderBy.map((key) => ({ ...key, expression: compile.expression(key.expression) }));
  const accumulator = ofValues(name, input, call, order);
  return call.distinct ? new Distinct(input, accumulator, name === 'count') : accumulator;
}

function ofValues(
  name: string,
  input: BatchExpression,
  call: Call,
  order: ConstructorParameters<typeof Gather>[2],
): ValueAccumulator {
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
      return new Extreme(input, false);
    case 'max':
      return new Extreme(input, true);
    case 'stddev':
      return new Spread(input);
    case 'median':
      return new Quantile(input, 0.5);
    case 'quantile_cont': {
      const fraction = constantOf(call, 1);
      return new Quantile(input, isNumeric(fraction) ? toDouble(fraction) : 0.5);
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
