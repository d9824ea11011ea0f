import { said } from '../../../said/said.ts';
import { regexFrom } from '../../regex/regex.ts';
import { longestText, ValueTooLongError } from '../value/longText.ts';
import type { ScalarFunction } from './scalar.ts';
import { text, whole } from './text.ts';

export const regexFunctions: readonly ScalarFunction[] = [
  {
    name: 'regexp_matches',
    group: 'text',
    gives: 'boolean',
    signature: 'regexp_matches(text, pattern)',
    summary: said`Whether the regular expression matches somewhere in the text. The same as ~.`,
    example: ["regexp_matches('timeout', 'time.?out')", 'true'],
    evaluate: ([value, pattern]) => regexFrom(text(pattern))?.test(text(value)) ?? null,
  },
  {
    name: 'regexp_extract',
    group: 'text',
    gives: 'text',
    signature: 'regexp_extract(text, pattern, group?)',
    summary: said`The first match, or one of its groups. Empty if there is none.`,
    example: ["regexp_extract('id=42', 'id=(\\d+)', 1)", "'42'"],
    evaluate: ([value, pattern, group = 0]) => {
      const regex = regexFrom(text(pattern));
      if (regex === undefined) return null;
      return regex.match(text(value))?.at(whole(group) ?? 0) ?? '';
    },
  },
  {
    name: 'regexp_replace',
    group: 'text',
    gives: 'text',
    signature: 'regexp_replace(text, pattern, by, options?)',
    summary: said`The text with the first match replaced, or every match with the option 'g'. \\1 stands for a group.`,
    example: ["regexp_replace('a1b2', '\\d', '', 'g')", "'ab'"],
    evaluate: ([value, pattern, by, options = '']) => {
      const regex = regexFrom(text(pattern), text(options).includes('i'));
      if (regex === undefined) return null;
      const replaced = regex.replace(text(value), text(by), text(options).includes('g'), longestText);
      if (replaced === undefined) throw new ValueTooLongError('regexp_replace', longestText);
      return replaced;
    },
  },
];
