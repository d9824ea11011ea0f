import type { ComparisonOperator } from '../syntax/tree.ts';
import type { LikePattern } from '../value/like.ts';

/** How the sign that rw_cmp gives answers each comparison. */
export const orders: Record<ComparisonOperator, string> = {
  '=': '. == 0',
  '<>': '. != 0',
  '<': '. < 0',
  '<=': '. <= 0',
  '>': '. > 0',
  '>=': '. >= 0',
};

/** Of one value that is not null, given as `.`. */
export const unary = new Map([
  ['length', 'rw_with(if type == "array" then length else rw_text | length end)'],
  ['abs', 'rw_num | rw_with(if . < 0 then - . else . end)'],
  ['floor', 'rw_num | rw_with(floor)'],
  ['ceil', 'rw_num | rw_with(ceil)'],
  ['round', 'rw_num | rw_with(round)'],
  ['trunc', 'rw_num | rw_with(rw_trunc)'],
  ['reverse', 'rw_with(rw_text | explode | reverse | implode)'],
  ['trim', 'rw_with(rw_text | gsub("^ +| +$"; ""))'],
]);

/** Of two texts that are not null, given as $a and $b. */
export const binary = new Map([
  ['contains', '($a | contains($b))'],
  ['starts_with', '($a | startswith($b))'],
  ['ends_with', '($a | endswith($b))'],
  ['repeat', '([range($b) | $a] | add // "")'],
]);

/** Of values of which some may be null, given as a list. */
export const several = new Map([
  ['coalesce', 'map(select(. != null)) | .[0]'],
  ['ifnull', 'map(select(. != null)) | .[0]'],
  ['nullif', 'if rw_cmp(.[0]; .[1]) == 0 then null else .[0] end'],
  ['greatest', 'map(select(. != null)) | max'],
  ['least', 'map(select(. != null)) | min'],
  ['concat', 'map(if . == null then "" else rw_text end) | add'],
  [
    'replace',
    'if any(. == null) then null else map(rw_text) | . as $t | if .[1] == "" then .[0] else .[0] | split($t[1]) | join($t[2]) end end',
  ],
]);

export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A LIKE pattern as a regular expression over a whole text, any character being any: flag p of Oniguruma. */
export function regexOf(pattern: LikePattern): string {
  const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const any = '.*';
  switch (pattern.kind) {
    case 'exact':
      return `\\A${escape(pattern.text)}\\z`;
    case 'prefix':
      return `\\A${escape(pattern.text)}`;
    case 'suffix':
      return `${escape(pattern.text)}\\z`;
    case 'contains':
      return escape(pattern.text);
    case 'general': {
      const parts = pattern.parts.map((part) =>
        part === 'any' ? any : part === 'one' ? '.' : escape(part.literal),
      );
      return `\\A${parts.join('')}\\z`;
    }
  }
}
