import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileRegex } from '../../../src/engine/regex/regex.ts';

/** Pieces of patterns that JavaScript and RE2 read alike. */
const atom = fc.constantFrom(
  'a', 'b', 'é', '😀', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', '\\b', '\\B', '^', '$', '[a-c]', '(?:ab|b)', 'ab', '-',
); // prettier-ignore
const repeat = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '*?', '+?');
const pattern: fc.Arbitrary<string> = fc.letrec<{ regex: string; sequence: string }>((tie) => ({
  regex: fc.oneof(
    { weight: 4, arbitrary: tie('sequence') },
    { weight: 1, arbitrary: fc.tuple(tie('sequence'), tie('regex')).map(([a, b]) => `${a}|${b}`) },
  ),
  sequence: fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 5, arbitrary: atom }, { weight: 1, arbitrary: tie('regex').map((r) => `(${r})`) }),
        repeat,
      ),
      { maxLength: 4 },
    )
    .map((parts) =>
      parts
        .map(([a, r]) =>
          /^(\\b|\\B|\^|\$)$/.test(a)
            ? a
            : a.length > 1 && !/^[[(\\]/.test(a) && a !== '😀'
              ? `(?:${a})${r}`
              : a + r,
        )
        .join(''),
    ),
})).regex;
const subject = fc
  .array(fc.constantFrom('a', 'b', 'c', 'é', '😀', '-', ' ', '1', '_', '\n'), { maxLength: 8 })
  .map((parts) => parts.join(''));

/** JavaScript's expression of the same meaning: without groups that a repetition leaves over from an earlier round. */
function javascript(source: string, flags = 'u'): RegExp {
  return new RegExp(source.replaceAll('\\s', '[\\t\\n\\f\\r ]').replaceAll('.', '[^\\n]'), flags);
}

describe('a regular expression', () => {
  it('matches where that of JavaScript does', () => {
    fc.assert(
      fc.property(pattern, subject, (source, text) => {
        // V8 finds \\B between the halves of a surrogate pair.
        fc.pre(!source.includes('\\B') || !text.includes('😀'));
        assert.equal(compileRegex(source).test(text), javascript(source).test(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the match that JavaScript finds', () => {
    fc.assert(
      fc.property(pattern, subject, (source, text) => {
        // JavaScript's repetitions stop at an empty round, RE2's do not go into one: what a pattern with such
        // takes differs.
        fc.pre(!/\)[*+{?]/.test(source) && !source.includes('\\B'));
        assert.deepEqual(compileRegex(source).match(text)?.[0], javascript(source).exec(text)?.[0]);
      }),
      { numRuns: 3000 },
    );
  });

  it('holds the text that it requires wherever it matches', () => {
    fc.assert(
      fc.property(pattern, subject, (source, text) => {
        const regex = compileRegex(source);
        if (regex.test(text)) assert.ok(text.includes(regex.required));
      }),
      { numRuns: 2000 },
    );
  });

  for (const [source, text, expected] of [
    ['(\\w+)@(\\w+)', 'to ann@home', ['ann@home', 'ann', 'home']],
    ['(?P<year>\\d{4})-(?<month>\\d\\d)', '2024-05', ['2024-05', '2024', '05']],
    ['(a)|(b)', 'b', ['b', '', 'b']],
    ['(?i)straße', 'STRAßE', ['STRAßE']],
    ['\\Q1+1\\E', '1+1', ['1+1']],
    ['[[:digit:]]+', 'ab12', ['12']],
    ['\\p{Greek}+', 'abγδ', ['γδ']],
    ['\\x{1F600}', 'a😀', ['😀']],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['(?s)a.b', 'a\nb', ['a\nb']],
    ['a{,2}', 'a{,2}', ['a{,2}']],
  ] as const) {
    it(`reads ${source}`, () => assert.deepEqual(compileRegex(source).match(text), expected));
  }

  it('replaces the first match or all', () => {
    assert.equal(compileRegex('a').replace('aaa', 'b', false), 'baa');
    assert.equal(compileRegex('x*').replace('abc', '-', true), '-a-b-c-');
    assert.equal(compileRegex('b*').replace('abc', '-', true), '-a-c-');
    assert.equal(compileRegex('(\\w)(\\d)').replace('a1 b2', '\\2\\1', true), '1a 2b');
    assert.equal(compileRegex('(b)').replace('abc', '<\\0\\\\\\1\\2\\x>', true), 'a<b\\b\\x>c');
  });

  it('replaces up to a length', () => {
    const long = 'x'.repeat(50);
    for (const longest of [99, 100]) {
      const replaced = compileRegex('(x+)').replace(`a${long}b`, `${'-'.repeat(48)}\\1`, true, longest);
      assert.equal(replaced, longest === 100 ? `a${'-'.repeat(48)}${long}b` : undefined);
    }
  });

  it('takes time in proportion to the text, whatever the pattern', () => {
    const text = 'a'.repeat(200_000);
    for (const source of ['(a+)+$', '(a|aa)+$', '(.*a){12}b', '(x+x+)+y'])
      compileRegex(source).test(`${text}!`);
    assert.equal(compileRegex('(a+)+$').test(text), true);
  });

  for (const [source, message] of [
    ['(', 'a group is not closed'],
    [')', 'unmatched )'],
    ['[a', 'a [ is not closed'],
    ['*a', 'there is nothing to repeat before *'],
    ['a**', 'a repetition cannot be repeated; put it in parentheses'],
    ['(?=a)', 'look-ahead such as (?= is not supported: patterns are matched in linear time'],
    ['(?<!a)', 'look-behind such as (?<! is not supported: patterns are matched in linear time'],
    ['(?<a>.)\\k<a>', 'back references such as \\k are not supported: patterns are matched in linear time'],
    ['(?<a>.)(?<a>.)', 'two groups have the name a'],
    ['(?>a)', 'atomic groups are not supported'],
    ['a++', 'possessive repetitions are not supported'],
    ['(a)\\1', 'back references such as \\1 are not supported: patterns are matched in linear time'],
    ['a{2,1}', 'the bounds of {2,1} are in the wrong order'],
    ['a{1001}', 'a repeat count can be at most 1000'],
    ['((a{100}){100}){100}', 'it is too large'],
    ['[b-a]', 'the ends of a range in [ ] are in the wrong order'],
    ['\\p{Nonsense}', 'unknown Unicode class Nonsense'],
    ['\\y', '\\y is not supported'],
    ['a\\', 'it is incomplete'],
    ['('.repeat(300) + ')'.repeat(300), 'it is nested too deeply'],
  ] as const) {
    it(`refuses ${source.slice(0, 20)}`, () => {
      assert.throws(() => compileRegex(source), { name: 'RegexError', message });
    });
  }
});
