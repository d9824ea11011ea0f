import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ColumnKernel } from '../../../src/engine/kernel/columnKernel.ts';
import { ByteReader, ByteWriter } from '../../../src/engine/stage/bytes.ts';
import { Bins } from '../../../src/engine/statistics/bins.ts';
import { CellColumn } from '../../../src/engine/statistics/cellColumn.ts';
import { limitsFor, type ColumnLimits } from '../../../src/engine/statistics/limits.ts';
import { finestBitsOfTimes, Quantiles } from '../../../src/engine/statistics/quantiles.ts';
import { numberScale, timeScale } from '../../../src/engine/statistics/scale.ts';
import { ValueKind, ValueTable } from '../../../src/engine/statistics/valueTable.ts';
import { runs } from '../../support/long.ts';

interface Part {
  write(out: ByteWriter): void;
  merge(from: ByteReader): void;
}

function merge(into: Part, part: Part): void {
  const out = new ByteWriter();
  part.write(out);
  const reader = new ByteReader(out.take());
  into.merge(reader);
  assert.equal(reader.left, 0, 'what is written is read to its end');
}

/** Divides values at random, and gathers them in parts that are merged in their order. */
function inParts<T, P extends Part>(
  values: readonly T[],
  cuts: readonly number[],
  make: () => P,
  add: (part: P, values: readonly T[]) => void,
): P {
  const whole = make();
  const places = [0, ...cuts.map((cut) => cut % (values.length + 1)).sort((a, b) => a - b), values.length];
  for (let at = 1; at < places.length; at++) {
    const part = make();
    const own = values.slice(places[at - 1], places[at]);
    const middle = Math.floor(own.length / 2);
    add(part, own.slice(0, middle));
    add(part, own.slice(middle));
    merge(whole, part);
  }
  return whole;
}

const cuts = fc.array(fc.nat(), { maxLength: 4 });
const small: ColumnLimits = {
  values: 20,
  valueBytes: 1024,
  counters: 8,
  exactNumbers: 16,
  buckets: 4096,
  bins: 64,
  numberBins: 64,
};

const kernel = new ColumnKernel();

function addTexts(table: ValueTable, texts: readonly string[]): void {
  const field = CellColumn.ofTexts(texts);
  kernel.place(field.input.bytes);
  kernel.sort(field.column, field.rows, texts.length);
  const rows = kernel.lists.texts;
  kernel.hash(rows, ValueKind.Text);
  const registers = table.onlyRegisters;
  if (registers) kernel.noteIn(registers, texts.length);
  else
    table.addTexts(ValueKind.Text, kernel.distinct(texts.length, rows), rows.rows, field.input, field.column);
}

