import { createHash } from 'node:crypto';
import { said } from '../../../said/said.ts';
import { JsonList } from '../value/json.ts';
import { joinTexts, longestList, ValueTooLongError } from '../value/longText.ts';
import type { Value } from '../value/value.ts';
import { isPairBefore, lengthOf, unitsBefore } from '../value/codePoints.ts';
import { text, textsOf, whole } from './argument.ts';
import { listContains } from './list.ts';
import { readTimeBy } from '../value/timeFormat.ts';
import type { ScalarFunction } from './scalar.ts';

/** `repeat` and padding make nothing longer: a query must not fill the memory. In UTF-16 units. */
const maxLength = 16 * 1024 * 1024;

/** Characters are Unicode code points. Only for texts that are short: a list of them takes many times the text's memory. */
function characters(value: string): string[] {
  return Array.from(value);
}

/** The characters from one 1-based place up to another, the latter not included; places outside are taken as empty. */
function between(value: string, from: number, to: number): string {
  const start = Math.max(0, from - 1);
  const first = unitsBefore(value, start);
  return value.slice(first, Math.max(first, unitsBefore(value, Math.max(0, to - 1))));
}

/** As DuckDB: a negative start counts from the end, a negative length takes the characters before the start. */
function substring(value: string, start: number, length: number | undefined): string {
  const from = start < 0 ? lengthOf(value) + start + 1 : start;
  if (length === undefined) return between(value, from, Infinity);
  return length < 0 ? between(value, from + length, from) : between(value, from, from + length);
}

function trimmed(value: string, set: string, left: boolean, right: boolean): string {
  const wanted = new Set(characters(set));
  let from = 0;
  let to = value.length;
  while (left && from < to) {
    const character = String.fromCodePoint(value.codePointAt(from) ?? 0);
    if (!wanted.has(character)) break;
    from += character.length;
  }
  while (right && to > from) {
    const character = value.slice(isPairBefore(value, to) && to - 2 >= from ? to - 2 : to - 1, to);
    if (!wanted.has(character)) break;
    to -= character.length;
  }
  return value.slice(from, to);
}

/** @throws ValueTooLongError */
function padded(maker: 'lpad' | 'rpad', value: string, length: number, fill: string): Value {
  const own = lengthOf(value);
  if (length <= own) return between(value, 1, Math.max(0, length) + 1);
  if (fill === '') return null;
  if (length > maxLength) throw new ValueTooLongError(maker, maxLength);
  const missing = length - own;
  const pad = between(fill.repeat(Math.ceil(missing / lengthOf(fill))), 1, missing + 1);
  return maker === 'lpad' ? pad + value : value + pad;
}

function splitPart(value: string, separator: string, index: number): string {
  if (index === 0) return '';
  // As DuckDB, and not UTF-16 units, of which two can be a character.
  if (separator === '') return substring(value, index, 1);
  const parts = value.split(separator);
  return parts.at(index > 0 ? index - 1 : index) ?? '';
}

/** @throws ValueTooLongError */
function splitText(value: string, separator: Value): Value {
  if (separator === null || value === '') return new JsonList([value]);
  const by = text(separator);
  const isShort = by !== '' || lengthOf(value) <= longestList;
  const parts = !isShort ? undefined : by === '' ? characters(value) : value.split(by, longestList + 1);
  if (parts === undefined || parts.length > longestList)
    throw new ValueTooLongError('string_split', longestList, 'items');
  return new JsonList(parts);
}

/** NULL where an argument that must be a number is none. */
function withWhole(value: Value, use: (number: number) => Value): Value {
  const number = whole(value);
  return number === undefined ? null : use(number);
}

function substringOf(values: readonly Value[]): Value {
  const [value, start, length] = values;
  return withWhole(start, (from) =>
    values.length < 3
      ? substring(text(value), from, undefined)
      : withWhole(length, (count) => substring(text(value), from, count)),
  );
}

