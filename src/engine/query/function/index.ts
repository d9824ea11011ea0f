import { anyFunctions } from './any.ts';
import { listFunctions } from './list.ts';
import { numberFunctions } from './number.ts';
import { regexFunctions } from './regex.ts';
import type { ScalarFunction } from './scalar.ts';
import { textFunctions } from './text.ts';
import { timeFunctions } from './time.ts';

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