function addDoubles(table: ValueTable, values: readonly number[]): void {
  kernel.setValues(Float64Array.from(values));
  kernel.hashNumbers(values.length, ValueKind.Double);
  table.addDoubles(kernel.distinct(values.length), kernel.values);
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function countsIn(table: ValueTable): [string, number][] {
  return [...table.entries()].map(({ bytes, count }) => [Buffer.from(bytes).toString(), count]);
}

describe('statistics/valueTable', () => {
  it('counts few values exactly, in the order in which they came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 24 }), { maxLength: 20 }),
        cuts,
        (few, at) => {
          const texts = few.flatMap((text, i) => Array.from({ length: (i % 3) + 1 }, () => text));
          const table = inParts(texts, at, () => new ValueTable(small), addTexts);
          assert.equal(table.exact, true);
          assert.deepEqual(countsIn(table), [...countsOf(texts)]);
          assert.deepEqual(table.distinct, { count: countsOf(texts).size, exact: true, error: 0 });
        },
      ),
      { numRuns: runs(200, 5000) },
    );
  });

  it('counts many too low by no more than it says, and by no more than their share of the counters', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 100, maxLength: 600 }), cuts, (numbers, at) => {
        const texts = numbers.map((number) => `value ${number * number}`);
        const table = inParts(texts, at, () => new ValueTable(small), addTexts);
        const exact = countsOf(texts);
        const kept = new Map(countsIn(table));
        assert.ok(table.error <= texts.length / small.counters, `${table.error} of ${texts.length}`);
        for (const [text, count] of exact) {
          const found = kept.get(text) ?? 0;
          assert.ok(found <= count && found >= count - table.error, `${text}: ${found} of ${count}`);
        }
      }),
      { numRuns: runs(200, 5000) },
    );
  });

  it('tells how many different values there are within four standard errors', () => {
    for (const count of [10_001, 50_000, 300_000]) {
      const table = new ValueTable(limitsFor(1));
      for (let from = 0; from < count; from += 10_000) {
        const own = Array.from(
          { length: Math.min(10_000, count - from) },
          (_, i) => `user-${from + i}@example.com`,
        );
        addTexts(table, own);
        addTexts(table, own.slice(0, 100));
      }
      const { count: found, exact, error } = table.distinct;
      assert.equal(exact, false);
      assert.ok(Math.abs(found - count) <= 4 * error * count, `${found} of ${count}`);
    }
    const table = new ValueTable(limitsFor(1));
    addTexts(
      table,
      Array.from({ length: 10_000 }, (_, i) => String(i)),
    );
    assert.deepEqual(table.distinct, { count: 10_000, exact: true, error: 0 });
  });

  it('hands on no more values than there are counters where it counts roughly', () => {
    const table = new ValueTable(limitsFor(1));
    table.reset(true);
    const seldom = Array.from({ length: 5000 }, (_, i) => `user-${i}@example.com`);
    const often = Array.from({ length: 500 }, () => 'often');
    addTexts(table, [...seldom.slice(0, 1000), ...often]);
    addTexts(table, seldom.slice(1000, 4600));
    addTexts(table, seldom.slice(4600));
    const out = new ByteWriter();
    table.write(out);
    const merged = new ValueTable(limitsFor(1));
    merged.merge(new ByteReader(out.take()));
    const [[value, times], ...others] = countsIn(merged);
    assert.deepEqual([value, others], ['often', []]);
    assert.ok(times <= 500 && times >= 500 - merged.error, `${times}, too low by up to ${merged.error}`);
    assert.ok(merged.error > 0 && merged.error <= 5500 / limitsFor(1).counters, String(merged.error));
    const { count, error } = merged.distinct;
    assert.ok(Math.abs(count - 5001) <= 4 * error * 5001, String(count));
  });

  it('does the same for numbers, minus zero being zero', () => {
    const table = new ValueTable(limitsFor(1));
    addDoubles(table, [0, -0, 1.5, 1.5, 2]);
    assert.deepEqual(
      [...table.entries()].map(({ count }) => count),
      [2, 2, 1],
    );
    const many = new ValueTable(limitsFor(1));
    addDoubles(
      many,
      Array.from({ length: 100_000 }, (_, i) => i / 8),
    );
    const { count, error } = many.distinct;
    assert.ok(Math.abs(count - 100_000) <= 4 * error * 100_000, String(count));
  });

  it('holds no more of long values than their beginning, and takes different ones for different', () => {
    const table = new ValueTable(limitsFor(1));
    const long = 'x'.repeat(1_000_000);
    addTexts(table, [`${long}a`, `${long}b`, `${long}a`]);
    assert.deepEqual(
      [...table.entries()].map(({ bytes, length, count }) => [bytes.length, length, count]),
      [
        [256, 1_000_001, 2],
        [256, 1_000_001, 1],
      ],
    );
  });
});

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
);

function addNumbers(part: Quantiles, values: readonly number[]): void {
  if (values.length === 0) return;
  kernel.setValues(Float64Array.from(values));
  part.add(kernel, values.length, kernel.measureNumbers(values.length));
}

describe('statistics/quantiles', () => {
  const anyTime = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) });
  const nearTime = fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2025, 3) });
  for (const [name, value, make] of [
    ['numbers', anyNumber, () => new Quantiles(small)],
    ['times', anyTime, () => new Quantiles(small, finestBitsOfTimes)],
    ['times of some months', nearTime, () => new Quantiles(small, finestBitsOfTimes)],
  ] as const) {
    it(`is exact for few ${name}, and off by no more than its error for many`, () => {
      fc.assert(
        fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), cuts, (values, at) => {
          const quantiles = inParts(values, at, make, addNumbers);
          const sorted = Float64Array.from(values).sort();
          for (const fraction of [0, 0.25, 0.5, 0.9, 1]) {
            const found = quantiles.quantile(fraction) ?? NaN;
            const place = fraction * (sorted.length - 1);
            if (quantiles.error === 0) {
              const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
              assert.equal(found, below + (above - below) * (place - Math.floor(place)));
            } else {
              const exact = sorted[Math.floor(place)];
              const off = Math.abs(found - exact);
              assert.ok(off <= quantiles.error * Math.abs(exact), `${found} for ${exact}`);
              assert.ok(off <= quantiles.widest, `${found} for ${exact}, by buckets of ${quantiles.widest}`);
              assert.ok(sorted.includes(found), 'it is one of the numbers');
            }
          }
        }),
        { numRuns: runs(200, 10_000) },
      );
    });

    it(`is the same for every order and division of ${name}`, () => {
      fc.assert(
        fc.property(fc.array(value, { minLength: 20, maxLength: 120 }), cuts, (values, at) => {
          const one = inParts(values, at, make, addNumbers);
          const other = inParts(values.toReversed(), [], make, addNumbers);
          assert.deepEqual(
            [0.1, 0.5, 0.7].map((fraction) => one.quantile(fraction)),
            [0.1, 0.5, 0.7].map((fraction) => other.quantile(fraction)),
          );
        }),
        { numRuns: runs(120, 5000) },
      );
    });
  }

  it('is off by a 2,000th of the range of times that are not near 1970', () => {
    const hours = Array.from({ length: 20_000 }, (_, hour) => Date.UTC(2023, 0) + hour * 3_600_000);
    for (const years of [1, 5, 20, 60]) {
      const times = hours.map((time) => Date.UTC(2023, 0) + (time - Date.UTC(2023, 0)) * (years / 2.3));
      const quantiles = new Quantiles(limitsFor(1), finestBitsOfTimes);
      addNumbers(quantiles, times);
      const bound = (times[times.length - 1] - times[0]) / 2000;
      for (const fraction of [0.01, 0.25, 0.5, 0.75, 0.99]) {
        const off = Math.abs((quantiles.quantile(fraction) ?? NaN) - times[Math.floor(fraction * 19_999)]);
        assert.ok(off <= bound, `${years} years, ${fraction}: off by ${off} ms, ${bound} ms allowed`);
      }
    }
  });
});

