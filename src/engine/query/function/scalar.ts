import type { Said } from '../../../said/said.ts';
import type { Compare } from '../value/compare.ts';
import type { TypeName, Value } from '../value/value.ts';

export type FunctionGroup = 'text' | 'number' | 'time' | 'list' | 'json' | 'any';

/** A function of the values of one row. */
export interface ScalarFunction {
  readonly name: string;
  readonly group: FunctionGroup;
  /** As documentation shows it: `substr(text, start, length?)`. The arguments are counted from it. */
  readonly signature: string;
  readonly summary: Said;
  /** An example and what it gives, both as the language writes them. */
  readonly example: readonly [string, string];
  /** Also called where an argument is NULL; the others give NULL without being called. */
  readonly seesNull?: boolean;
  /**
   * Gives one of its arguments as it stands: CSV fields stay without a type, but beside a number they are read
   * as one.
   */
  readonly keepsLoose?: boolean;
  /** Compares its arguments, as numbers where they read as such. */
  readonly compares?: boolean;
  /** Gives the list that it is given, or items of it as they stand. */
  readonly hands?: 'list' | 'item';
  /** Takes intervals as well as times, so that what lies between two dates is one to it, and no number of days. */
  readonly takesIntervals?: boolean;
  /** What it gives where that is always the same, NULL aside. */
  readonly gives?: TypeName;
  /** @param compare how two of them are compared: texts as numbers or times where that is what they are to the query */
  readonly evaluate: (values: readonly Value[], compare: Compare) => Value;
}

/** Parameters of functions of texts that are numbers. */
const numberParameters: ReadonlySet<string> = new Set(['start', 'length', 'count', 'index', 'group']);

/** Whether an argument is looked at as the text that it is, and not as a number or a time. */
export function takesText({ group, name, signature }: ScalarFunction, argument: number): boolean {
  if (group === 'json' || name === 'typeof') return true;
  return (
    group === 'text' && !numberParameters.has(parametersOf(signature).at(argument)?.replace('?', '') ?? '')
  );
}

function parametersOf(signature: string): readonly string[] {
  const inside = signature.slice(signature.indexOf('(') + 1, signature.lastIndexOf(')'));
  return inside === '' ? [] : inside.split(', ');
}

/** How many arguments a signature takes; `...` takes any number more. */
export function arityOf(signature: string): { readonly least: number; readonly most: number } {
  const parameters = parametersOf(signature);
  const named = parameters.filter((parameter) => parameter !== '...');
  return {
    least: named.filter((parameter) => !parameter.endsWith('?')).length,
    most: named.length < parameters.length ? Infinity : named.length,
  };
}
