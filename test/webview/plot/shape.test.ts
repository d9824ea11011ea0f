import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Histogram } from '../../../src/protocol/statistics.ts';
import { holdsBar, only, pickBars, toggled, nothing } from '../../../src/webview/plot/picked.ts';
import { barsOf } from '../../../src/webview/plot/shape.ts';
import { writeTable } from '../../../src/webview/plot/facts.ts';

function histogram(counts: readonly number[]): Histogram {
  const places = Float64Array.from({ length: counts.length + 1 }, (_, index) => index * 10 - 50);
  const whole = Float64Array.from(counts);
  return {
    kind: 'number',
    edges: [...places].map(String),
    places,
    whole,
    filtered: whole.map((count) => count >> 1),
  };
}

describe('webview/plot/shape', () => {
  it('keeps every count when bars become fewer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 60 }),
        fc.integer({ min: 1, max: 80 }),
        (counts, most) => {
          const bars = barsOf(histogram(counts), most);
          assert(bars.length <= most);
          const sum = counts.reduce((all, one) => all + one, 0);
          assert.equal(
            bars.reduce((all, { whole }) => all + whole, 0),
            sum,
          );
          for (const [index, bar] of bars.slice(1).entries()) assert.equal(bar.from, bars[index]?.to);
        },
      ),
    );
  });

  it('picks what it shows as picked', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(19), { minLength: 1 }), (picked) => {
        const bars = barsOf(histogram(Array.from({ length: 20 }, () => 5)), 20);
        const pick = pickBars('number', bars, picked);
        assert.deepEqual(
          bars.flatMap((bar, index) => (holdsBar(pick, bar) ? [index] : [])),
          picked.toSorted((a, b) => a - b),
        );
        assert.deepEqual(only(pick, pickBars('number', bars, picked.toReversed())), nothing);
      }),
    );
  });

  it('takes a value and gives it back', () => {
    const value = { kind: 'text', text: 'a', cut: false } as const;
    const one = toggled(nothing, value);
    assert.deepEqual(one.values, [value]);
    assert.deepEqual(toggled({ ...one, nulls: true }, value), { ...nothing, nulls: true });
  });

  it('writes tables that other programs read', () => {
    const rows = [
      ['a|b', 'n'],
      ['x,"y"', '1\n2'],
    ];
    assert.equal(writeTable(rows, 'csv'), 'a|b,n\n"x,""y""","1\n2"');
    assert.equal(writeTable(rows, 'markdown'), '| a\\|b | n |\n| --- | ---: |\n| x,"y" | 1<br>2 |');
  });
});
