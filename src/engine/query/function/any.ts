import { said } from '../../../said/said.ts';
import { typeOf } from '../value/value.ts';
import type { ScalarFunction } from './scalar.ts';

export const anyFunctions: readonly ScalarFunction[] = [
  {
    name: 'coalesce',
    group: 'any',
    signature: 'coalesce(value, ...)',
    summary: said`The first value that is not NULL.`,
    example: ["coalesce(NULL, 'a')", "'a'"],
    seesNull: true,
    keepsLoose: true,
    evaluate: (values) => values.find((value) => value !== null) ?? null,
  },
  {
    name: 'ifnull',
    group: 'any',
    signature: 'ifnull(value, otherwise)',
    summary: said`The same as coalesce with two values.`,
    example: ['ifnull(NULL, 2)', '2'],
    seesNull: true,
    keepsLoose: true,
    evaluate: ([value, otherwise]) => value ?? otherwise,
  },
  {
    name: 'nullif',
    group: 'any',
    signature: 'nullif(value, other)',
    summary: said`NULL if both are equal, otherwise the value.`,
    example: ["nullif('-', '-')", 'NULL'],
    seesNull: true,
    keepsLoose: true,
    compares: true,
    evaluate: ([value, other], compare) => (value !== null && compare(value, other) === 0 ? null : value),
  },
  {
    name: 'typeof',
    group: 'any',
    gives: 'text',
    signature: 'typeof(value)',
    summary: said`null, boolean, number, text, timestamp, interval, list or object.`,
    example: ['typeof(1.5)', "'number'"],
    seesNull: true,
    evaluate: ([value]) => typeOf(value),
  },
];
