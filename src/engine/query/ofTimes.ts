import { said, type Said } from '../../said/said.ts';
import { isTime } from './cell.ts';
import { errorAt, warningAt, type Diagnostic } from './diagnostic.ts';
import { aggregates, scalarFunctions, windowFunctions } from './function/index.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Call, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** Functions of numbers that give times of times, and intervals of intervals. */
const taking: ReadonlyMap<string, 'intervals' | 'times and intervals'> = new Map([
  ['sum', 'intervals'],
  ['avg', 'times and intervals'],
  ['median', 'times and intervals'],
  ['quantile_cont', 'times and intervals'],
]);

/** What a function of numbers takes beside them. */
export function momentsIn(name: string): 'intervals' | 'times and intervals' | undefined {
  return taking.get(name);
}

/** Whether the first argument of a call is to be a number. */
export function takesNumbers({ name, over }: Call): boolean {
  const called = name.name.toLowerCase();
  const functions = over ? windowFunctions : aggregates;
  const { signature = '' } =
    functions.get(called) ?? aggregates.get(called) ?? scalarFunctions.get(called) ?? {};
  // Of a number of seconds it gives a time.
  return signature.includes('(number') && called !== 'to_timestamp';
}

/** Of a function that has no answer for times or intervals. */
export function noAnswer({ name }: Call, what: Said, value: string): Said {
  const instead = `${name.name}(epoch(${value}))`;
  return said`${name.name}(…) has no answer for ${what}; for their seconds write ${instead}`;
}

/** Where a function of numbers is asked of what is known to be times or intervals, which would be NULL. */
export function checkOfTimes({ operators, text }: Query, layout: Layout): Diagnostic[] {
  const found: Diagnostic[] = [];
  const origins = new Origins(layout, (node) => (node.kind === 'column' ? [node] : []));
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (node) => {
        if (node.kind !== 'call' || !takesNumbers(node)) return;
        const [value] = node.arguments;
        const nature = origins.natureOf(value);
        const takes = momentsIn(node.name.name.toLowerCase());
        const isOfTimes = nature.type === 'timestamp' || isTime(nature);
        const isRefused = isOfTimes ? takes !== 'times and intervals' : nature.type === 'interval' && !takes;
        if (!isRefused) return;
        const what = isOfTimes ? said`times` : said`intervals`;
        const message = noAnswer(node, what, text.slice(value.from, value.to));
        // Some of the values may be no times, where they come from several places.
        const isSure = nature.type !== undefined || origins.isField(value);
        found.push(isSure ? errorAt(node, message) : warningAt(node, message));
      });
    }
    origins.pass(operator);
  }
  return found;
}
