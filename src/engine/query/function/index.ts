import type { ScalarFunction } from './scalar.ts';
import { textFunctions } from './text.ts';

export { aggregateNames, aggregates, type AggregateFunction } from './aggregate.ts';
export { windowFunctions, type WindowFunction } from './window.ts';
export { arityOf, type ScalarFunction } from './scalar.ts';

/** By name, in lower case. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map(
  [...textFunctions].map((entry) => [entry.name, entry]),
);
