import { aggregates, type AggregateFunction } from './aggregate.ts';
import { anyFunctions } from './any.ts';
import { listFunctions } from './list.ts';
import { numberFunctions } from './number.ts';
import { regexFunctions } from './regex.ts';
import type { ScalarFunction } from './scalar.ts';
import { textFunctions } from './text.ts';
import { timeFunctions } from './time.ts';
import { windowFunctions } from './window.ts';

export { aggregateNames, aggregates, type AggregateFunction } from './aggregate.ts';
export { arityOf, takesText, type ScalarFunction } from './scalar.ts';
export { windowFunctions, type WindowFunction } from './window.ts';

/** By name, in lower case. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map(
  [
    ...textFunctions,
    ...regexFunctions,
    ...numberFunctions,
    ...timeFunctions,
    ...listFunctions,
    ...anyFunctions,
  ].map((entry) => [entry.name, entry]),
);

/** The function of many rows that is called so; undefined where it is one of a single row. Over a window it may be an aggregate. */
export function rowsFunction(call: {
  readonly name: { readonly name: string };
  readonly over: unknown;
}): Pick<AggregateFunction, 'keepsLoose' | 'listsThem'> | undefined {
  const called = call.name.name.toLowerCase();
  return (call.over === undefined ? undefined : windowFunctions.get(called)) ?? aggregates.get(called);
}