export const textFunctions: readonly ScalarFunction[] = [
  {
    name: 'lower',
    group: 'text',
    gives: 'text',
    signature: 'lower(text)',
    summary: said`The text in lower case.`,
    example: ["lower('Abc')", "'abc'"],
    evaluate: ([value]) => text(value).toLowerCase(),
  },
  {
    name: 'upper',
    group: 'text',
    gives: 'text',
    signature: 'upper(text)',
    summary: said`The text in upper case.`,
    example: ["upper('Abc')", "'ABC'"],
    evaluate: ([value]) => text(value).toUpperCase(),
  },
  {
    name: 'length',
    group: 'text',
    gives: 'number',
    signature: 'length(text)',
    summary: said`The number of characters in the text, or of items in the list.`,
    example: ["length('año')", '3'],
    evaluate: ([value]) => (value instanceof JsonList ? value.items.length : lengthOf(text(value))),
  },
  {
    name: 'len',
    group: 'text',
    gives: 'number',
    signature: 'len(text)',
    summary: said`The same as length.`,
    example: ['len([1, 2])', '2'],
    evaluate: ([value]) => (value instanceof JsonList ? value.items.length : lengthOf(text(value))),
  },
  {
    name: 'trim',
    group: 'text',
    gives: 'text',
    signature: 'trim(text, characters?)',
    summary: said`The text without spaces, or other characters, at both ends.`,
    example: ["trim('  x ')", "'x'"],
    evaluate: ([value, set = ' ']) => trimmed(text(value), text(set), true, true),
  },
  {
    name: 'ltrim',
    group: 'text',
    gives: 'text',
    signature: 'ltrim(text, characters?)',
    summary: said`The text without spaces, or other characters, at its start.`,
    example: ["ltrim('xxa', 'x')", "'a'"],
    evaluate: ([value, set = ' ']) => trimmed(text(value), text(set), true, false),
  },
  {
    name: 'rtrim',
    group: 'text',
    gives: 'text',
    signature: 'rtrim(text, characters?)',
    summary: said`The text without spaces, or other characters, at its end.`,
    example: ["rtrim('axx', 'x')", "'a'"],
    evaluate: ([value, set = ' ']) => trimmed(text(value), text(set), false, true),
  },
  {
    name: 'substr',
    group: 'text',
    gives: 'text',
    signature: 'substr(text, start, length?)',
    summary: said`The part of the text from a 1-based position. A negative start counts from the end.`,
    example: ["substr('hello', 2, 3)", "'ell'"],
    evaluate: substringOf,
  },
  {
    name: 'substring',
    group: 'text',
    gives: 'text',
    signature: 'substring(text, start, length?)',
    summary: said`The same as substr.`,
    example: ["substring('hello', -3)", "'llo'"],
    evaluate: substringOf,
  },
  {
    name: 'left',
    group: 'text',
    gives: 'text',
    signature: 'left(text, count)',
    summary: said`The first characters. With a negative count, all but the last ones.`,
    example: ["left('hello', 2)", "'he'"],
    evaluate: ([value, count]) =>
      withWhole(count, (n) => between(text(value), 1, n < 0 ? lengthOf(text(value)) + n + 1 : n + 1)),
  },
  {
    name: 'right',
    group: 'text',
    gives: 'text',
    signature: 'right(text, count)',
    summary: said`The last characters. With a negative count, all but the first ones.`,
    example: ["right('hello', 2)", "'lo'"],
    evaluate: ([value, count]) =>
      withWhole(count, (n) => between(text(value), n < 0 ? 1 - n : lengthOf(text(value)) - n + 1, Infinity)),
  },
  {
    name: 'replace',
    group: 'text',
    gives: 'text',
    signature: 'replace(text, part, by)',
    summary: said`The text with every occurrence of a part replaced.`,
    example: ["replace('a-b-c', '-', '+')", "'a+b+c'"],
    evaluate: ([value, part, by]) =>
      text(part) === '' ? text(value) : joinTexts('replace', text(value).split(text(part)), text(by)),
  },
  {
    name: 'split_part',
    group: 'text',
    gives: 'text',
    signature: 'split_part(text, separator, index)',
    summary: said`The part with a 1-based number, counted from the end if negative. Empty if there is none.`,
    example: ["split_part('a,b,c', ',', 2)", "'b'"],
    evaluate: ([value, separator, index]) =>
      withWhole(index, (at) => splitPart(text(value), text(separator), at)),
  },
  {
    name: 'string_split',
    group: 'text',
    gives: 'list',
    signature: 'string_split(text, separator)',
    summary: said`The parts of the text between separators as a list. An empty separator splits it into characters.`,
    example: ["string_split('a,b,c', ',')", "['a', 'b', 'c']"],
    seesNull: true,
    evaluate: ([value, separator]) => (value === null ? null : splitText(text(value), separator)),
  },
  {
    name: 'starts_with',
    group: 'text',
    gives: 'boolean',
    signature: 'starts_with(text, part)',
    summary: said`Whether the text begins with the part.`,
    example: ["starts_with('timeout', 'time')", 'true'],
    evaluate: ([value, part]) => text(value).startsWith(text(part)),
  },
  {
    name: 'ends_with',
    group: 'text',
    gives: 'boolean',
    signature: 'ends_with(text, part)',
    summary: said`Whether the text ends with the part.`,
    example: ["ends_with('timeout', 'out')", 'true'],
    evaluate: ([value, part]) => text(value).endsWith(text(part)),
  },
  {
    name: 'contains',
    group: 'text',
    gives: 'boolean',
    signature: 'contains(text, part)',
    summary: said`Whether the text contains the part, or the list contains the item.`,
    example: ["contains('timeout', 'eo')", 'true'],
    evaluate: ([value, part], compare) =>
      value instanceof JsonList ? listContains(value, part, compare) : text(value).includes(text(part)),
  },
  {
    name: 'strpos',
    group: 'text',
    gives: 'number',
    signature: 'strpos(text, part)',
    summary: said`The 1-based position of the first occurrence of the part. 0 if there is none.`,
    example: ["strpos('hello', 'l')", '3'],
    evaluate: ([value, part]) => {
      const at = text(value).indexOf(text(part));
      return at === -1 ? 0 : lengthOf(text(value).slice(0, at)) + 1;
    },
  },
  {
    name: 'strptime',
    group: 'text',
    gives: 'timestamp',
    signature: 'strptime(text, format)',
    summary: said`The time that the text is by a format, the reverse of strftime. NULL if it is not written so. What the format does not say is that of 1900-01-01 00:00:00.`,
    example: ["strptime('31/05/2024', '%d/%m/%Y')", "TIMESTAMP '2024-05-31 00:00:00'"],
    evaluate: ([value, format]) => readTimeBy(text(format), text(value)) ?? null,
  },
  {
    name: 'reverse',
    group: 'text',
    gives: 'text',
    signature: 'reverse(text)',
    summary: said`The text in reverse order.`,
    example: ["reverse('abc')", "'cba'"],
    evaluate: ([value]) => characters(text(value)).reverse().join(''),
  },
  {
    name: 'repeat',
    group: 'text',
    gives: 'text',
    signature: 'repeat(text, count)',
    summary: said`The text repeated a number of times.`,
    example: ["repeat('ab', 2)", "'abab'"],
    evaluate: ([value, count]) =>
      withWhole(count, (n) => {
        const part = text(value);
        if (part === '' || n <= 0) return '';
        if (n * part.length > maxLength) throw new ValueTooLongError('repeat', maxLength);
        return part.repeat(n);
      }),
  },
  {
    name: 'lpad',
    group: 'text',
    gives: 'text',
    signature: 'lpad(text, length, fill)',
    summary: said`The text padded at its start, or cut, to a length.`,
    example: ["lpad('7', 3, '0')", "'007'"],
    evaluate: ([value, length, fill]) => withWhole(length, (n) => padded('lpad', text(value), n, text(fill))),
  },
  {
    name: 'rpad',
    group: 'text',
    gives: 'text',
    signature: 'rpad(text, length, fill)',
    summary: said`The text padded at its end, or cut, to a length.`,
    example: ["rpad('a', 3, '.')", "'a..'"],
    evaluate: ([value, length, fill]) => withWhole(length, (n) => padded('rpad', text(value), n, text(fill))),
  },
  {
    name: 'concat',
    group: 'text',
    gives: 'text',
    signature: 'concat(value, ...)',
    summary: said`All values joined into one text. NULL is skipped, unlike with ||.`,
    example: ["concat('a', 1, NULL)", "'a1'"],
    seesNull: true,
    evaluate: (values) => joinTexts('concat', values.map(text)),
  },
  {
    name: 'concat_ws',
    group: 'text',
    gives: 'text',
    signature: 'concat_ws(separator, value, ...)',
    summary: said`All values and items of lists joined into one text, with a separator between them. NULL is skipped.`,
    example: ["concat_ws('-', 'a', NULL, 1)", "'a-1'"],
    seesNull: true,
    evaluate: ([separator, ...values]) => {
      if (separator === null) return null;
      const parts = values.flatMap((value) => (value instanceof JsonList ? value.items : [value]));
      return joinTexts('concat_ws', textsOf(parts), text(separator));
    },
  },
  {
    name: 'chr',
    group: 'text',
    gives: 'text',
    signature: 'chr(count)',
    summary: said`The character with this number in Unicode. NULL if there is none.`,
    example: ['chr(65)', "'A'"],
    evaluate: ([value]) => {
      const code = whole(value);
      const isCharacter =
        code !== undefined && code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      return isCharacter ? String.fromCodePoint(code) : null;
    },
  },
  {
    name: 'ascii',
    group: 'text',
    gives: 'number',
    signature: 'ascii(text)',
    summary: said`The number in Unicode of the first character, and 0 of an empty text.`,
    example: ["ascii('A')", '65'],
    evaluate: ([value]) => text(value).codePointAt(0) ?? 0,
  },
  {
    name: 'unicode',
    group: 'text',
    gives: 'number',
    signature: 'unicode(text)',
    summary: said`The number in Unicode of the first character, and -1 of an empty text.`,
    example: ["unicode('é')", '233'],
    evaluate: ([value]) => text(value).codePointAt(0) ?? -1,
  },
  {
    name: 'md5',
    group: 'text',
    gives: 'text',
    signature: 'md5(text)',
    summary: said`The MD5 digest of the bytes of the text in UTF-8, in hexadecimal digits.`,
    example: ["md5('a')", "'0cc175b9c0f1b6a831c399e269772661'"],
    evaluate: ([value]) => digest('md5', text(value)),
  },
  {
    name: 'sha256',
    group: 'text',
    gives: 'text',
    signature: 'sha256(text)',
    summary: said`The SHA-256 digest of the bytes of the text in UTF-8, in hexadecimal digits.`,
    example: ["left(sha256('a'), 12)", "'ca978112ca1b'"],
    evaluate: ([value]) => digest('sha256', text(value)),
  },
];

function digest(algorithm: 'md5' | 'sha256', value: string): string {
  return createHash(algorithm).update(value, 'utf8').digest('hex');
}
