import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ColumnSummary, Histogram } from '../../../src/protocol/statistics.ts';
import { holdsBar, only, pickBars, toggled, nothing } from '../../../src/webview/plot/picked.ts';
import { barsOf, comparable, countsIn, listedIn } from '../../../src/webview/plot/shape.ts';
import { noKinds } from '../bed/statistics.ts';
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

function summaryOf([text, count]: readonly [string, number], others = 0): ColumnSummary {
  return {
    kinds: { ...noKinds, text: count },
    distinct: { count: 1, exact: true, error: 0 },
    trues: 0,
    numbers: undefined,
    times: undefined,
    texts: undefined,
    lists: undefined,
    top: { values: [{ text, kind: 'text', count, cut: false }], exact: true, error: 0, others },
    patterns: undefined,
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

  it('shows a filter alone until the whole was read as far', () => {
    const [whole, filtered] = [summaryOf(['a', 90]), summaryOf(['a', 9])];
    const known = { column: 0, whole, filtered, histogram: histogram([10, 20]) };
    const alone = comparable(known, 0.01, 1);
    assert.deepEqual([alone.whole, alone.filtered], [filtered, undefined]);
    assert.deepEqual(
      [alone.histogram?.whole, alone.histogram?.filtered],
      [histogram([5, 10]).whole, undefined],
    );
    assert.equal(comparable({ ...known, whole: undefined }, 0, 0.5).whole, filtered);
    assert.equal(comparable(known, 1, 1), known);
    assert.equal(comparable(known, 0.5, 0.2), known);
    assert.equal(comparable({ ...known, filtered: undefined }, 0.5, undefined).whole, whole);
  });

  it('does not take a value for absent that the filter does not list', () => {
    const estimated = summaryOf(['a', 9], 5);
    const matches = countsIn({ ...estimated, top: { ...estimated.top, exact: false } });
    assert.equal(matches({ kind: 'text', text: 'a' }), 9);
    assert.equal(matches({ kind: 'text', text: 'b' }), undefined);
    assert.equal(countsIn(summaryOf(['a', 9]))({ kind: 'text', text: 'b' }), 0);
  });

  describe('a checklist', () => {
    const values = (counts: Readonly<Record<string, number>>, others: number, asked = {}): ColumnSummary => {
      const list = (of: Readonly<Record<string, number>>) =>
        Object.entries(of).map(([text, count]) => ({ kind: 'text', text, count, cut: false }) as const);
      const top = { values: list(counts), exact: true, error: 0, others, asked: list(asked) };
      return { ...summaryOf(['a', 0]), top };
    };
    const whole = values({ a: 40, b: 30 }, 50, { c: 20, d: 3 });
    const said = (listed: ReturnType<typeof listedIn>) => [
      ...listed.values.map(({ value, whole, shown }) => [value.text, shown, whole]),
      listed.others,
    ];

    it('lists the values of the rows that match, in their order, with what the whole has of them', () => {
      const matches = values({ c: 9, b: 4, d: 3 }, 2, { a: 0 });
      assert.deepEqual(said(listedIn(whole, matches, [], undefined)), [
        ['c', 9, 20],
        ['b', 4, 30],
        ['d', 3, 3],
        2,
      ]);
      assert.deepEqual(said(listedIn(whole, undefined, [], undefined)), [['a', 40, 40], ['b', 30, 30], 50]);
    });

    it('lists what is picked in any case, and the values of the whole after it', () => {
      const picked = (text: string) => [{ text, kind: 'text', cut: false }] as const;
      const one = values({ c: 9 }, 0, { a: 0, b: 0 });
      assert.deepEqual(said(listedIn(whole, one, picked('c'), undefined)), [
        ['c', 9, 20],
        ['a', 0, 40],
        ['b', 0, 30],
        0,
      ]);
      const none = values({}, 0, { a: 0, b: 0 });
      assert.deepEqual(said(listedIn(whole, none, picked('e'), picked('c'))), [
        ['c', 0, 20],
        ['e', 0, undefined],
        0,
      ]);
    });
  });

  it('picks what it shows as picked', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(19), { minLength: 1 }), (picked) => {
        const bars = barsOf(histogram(Array.from({ length: 20 }, () => 5)), 20);
        const pick = pickBars('number', bars, picked, undefined);
        assert.deepEqual(
          bars.flatMap((bar, index) => (holdsBar(pick, bar) ? [index] : [])),
          picked.toSorted((a, b) => a - b),
        );
        assert.deepEqual(only(pick, pickBars('number', bars, picked.toReversed(), undefined)), nothing);
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
