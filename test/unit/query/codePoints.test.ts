import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textFunctions } from '../../../src/engine/query/function/text.ts';
import { compareValues } from '../../../src/engine/query/value/compare.ts';
import { lengthOf, unitsBefore } from '../../../src/engine/query/value/codePoints.ts';
import type { Value } from '../../../src/engine/query/value/value.ts';

/** Texts of one to three bytes in UTF-8, of pairs, and of halves of pairs that stand alone. */
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', 'é', '東', '😀', '🎉', '\ud83d', '\ude00'),
  maxLength: 12,
});
const small = fc.integer({ min: -14, max: 14 });

function call(name: string, ...values: Value[]): Value {
  const found = textFunctions.find((one) => one.name === name);
  assert.ok(found, name);
  return found.evaluate(values, compareValues);
}

describe('characters of a text', () => {
  it('are counted and found as a list of them has them', () => {
    fc.assert(
      fc.property(texts, fc.nat(14), (text, count) => {
        const all = Array.from(text);
        assert.equal(lengthOf(text), all.length);
        assert.equal(text.slice(0, unitsBefore(text, count)), all.slice(0, count).join(''));
        assert.equal(unitsBefore(text, Infinity), text.length);
      }),
    );
  });

  it('are what functions cut, fill and trim by', () => {
    fc.assert(
      fc.property(texts, small, texts, (text, number, set) => {
        const all = Array.from(text);
        assert.equal(call('length', text), all.length);
        assert.equal(call('left', text, number), all.slice(0, number).join(''));
        assert.equal(
          call('split_part', text, '', number),
          number === 0 ? '' : (all.at(number > 0 ? number - 1 : number) ?? ''),
        );
        const right = number === 0 ? [] : all.slice(-number);
        assert.equal(call('right', text, number), right.join(''));
        if (number > 0)
          assert.equal(call('substring', text, number, 3), all.slice(number - 1, number + 2).join(''));
        const wanted = new Set(Array.from(set));
        let [from, to] = [0, all.length];
        while (from < to && wanted.has(all[from])) from++;
        const begun = from;
        assert.equal(call('ltrim', text, set), all.slice(begun).join(''));
        while (to > from && wanted.has(all[to - 1])) to--;
        assert.equal(call('trim', text, set), all.slice(from, to).join(''));
        if (number >= 0) {
          const filled =
            number <= all.length ? all.slice(0, number).join('') : 'x'.repeat(number - all.length) + text;
          assert.equal(call('lpad', text, number, 'x'), filled);
        }
      }),
    );
  });
});
