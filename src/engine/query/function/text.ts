import { textOf, type Value } from '../value/value.ts';
import type { ScalarFunction } from './scalar.ts';

function text(value: Value): string {
  return value === null ? '' : textOf(value);
}

export const textFunctions: readonly ScalarFunction[] = [
  {
    name: 'lower',
    group: 'text',
    signature: 'lower(text)',
    summary: 'The text in lower case.',
    example: ["lower('Abc')", "'abc'"],
    evaluate: ([value]) => text(value).toLowerCase(),
  },
  {
    name: 'upper',
    group: 'text',
    signature: 'upper(text)',
    summary: 'The text in upper case.',
    example: ["upper('Abc')", "'ABC'"],
    evaluate: ([value]) => text(value).toUpperCase(),
  },
  {
    name: 'contains',
    group: 'text',
    signature: 'contains(text, part)',
    summary: 'Whether the part stands in the text.',
    example: ["contains('timeout', 'out')", 'true'],
    evaluate: ([value, part]) => text(value).includes(text(part)),
  },
  {
    name: 'starts_with',
    group: 'text',
    signature: 'starts_with(text, part)',
    summary: 'Whether the text begins with the part.',
    example: ["starts_with('timeout', 'time')", 'true'],
    evaluate: ([value, part]) => text(value).startsWith(text(part)),
  },
];
