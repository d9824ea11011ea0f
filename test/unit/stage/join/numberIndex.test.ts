import assert from 'node:assert/strict';
import { NumberIndex, wordOf } from '../../../../src/engine/stage/join/numberIndex.ts';
import { randomFrom } from '../../../support/sample.ts';

describe('NumberIndex', () => {
  it('finds the rows of the numbers that it was given, and of no others', () => {
    const random = randomFrom(3);
    const known = new Map<number, number>([
      [0, 7],
      [-1, 8],
      [2 ** 53, 9],
      [-0.5, 10],
      [1e300, 11],
    ]);
    while (known.size < 20_000)
      known.set(Math.floor((random() - 0.5) * 2 ** (10 + (known.size % 50))), known.size);
    const index = new NumberIndex();
    for (const [key, row] of known) assert.equal(index.put(key, row), row);
    for (const [key, row] of known) assert.equal(index.put(key, -7), row, 'the first row stays');
    assert.deepEqual(new Map(index.entries()), known);
    for (const [key, row] of known) assert.equal(index.find(key, -1), row, `the row of ${key}`);
    for (let i = 0; i < 20_000; i++) {
      const key = Math.floor(random() * 2 ** 40) + 0.25;
      assert.equal(index.find(key, -1), -1, `${key} is not there`);
    }
    assert.equal(index.find(-0, -1), known.get(0), 'minus zero is zero');
  });

  it('tells numbers of all sizes apart before it looks at them', () => {
    for (const scale of [1, 1e-6, 0.25, 2 ** 32, 2 ** 60, 1e300, -1e-9]) {
      const seen = new Set(Array.from({ length: 10_000 }, (_, at) => wordOf(at * scale)));
      assert.ok(seen.size > 9900, `${seen.size} of 10,000 multiples of ${scale}`);
    }
  });

  it('finds in what it has shared what it found before, be they close together or not', () => {
    const random = randomFrom(4);
    for (const [least, step, kind] of [
      [0, 1, 'dense'],
      [-1500, 2, 'dense'],
      [2 ** 53 - 5000, 2, 'dense'],
      [7, 40, 'table'],
      [0.5, 1, 'table'],
    ] as const) {
      const known = new Map<number, number>();
      for (let i = 0; i < 2000; i++) known.set(least + step * Math.floor(random() * 2000), i);
      const index = new NumberIndex();
      for (const [key, row] of known) index.put(key, row);
      const memory = index.share();
      assert.equal(memory.kind, kind);
      const shared = new NumberIndex(memory);
      for (const [key, row] of known) assert.equal(shared.find(key, -1), row, `the row of ${key}`);
      for (let i = 0; i < 20_000; i++) {
        const key = least + (random() - 0.25) * 10_000 * step;
        const whole = Math.round(key);
        for (const one of [key, whole, -key])
          assert.equal(shared.find(one, -1), known.get(one) ?? -1, `${one}`);
      }
    }
    assert.equal(new NumberIndex(new NumberIndex().share()).find(0, -1), -1, 'an empty one');
  });

  it('takes no room before there is a number', () => assert.equal(new NumberIndex().size, 0));
});
