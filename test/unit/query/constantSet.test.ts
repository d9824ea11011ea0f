import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConstantSet } from '../../../src/engine/query/constantSet.ts';
import { compareValues } from '../../../src/engine/query/value/compare.ts';
import { numberOf } from '../../../src/engine/query/value/decimal.ts';
import type { Value } from '../../../src/engine/query/value/value.ts';
import { run } from '../stage/run.ts';
import { runs } from '../../support/long.ts';

const number = fc.constantFrom(
  '0',
  '-0',
  '1',
  '1.0',
  '1e0',
  '0.1',
  '9007199254740993',
  '9007199254740992',
  '1e400',
);
const value: fc.Arbitrary<Value> = fc.oneof(
  number.map(numberOf),
  fc.oneof(number, fc.constantFrom('', 'a', 'true', ' TRUE ', 'false', ' 1 ', '01', 'A')),
  fc.boolean(),
);

describe('constants that a value is looked up among', () => {
  it('answer as comparing with each of them does', () => {
    fc.assert(
      fc.property(value, fc.array(value, { minLength: 1, maxLength: 6 }), (sought, items) => {
        const set = new ConstantSet();
        for (const item of items) assert.ok(set.add(item));
        const orders = items.map((item) => compareValues(sought, item));
        const expected = orders.includes(0) ? true : orders.includes(undefined) ? null : false;
        assert.equal(set.has(sought), expected);
      }),
      { numRuns: runs(500, 10_000) },
    );
  });

  it('say nothing about other types', () => {
    const set = new ConstantSet();
    assert.equal(set.add(null), false);
    assert.equal(set.has(null), undefined);
  });

  const rows = Array.from({ length: 20_000 }, (_, id) => `{"id":${id},"text":"${id * 7}"}`);
  const data = { format: 'jsonl', text: rows.join('\n') } as const;
  const items = Array.from({ length: 9000 }, (_, at) => at * 3);
  const found = rows.filter((_, id) => id * 7 < 27_000 && (id * 7) % 3 === 0).length;
  /** One by one these would take minutes. */
  const cases = [
    [`text IN (${items.join(', ')})`, found],
    [items.map((item) => `text = ${item}`).join(' OR '), found],
    [items.map((item) => `lower(text) = '${item}'`).join(' OR '), found],
    [items.map((item) => `lower(text) <> '${item}'`).join(' AND '), rows.length - found],
    [`lower(text) NOT IN (${items.join(', ')}, TIMESTAMP '2024-01-01')`, 0],
  ] as const;
  for (const [query, count] of cases) {
    it(`are found at once: ${query.slice(0, 40)}`, async () => {
      assert.deepEqual(await run(`${query} |> AGGREGATE count(*) AS n`, data), [`{"n":${count}}`]);
      assert.deepEqual(await run(`EXTEND ${query} AS found |> AGGREGATE count_if(found) AS n`, data), [
        `{"n":${count}}`,
      ]);
    });
  }
});
