import assert from 'node:assert/strict';
import { editQuery, parseQuery, picksOf } from '../../../../src/engine/query/index.ts';
import type { ValuePick, PickedRange } from '../../../../src/engine/query/panel/pick.ts';
import type { PickedValue } from '../../../../src/engine/query/panel/valueTest.ts';

const range = (from?: string, to?: string, kind: 'number' | 'time' = 'number'): PickedRange => ({
  kind,
  from,
  to,
});
const value = (text: string, kind: PickedValue['kind'] = 'text', cut = false): PickedValue => ({
  kind,
  text,
  cut,
});
const typed = <T extends PickedRange | PickedValue>(one: T): T => ({ ...one, typed: true });
const none = { values: [], nulls: false };
const pick = (some: Partial<ValuePick>): ValuePick => ({ ranges: [], values: [], nulls: false, ...some });

describe('query/panel/pick', () => {
  for (const [query, some, expected] of [
    ['', { ranges: [range('-5', '10.5')] }, 'a >= -5 AND a < 10.5'],
    ['b', { ranges: [range('1e21')] }, 'b AND a >= 1e21'],
    ['b OR c', { ranges: [range('1', '2')] }, '(b OR c) AND a >= 1 AND a < 2'],
    ['', { ranges: [range('0', '1'), range('5', '6')] }, '(a >= 0 AND a < 1 OR a >= 5 AND a < 6)'],
    [
      '',
      { ranges: [range('2024-05-31', '2024-05-31 18:00:00', 'time')] },
      "a >= TIMESTAMP '2024-05-31' AND a < TIMESTAMP '2024-05-31 18:00:00'",
    ],
    ['', { values: [value("it's")] }, "a = 'it''s'"],
    ['', { values: [value('5', 'number'), value('true', 'boolean')] }, 'a IN (5, true)'],
    [
      '',
      { values: [value('x'), value('long', 'text', true)], nulls: true },
      "(a = 'x' OR starts_with(a, 'long') OR a IS NULL)",
    ],
    ['', { nulls: true }, 'a IS NULL'],
    ['', { values: [typed(value('1', 'number'))] }, "(typeof(a) = 'number' AND a = 1)"],
    ['b', { values: [typed(value('1'))] }, "b AND (typeof(a) = 'text' AND a = '1')"],
    ['', { ranges: [typed(range('1', '5'))] }, "(typeof(a) = 'number' AND a >= 1 AND a < 5)"],
    ['', { ranges: [typed(range('1'))] }, "(typeof(a) = 'number' AND a >= 1)"],
    [
      '',
      {
        values: [value('x'), typed(value('1', 'number')), typed(value('2', 'number')), typed(value('true'))],
        nulls: true,
      },
      "(a = 'x' OR typeof(a) = 'number' AND a IN (1, 2) OR typeof(a) = 'text' AND a = 'true' OR a IS NULL)",
    ],
  ] as const) {
    it(`writes ${expected}, and reads it`, () => {
      const edited = editQuery(query, { kind: 'pick', path: 'a', pick: pick(some) });
      assert.equal(edited, expected);
      assert.ok(parseQuery(edited).ok);
      assert.deepEqual(picksOf(edited), [{ path: 'a', pick: pick(some), excluded: none }]);
      // The same again, another in its place, and none.
      assert.equal(editQuery(edited, { kind: 'pick', path: 'a', pick: pick(some) }), expected);
      assert.equal(
        editQuery(edited, { kind: 'pick', path: 'a', pick: pick({}) }),
        query === 'b OR c' ? '(b OR c)' : query,
      );
    });
  }

  for (const [query, path, expected] of [
    // What a pick has not written stays.
    ['a <> 3 AND a = 1', 'a', 'a <> 3 AND a IS NULL'],
    ['a > 3', 'a', 'a > 3 AND a IS NULL'],
    ['b = 1 AND a = 1', 'a', 'b = 1 AND a IS NULL'],
    ['a = 1 OR b = 2', 'a', '(a = 1 OR b = 2) AND a IS NULL'],
    ['a = 1 AND a = 2', 'a', 'a IS NULL'],
    ['a >= 1 AND b AND a < 2', 'a', 'b AND a IS NULL'],
    ['"user"."name" = 1', 'user.name', 'user.name IS NULL'],
    ['b = 1 |> ORDER BY a', 'a', 'b = 1 AND a IS NULL |> ORDER BY a'],
    ['a = 1 |> ORDER BY a', 'a', 'WHERE a IS NULL |> ORDER BY a'],
    // The column of a group is not the one that its records were chosen by.
    [
      'a = 1 |> AGGREGATE count(*) AS n GROUP BY a',
      'a',
      'a = 1 |> AGGREGATE count(*) AS n GROUP BY a |> WHERE a IS NULL',
    ],
    // Nor is that of the rows beyond which a LIMIT goes, or of which a sample is.
    ['a = 1 |> LIMIT 5', 'a', 'a = 1 |> LIMIT 5 |> WHERE a IS NULL'],
    ['a = 1 |> LIMIT 5 |> WHERE a = 2', 'a', 'a = 1 |> LIMIT 5 |> WHERE a IS NULL'],
    ['a = 1 |> TABLESAMPLE 5 ROWS', 'a', 'a = 1 |> TABLESAMPLE 5 ROWS |> WHERE a IS NULL'],
    ['a = 1 |> SELECT a |> WHERE a = 2', 'a', 'a = 1 |> SELECT a |> WHERE a IS NULL'],
  ] as const) {
    it(`puts a pick in place of what was picked in: ${query}`, () => {
      const edited = editQuery(query, { kind: 'pick', path, pick: pick({ nulls: true }) });
      assert.equal(edited, expected);
      assert.ok(parseQuery(edited).ok);
    });
  }

  for (const [query, edits, expected] of [
    ['', ['exclude x'], "a IS DISTINCT FROM 'x'"],
    ['', ['exclude x', 'only x'], "a = 'x'"],
    ['', ['exclude x', 'exclude y', 'exclude NULL', 'only y'], "a = 'y'"],
    ['', ['only x', 'exclude x'], "a IS DISTINCT FROM 'x'"],
    ['', ['only NULL', 'exclude NULL'], 'a IS NOT NULL'],
    ['', ['exclude NULL', 'only NULL'], 'a IS NULL'],
    ["a IN ('x', 'y')", ['exclude x'], "a = 'y'"],
    ["(a = 'x' OR a IS NULL)", ['exclude NULL'], "a = 'x'"],
    ["(a = 'x' OR a IS NULL)", ['exclude x'], 'a IS NULL'],
    ['', ['exclude x', 'exclude y', 'include x'], "a IS DISTINCT FROM 'y'"],
    ['', ['exclude NULL', 'include NULL'], ''],
    [
      '',
      ['exclude x', 'exclude NULL', 'only 1 to 5'],
      "a IS DISTINCT FROM 'x' AND a IS NOT NULL AND a >= 1 AND a < 5",
    ],
    // What another column, or other words, say stays.
    [
      "b IS DISTINCT FROM 'x' AND a <> 'x'",
      ['exclude x', 'only x'],
      "b IS DISTINCT FROM 'x' AND a <> 'x' AND a = 'x'",
    ],
    // Nor are records those that they are chosen for.
    ["a IS DISTINCT FROM 'x' |> LIMIT 5", ['only x'], "a IS DISTINCT FROM 'x' |> LIMIT 5 |> WHERE a = 'x'"],
  ] as const) {
    it(`lets a later choice of a value replace an earlier one: ${edits.join(', ')} in: ${query}`, () => {
      const edited = edits.reduce<string>((text, edit) => {
        const [kind, of] = edit.split(' ', 2);
        const one = of === 'NULL' ? undefined : value(of);
        if (kind === 'exclude' || kind === 'include') return editQuery(text, { kind, path: 'a', value: one });
        const some = edit.endsWith('5')
          ? { ranges: [range('1', '5')] }
          : one
            ? { values: [one] }
            : { nulls: true };
        return editQuery(text, { kind: 'pick', path: 'a', pick: pick(some) });
      }, query);
      assert.equal(edited, expected);
      assert.ok(parseQuery(edited).ok);
    });
  }

  for (const one of [
    value('x'),
    value('5', 'number'),
    value('-5', 'number'),
    value('true', 'boolean'),
    value('be', 'text', true),
    typed(value('1', 'number')),
    typed(value('1')),
    undefined,
  ]) {
    it(`reads what it leaves out: ${JSON.stringify(one)}`, () => {
      const edited = editQuery('b', { kind: 'exclude', path: 'a', value: one });
      const excluded = { values: one ? [one] : [], nulls: one === undefined };
      assert.deepEqual(picksOf(edited), [{ path: 'a', pick: pick({}), excluded }]);
      assert.equal(editQuery(edited, { kind: 'include', path: 'a', value: one }), 'b');
    });
  }

  it('reads what a user has written', () => {
    const query = `level IN ('error') AND ms < 5 AND (ok = TRUE OR ok IS NULL) AND x >= 'a' AND lower(y) = 'z'`;
    assert.deepEqual(picksOf(query), [
      { path: 'level', pick: pick({ values: [value('error')] }), excluded: none },
      { path: 'ms', pick: pick({ ranges: [range(undefined, '5')] }), excluded: none },
      { path: 'ok', pick: pick({ values: [value('true', 'boolean')], nulls: true }), excluded: none },
    ]);
    assert.deepEqual(picksOf('a = '), []);
    assert.deepEqual(picksOf('a = 1 |> LIMIT 5'), []);
  });
});
