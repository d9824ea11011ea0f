import assert from 'node:assert/strict';
import fc from 'fast-check';
import { schemaPattern } from '../../../src/engine/schema/patterns.ts';
import { compileSchema } from '../../../src/engine/schema/compile.ts';
import { specOf } from '../../../src/engine/schema/schemaSpec.ts';
import { runs } from '../../support/long.ts';

/** Parts of patterns, whole ones and some that only together are one. */
const part = fc.constantFrom(
  ...['a', 'b', 'é', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\b', '\\B', '^', '$', '|', '(', ')'],
  ...[
    '(?:',
    '(?<n>',
    '(?=',
    '(?!',
    '(?<=',
    '[',
    '[^',
    ']',
    '[]',
    '[^]',
    '[a-c]',
    '[^\\s\\d]',
    '[\\b]',
    '[[]',
  ],
  ...[
    '[(?]',
    '[:alpha:]',
    '[[:alpha:]]',
    '*',
    '+',
    '?',
    '{2}',
    '{1,}',
    '{0,3}',
    '*?',
    '\\u0061',
    '\\u{1F600}',
  ],
  ...['\\x62', '\\/', '\\.', '\\]', '\\[', '\\p{L}', '\\P{Lu}', '\\1', '\\n', '\\0', '-', '&&', ','],
);
const text = fc.string({
  unit: fc.constantFrom(
    ...Array.from('ab1_ -é,.[]:(?\n\r\b'),
    '\u2028',
    '\u00a0',
    '\ufeff',
    '😀',
    'A',
    '&',
    '/',
    '\0',
    'lph',
  ),
  maxLength: 8,
});

describe('schema/patterns', () => {
  it('mean what they mean to JavaScript', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), fc.array(text, { maxLength: 8 }), (parts, texts) => {
        const pattern = parts.join('');
        let native: RegExp;
        try {
          native = new RegExp(pattern, 'u');
        } catch {
          assert.throws(() => schemaPattern(pattern), SyntaxError);
          return;
        }
        compared++;
        const ours = schemaPattern(pattern);
        for (const value of texts) {
          const found = native.exec(value);
          // V8 finds `\B` between the halves of a surrogate pair (`/\B/u` in "a😀a"), where ECMA-262 has no position.
          if (found && isWithinPair(value, found.index)) continue;
          assert.equal(ours.test(value), found !== null, `${pattern} on ${JSON.stringify(value)}`);
        }
      }),
      { numRuns: runs(5000, 200_000) },
    );
    assert.ok(compared > 500, `${compared} patterns compared`);
  });

  it('take time in proportion to the text, and are told apart in one schema', () => {
    const schema = {
      properties: { a: { pattern: '^(a+)+$' }, b: { pattern: '^(\\w|\\s|[a-z])*!$' }, c: { pattern: '^x' } },
    };
    const root = 'file:///s.json';
    const compiled = compileSchema(specOf({ root, documents: [{ address: root, schema }] }, '2020-12'));
    const long = 'a'.repeat(50_000);
    // By backtracking, none of these would ever end.
    assert.deepEqual(
      compiled.violations({ a: `${long}?`, b: `${long}?`, c: 'xa' }, 9).map(({ path }) => path),
      ['/a', '/b'],
    );
    assert.ok(compiled.isValid({ a: long, b: `${long}!`, c: 'x' }));
  });
});

function isWithinPair(text: string, index: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(Math.max(0, index - 1), index + 1)) && index > 0;
}
