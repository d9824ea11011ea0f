import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pack, packedWords } from '../../../src/engine/columns/bits.ts';
import { Kind } from '../../../src/engine/format/record.ts';
import { countBars } from '../../../src/engine/kernel/packedBars.ts';
import { packedKernel, type Marks, type PackedNumbers } from '../../../src/engine/kernel/packed.ts';

interface Column {
  readonly numbers: Uint32Array;
  readonly packed: PackedNumbers;
}

/** Packed behind a word that is another's, and before more of them. */
function columnOf(numbers: Uint32Array, width: number): Column {
  const count = numbers.length;
  const words = new Uint32Array(packedWords(count, width) + 20).fill(0xdeadbeef);
  pack(numbers, count, width, words.subarray(1));
  return { numbers, packed: { words, at: 1, count, width } };
}

const columnUpTo = (widest: number): fc.Arbitrary<Column> =>
  fc
    .tuple(fc.integer({ min: 0, max: widest }), fc.integer({ min: 0, max: 200 }))
    .chain(([width, length]) =>
      fc
        .array(fc.nat({ max: 2 ** width - 1 }), { minLength: length, maxLength: length })
        .map((numbers) => columnOf(Uint32Array.from(numbers), width)),
    );

function listed(marks: Marks): number[] {
  const records = new Uint32Array(marks.count);
  const found = marks.list(records);
  assert.equal(marks.marked, found);
  return [...records.subarray(0, found)];
}

function where(numbers: Uint32Array, holds: (number: number, at: number) => boolean): number[] {
  return [...numbers.keys()].filter((at) => holds(numbers[at], at));
}

/** A number that is there, or one beside it. */
const pointIn = ({ numbers, packed: { width } }: Column, pick: number): number =>
  Math.max(0, Math.min(2 ** width - 1, (numbers[(pick >>> 2) % numbers.length] || 0) + (pick % 3) - 1));

describe("the kernel's packed columns", () => {
  const kernel = packedKernel();

  it('mark the numbers in a range, of every width', () => {
    fc.assert(
      fc.property(columnUpTo(32), fc.nat(), fc.nat(), fc.boolean(), (column, one, other, inside) => {
        const bounds = [pointIn(column, one), pointIn(column, other)];
        const [from, to] = [Math.min(...bounds), Math.max(...bounds)];
        kernel.restart();
        assert.deepEqual(
          listed(kernel.inRange(column.packed, from, to, inside)),
          where(column.numbers, (number) => (number >= from && number <= to) === inside),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('mark the codes of a set, be they few or many', () => {
    fc.assert(
      fc.property(columnUpTo(11), fc.infiniteStream(fc.boolean()), (column, luck) => {
        const codes = column.numbers.reduce((most, code) => Math.max(most, code + 1), 1);
        const taken = Uint8Array.from({ length: codes }, () => Number(luck.next().value));
        kernel.restart();
        assert.deepEqual(
          listed(kernel.among(column.packed, taken)),
          where(column.numbers, (code) => taken[code] === 1),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('count marked numbers by bars, also by such that no number is in', () => {
    let counted = 0;
    fc.assert(
      fc.property(
        columnUpTo(32),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: -2, max: 5000 })), { maxLength: 50 }),
        fc.nat(),
        (column, gaps, pick) => {
          const { numbers, packed } = column;
          const starts = gaps.map(([near, far]) => (near % 3 === 0 ? far : pointIn(column, near)));
          const bars = Float64Array.from([-Infinity, ...starts.sort((a, b) => a - b)]);
          const most = numbers.reduce((greatest, number) => Math.max(greatest, number), 0);
          kernel.restart();
          const point = pointIn(column, pick);
          const marks = pick % 4 === 0 ? kernel.all(packed.count) : kernel.inRange(packed, 0, point, true);
          const counts = new Float64Array(bars.length).fill(1);
          const before = counts.slice();
          if (!countBars(packed, most, marks, bars, counts)) {
            assert.deepEqual(counts, before);
            return;
          }
          counted++;
          for (const at of listed(marks)) before[bars.findLastIndex((start) => start <= numbers[at])]++;
          assert.deepEqual(counts, before);
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(counted > 500, `${counted} of them were even enough`);
  });

  it('copy marks, of which either can be narrowed alone', () => {
    const column = columnOf(
      Uint32Array.from({ length: 100 }, (_, at) => at),
      7,
    );
    kernel.restart();
    const marks = kernel.inRange(column.packed, 10, 90, true);
    const copy = marks.copy();
    copy.and(kernel.inRange(column.packed, 0, 12, true));
    assert.deepEqual(listed(copy), [10, 11, 12]);
    assert.equal(marks.marked, 81);
  });

  it('tell records with NULL, and with nothing, from numbers', () => {
    const flags = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 }), { maxLength: 200 }), flags, (values, wanted) => {
        const { numbers, packed } = columnOf(Uint32Array.from(values), 2);
        kernel.restart();
        const marks = kernel.keep(kernel.all(numbers.length), packed, ...wanted);
        assert.deepEqual(
          listed(marks),
          where(numbers, (other) => wanted[other]),
        );
        const kinds = new Uint8Array(numbers.length);
        kernel.kinds(packed, Kind.Number, kinds);
        assert.deepEqual(
          [...kinds],
          values.map((other) => [Kind.Number, Kind.Null, Kind.Missing][other]),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('join sets, and take records out of them', () => {
    fc.assert(
      fc.property(columnUpTo(6), fc.nat(), fc.boolean(), fc.nat(), (column, pick, every, out) => {
        const { numbers, packed } = column;
        const point = pointIn(column, pick);
        kernel.restart();
        const one = kernel.inRange(packed, 0, point, true);
        // What is looked at in between does not touch it.
        kernel.numbers(packed, 0, 1, new Float64Array(numbers.length));
        const other = kernel.inRange(packed, point, point, !every);
        const both = every ? one.and(other) : one.or(other);
        if (numbers.length > 0) both.remove(out % numbers.length);
        const third = kernel.all(numbers.length);
        assert.deepEqual(listed(third).length, numbers.length);
        assert.deepEqual(
          listed(both),
          where(
            numbers,
            (number, at) =>
              at !== out % numbers.length &&
              (every ? number <= point && number !== point : number <= point || number === point),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('give back numbers and codes', () => {
    fc.assert(
      fc.property(
        columnUpTo(32),
        fc.integer({ min: -1000, max: 1000 }),
        fc.nat({ max: 4 }),
        ({ numbers, packed }, low, scale) => {
          const made = new Float64Array(numbers.length + 1).fill(-7);
          kernel.numbers(packed, low, 10 ** scale, made.subarray(0, numbers.length));
          assert.deepEqual([...made], [...Array.from(numbers, (number) => (number + low) / 10 ** scale), -7]);
          if (packed.width > 16) return;
          const codes = new Uint16Array(numbers.length);
          kernel.codes(packed, codes);
          assert.deepEqual([...codes], [...numbers]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are as large as they have to be', () => {
    const { numbers, packed } = columnOf(
      Uint32Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 2 ** 20),
      20,
    );
    kernel.restart();
    const marks = kernel.inRange(packed, 5, 99_999, true);
    assert.deepEqual(
      listed(marks),
      where(numbers, (number) => number >= 5 && number <= 99_999),
    );
  });

  it('refuse sets of a block before', () => {
    kernel.restart();
    const marks = kernel.all(10);
    kernel.restart();
    assert.throws(() => marks.marked, TypeError);
    assert.throws(() => marks.list(new Uint32Array(10)), TypeError);
  });
});
