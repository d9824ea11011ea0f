import assert from 'node:assert/strict';
import { editQuery, parseQuery, unsortedQuery } from '../../../../src/engine/query/index.ts';

describe('query/panel/sort', () => {
  function clicks(query: string, path: string, times: number, more = false): string[] {
    const texts: string[] = [];
    for (let click = 0; click < times; click++) {
      const text = editQuery(texts.at(-1) ?? query, { kind: 'sort', path, direction: 'next', more });
      assert.ok(parseQuery(text).ok, text);
      texts.push(text);
    }
    return texts;
  }

  for (const [query, path, ...expected] of [
    ['', 'a', 'ORDER BY a', 'ORDER BY a DESC', ''],
    ['  ', 'a', 'ORDER BY a'],
    ['|>', 'a', 'ORDER BY a'],
    ['b = 1', 'user.name', 'b = 1 |> ORDER BY user.name', 'b = 1 |> ORDER BY user.name DESC', 'b = 1'],
    [
      'b = 1',
      '"odd ""name"',
      'b = 1 |> ORDER BY "odd ""name"',
      'b = 1 |> ORDER BY "odd ""name" DESC',
      'b = 1',
    ],
    ['b = 1;', 'a', 'b = 1 |> ORDER BY a;', 'b = 1 |> ORDER BY a DESC;', 'b = 1 ;'],
    ['b = 1 -- why', 'a', 'b = 1 |> ORDER BY a -- why'],
    ['(b OR c)', 'a', '(b OR c) |> ORDER BY a'],
    // A key that is written in another way, or with other keys, is the same key.
    ['|> ORDER BY "user"."name" NULLS FIRST', 'user.name', '|> ORDER BY user.name DESC', ''],
    ['ORDER BY b, a', 'a', 'ORDER BY a DESC', ''],
    ['ORDER BY lower(a)', 'a', 'ORDER BY a'],
    // Rows that are limited stay the same rows.
    [
      'ORDER BY a LIMIT 5',
      'a',
      'ORDER BY a LIMIT 5 |> ORDER BY a',
      'ORDER BY a LIMIT 5 |> ORDER BY a DESC',
      'ORDER BY a LIMIT 5',
    ],
    // Conditions behind it do not change the order.
    ['ORDER BY a |> WHERE b', 'c', 'ORDER BY c |> WHERE b', 'ORDER BY c DESC |> WHERE b', 'WHERE b'],
    ['ORDER BY a |> SELECT a, c', 'c', 'ORDER BY a |> SELECT a, c |> ORDER BY c'],
    [
      'b |> AGGREGATE count(*) GROUP BY b',
      '"count(*)"',
      'b |> AGGREGATE count(*) GROUP BY b |> ORDER BY "count(*)"',
    ],
    [
      'SELECT a + 1 AS x FROM f ORDER BY x',
      'x',
      'SELECT a + 1 AS x FROM f ORDER BY x DESC',
      'SELECT a + 1 AS x FROM f',
    ],
    ['FROM f', 'a', 'FROM f |> ORDER BY a'],
    ['SELECT a FROM f;', 'a', 'SELECT a FROM f |> ORDER BY a;'],
    ['-- why', 'a', 'ORDER BY a -- why'],
  ] as const) {
    it(`clicks on ${path} of: ${query}`, () => {
      assert.deepEqual(clicks(query, path, expected.length), expected);
    });
  }

  for (const [query, path, ...expected] of [
    ['', 'a', 'ORDER BY a', 'ORDER BY a DESC', ''],
    ['ORDER BY b DESC', 'a', 'ORDER BY b DESC, a', 'ORDER BY b DESC, a DESC', 'ORDER BY b DESC'],
    ['ORDER BY a, b NULLS FIRST', 'a', 'ORDER BY a DESC, b NULLS FIRST', 'ORDER BY b NULLS FIRST'],
  ] as const) {
    it(`keeps other keys where ${path} is one more of: ${query}`, () => {
      assert.deepEqual(clicks(query, path, expected.length, true), expected);
    });
  }

  it('sets a direction', () => {
    const set = (query: string, direction: 'ascending' | 'descending' | 'none') =>
      editQuery(query, { kind: 'sort', path: 'a', direction, more: direction === 'none' });
    assert.equal(set('ORDER BY a', 'ascending'), 'ORDER BY a');
    assert.equal(set('ORDER BY b', 'descending'), 'ORDER BY a DESC');
    assert.equal(set('ORDER BY a, b', 'none'), 'ORDER BY b');
    assert.equal(set('ORDER BY b', 'none'), 'ORDER BY b');
    assert.equal(set('b = 1', 'none'), 'b = 1');
  });

  it('takes the order out where the rows stay the same ones', () => {
    for (const [query, expected] of [
      ['ORDER BY a', ''],
      ['b = 1 |> ORDER BY a DESC, c', 'b = 1'],
      ['ORDER BY a |> WHERE b = 1', 'WHERE b = 1'],
      ['b = 1 |> ORDER BY a |> ORDER BY c', 'b = 1'],
      ['b = 1', undefined],
      ['b = 1 |> ORDER BY a |> LIMIT 10', undefined],
      ['SELECT a ORDER BY a', undefined],
      ['b = ', undefined],
    ] as const) {
      const found = unsortedQuery(query);
      assert.equal(found, expected, query);
    }
  });

  it('leaves a text alone that cannot be read', () => {
    const edit = { kind: 'sort', path: 'a', direction: 'next', more: false } as const;
    assert.throws(() => editQuery('b = ', edit), /has an error/);
  });
});
