import { said } from '../../../said/said.ts';
import { regexFrom } from '../../regex/regex.ts';
import { JsonList } from '../value/json.ts';
import type { Value } from '../value/value.ts';
import { longestList, longestText, ValueTooLongError } from '../value/longText.ts';
import type { ScalarFunction } from './scalar.ts';
import { text, whole } from './argument.ts';

function regexBy(pattern: Value, options: Value): ReturnType<typeof regexFrom> {
  return regexFrom(text(pattern), text(options).includes('i'));
}

export const regexFunctions: readonly ScalarFunction[] = [
  {
    name: 'regexp_matches',
    group: 'text',
    gives: 'boolean',
    signature: 'regexp_matches(text, pattern, options?)',
    summary: said`Whether the regular expression matches somewhere in the text. The same as ~, and as ~* with the option 'i', which ignores letter case.`,
    example: ["regexp_matches('timeout', 'time.?out')", 'true'],
    evaluate: ([value, pattern, options = '']) => regexBy(pattern, options)?.test(text(value)) ?? null,
  },
  {
    name: 'regexp_extract',
    group: 'text',
    gives: 'text',
    signature: 'regexp_extract(text, pattern, group?, options?)',
    summary: said`The first match, or one of its groups. Empty if there is none. The option 'i' ignores letter case.`,
    example: ["regexp_extract('id=42', 'id=(\\d+)', 1)", "'42'"],
    evaluate: ([value, pattern, group = 0, options = '']) => {
      const regex = regexBy(pattern, options);
      if (regex === undefined) return null;
      return regex.match(text(value))?.at(whole(group) ?? 0) ?? '';
    },
  },
  {
    name: 'regexp_extract_all',
    group: 'text',
    gives: 'list',
    signature: 'regexp_extract_all(text, pattern, group?, options?)',
    summary: said`All matches as a list, or one of the groups of each. The option 'i' ignores letter case.`,
    example: ["regexp_extract_all('a1b22', '\\d+')", "['1', '22']"],
    evaluate: ([value, pattern, group = 0, options = '']) => {
      const found = regexBy(pattern, options)?.matchAll(text(value), whole(group) ?? 0, longestList);
      if (found === 'too many') throw new ValueTooLongError('regexp_extract_all', longestList, 'items');
      return found === undefined || found === 'no such group' ? null : new JsonList(found);
    },
  },
  {
    name: 'regexp_replace',
    group: 'text',
    gives: 'text',
    signature: 'regexp_replace(text, pattern, by, options?)',
    summary: said`The text with the first match replaced, or every match with the option 'g'. The option 'i' ignores letter case. \\1 stands for a group.`,
    example: ["regexp_replace('a1b2', '\\d', '', 'g')", "'ab'"],
    evaluate: ([value, pattern, by, options = '']) => {
      const regex = regexBy(pattern, options);
      if (regex === undefined) return null;
      const replaced = regex.replace(text(value), text(by), text(options).includes('g'), longestText);
      if (replaced === undefined) throw new ValueTooLongError('regexp_replace', longestText);
      return replaced;
    },
  },
];