function addToBins(bins: Bins, values: readonly number[]): void {
  if (values.length === 0) return;
  bins.add(Float64Array.from(values), values.length, Math.min(...values), Math.max(...values));
}

describe('statistics/bins', () => {
  const times = fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 11) });
  const nearTimes = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2024, 2) });
  for (const [name, scale, value] of [
    ['numbers', numberScale, anyNumber],
    ['hundredths', numberScale, fc.integer({ min: -500, max: 500 }).map((cents) => cents / 100)],
    ['times', timeScale, times],
    ['times of some weeks', timeScale, nearTimes],
  ] as const) {
    it(`counts every value in its bar, however the values are divided: ${name}`, () => {
      fc.assert(
        fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), cuts, (values, at) => {
          const bins = inParts(values, at, () => new Bins(scale, 64), addToBins);
          const bars = Bins.show([bins], scale, 20, values.every(Number.isInteger));
          assert.ok(bars);
          const { places, edges, counts } = bars;
          assert.ok(counts[0].length >= 1 && counts[0].length <= 20, `${counts[0].length} bars`);
          const expected = Array.from(counts[0], (_, bar) => {
            const [from, to] = [places[bar], places[bar + 1]];
            return values.filter((one) => one >= from && one < to).length;
          });
          assert.deepEqual([...counts[0]], expected);
          assert.equal(
            expected.reduce((sum, count) => sum + count, 0),
            values.length,
          );
          if (scale.kind === 'number') assert.deepEqual(edges.map(Number), [...places]);
          const reversed = inParts(values.toReversed(), [], () => new Bins(scale, 64), addToBins);
          assert.deepEqual(Bins.show([reversed], scale, 20, values.every(Number.isInteger)), bars);
        }),
        { numRuns: runs(300, 10_000) },
      );
    });
  }

  it('shows two by the same edges', () => {
    const all = new Bins(numberScale, 512);
    addToBins(
      all,
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const some = new Bins(numberScale, 512);
    addToBins(some, [3, 4, 990]);
    const bars = Bins.show([all, some], numberScale, 10, true);
    assert.deepEqual(bars?.edges, ['0', '200', '400', '600', '800', '1000']);
    assert.deepEqual(
      bars.counts.map((counts) => [...counts]),
      [
        [200, 200, 200, 200, 200],
        [2, 0, 0, 0, 1],
      ],
    );
  });

  it('has no bar for fractions where the numbers are whole', () => {
    const bins = new Bins(numberScale, 512);
    addToBins(bins, [1, 2, 3, 5]);
    assert.deepEqual(Bins.show([bins], numberScale, 40, true)?.edges, ['1', '2', '3', '4', '5', '6']);
    const only = new Bins(numberScale, 512);
    addToBins(only, [12.5, 12.5]);
    assert.deepEqual(Bins.show([only], numberScale, 40, false)?.edges, ['12.5', '12.6']);
  });

  it('divides time as calendars do', () => {
    const edgesOf = (from: string, to: string): readonly string[] | undefined => {
      const bins = new Bins(timeScale, 512);
      addToBins(bins, [Date.parse(from), Date.parse(to)]);
      return Bins.show([bins], timeScale, 14, true)?.edges;
    };
    assert.deepEqual(edgesOf('2024-01-31T05:00Z', '2024-07-01T05:00Z')?.slice(0, 3), [
      '2024-01-01',
      '2024-02-01',
      '2024-03-01',
    ]);
    assert.deepEqual(edgesOf('2024-05-31T05:10Z', '2024-05-31T15:10Z')?.slice(0, 2), [
      '2024-05-31 05:00:00',
      '2024-05-31 06:00:00',
    ]);
    assert.deepEqual(edgesOf('2024-05-29T05:10Z', '2024-07-31T15:10Z')?.slice(0, 2), [
      '2024-05-27',
      '2024-06-03',
    ]);
    const centuries = edgesOf('0001-01-01T00:00Z', '9999-12-31T00:00Z');
    assert.deepEqual(centuries?.slice(0, 3), ['0000-01-01', '1000-01-01', '2000-01-01']);
  });
});
