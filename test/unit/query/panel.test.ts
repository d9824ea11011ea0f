import assert from 'node:assert/strict';
import {
  conditionsOf,
  editQuery,
  editRecords,
  parseQuery,
  writePath,
} from '../../../src/engine/query/index.ts';

describe('conditionsOf', () => {
  for (const [query, expected] of [
    ['', []],
    ['a = 1', ['a = 1']],
    ['a = 1 AND (b = 2 OR c = 3) AND NOT d', ['a = 1', '(b = 2 OR c = 3)', 'NOT d']],
    ['a = 1 OR b = 2', ['a = 1 OR b = 2']],
    ['WHERE a = 1 |> WHERE b BETWEEN 1 AND 2 |> LIMIT 3', ['a = 1', 'b BETWEEN 1 AND 2']],
    ["SELECT x FROM f WHERE a = 'AND' AND b ORDER BY x", ["a = 'AND'", 'b']],
    ['a = ', []],
    ['b AND a >= 1 AND a < 5 AND c', ['b', 'a >= 1 AND a < 5', 'c']],
    ['a > 1 AND a >= 2 AND "a" <= 5 AND a < 4', ['a > 1', 'a >= 2 AND "a" <= 5', 'a < 4']],
    ['a < 5 AND a >= 1 AND b < 2', ['a < 5', 'a >= 1', 'b < 2']],
    ['a + 1 > 2 AND a + 1 < 5', ['a + 1 > 2', 'a + 1 < 5']],
  ] as const) {
    it(`finds ${expected.length} in: ${query}`, () => {
      assert.deepEqual(
        conditionsOf(query).map(({ text }) => text),
        expected,
      );
    });
  }
});

describe('editQuery', () => {
  for (const [query, at, expected] of [
    ['a = 1', 0, ''],
    ['a = 1 AND b = 2', 0, 'b = 2'],
    ['a = 1 AND b = 2', 1, 'a = 1'],
    ['a = 1 AND b = 2 AND c', 1, 'a = 1 AND c'],
    ['a >= 1 AND a < 5 AND c', 0, 'c'],
    ['b AND a >= 1 AND a < 5 AND c', 1, 'b AND c'],
    ['a >= 1 AND a < 5 |> LIMIT 3', 0, 'LIMIT 3'],
    ['WHERE a = 1 |> LIMIT 5', 0, 'LIMIT 5'],
    ['a = 1 ORDER BY b LIMIT 5', 0, 'ORDER BY b LIMIT 5'],
    ['LIMIT 5 |> WHERE a |> SELECT b', 0, 'LIMIT 5 |> SELECT b'],
    ['SELECT b FROM f WHERE a ORDER BY b', 0, 'SELECT b FROM f ORDER BY b'],
  ] as const) {
    it(`removes condition ${at} of: ${query}`, () => {
      const condition = conditionsOf(query)[at];
      const edited = editQuery(query, { kind: 'remove', from: condition.from, to: condition.to });
      assert.equal(edited, expected);
      assert.equal(parseQuery(edited).ok, true);
    });
  }

  for (const path of [[''], ['a', ''], ['', 'b', ''], ['', 1]]) {
    it(`adds a condition on a member without a name: ${JSON.stringify(path)}`, () => {
      const value = { text: '1', kind: 3 };
      const edited = editQuery('', { kind: 'add', path: writePath(path), test: 'equals', value });
      assert.equal(parseQuery(edited).ok, true, edited);
      assert.deepEqual(conditionsOf(edited).length, 1);
    });
  }

  const text = (value: string): { text: string; kind: number } => ({ text: value, kind: 4 });
  for (const [query, test, value, expected] of [
    ['', 'equals', text("it's"), "a = 'it''s'"],
    ['', 'equals', { text: '1.10', kind: 3 }, 'a = 1.10'],
    ['', 'equals', { text: 'true', kind: 2 }, 'a = true'],
    ['', 'equals', { text: '[1]', kind: 5 }, "a = '[1]'::json"],
    [
      '',
      'equals',
      { text: '{\n  "a b": [1.50, 12345678901234567890],\r\n\t"c": " \\" \\\\"\n}', kind: 5 },
      `a = '{"a b":[1.50,12345678901234567890],"c":" \\" \\\\"}'::json`,
    ],
    ['', 'differs', { text: '5', kind: 3 }, 'a IS DISTINCT FROM 5'],
    ['', 'above', text('9'), 'a > 9'],
    ['', 'contains', text('50%'), "contains(a, '50%')"],
    ['', 'contains', text('x'), "a LIKE '%x%'"],
    ['', 'equals', { text: 'abc', kind: 20 }, "starts_with(a, 'abc')"],
    ['', 'differs', { text: 'abc', kind: 20 }, "starts_with(a, 'abc') IS DISTINCT FROM true"],
    ['', 'equals', { text: '', kind: 1 }, 'a IS NULL'],
    ['', 'is-null', undefined, 'a IS NULL'],
    ['b = 1', 'not-null', undefined, 'b = 1 AND a IS NOT NULL'],
    ['b OR c', 'not-null', undefined, '(b OR c) AND a IS NOT NULL'],
    ['(b OR c)', 'not-null', undefined, '(b OR c) AND a IS NOT NULL'],
    ['(b) OR (c)', 'not-null', undefined, '((b) OR (c)) AND a IS NOT NULL'],
    ['b AND a IS NULL', 'is-null', undefined, 'b AND a IS NULL'],
    ['-- why', 'is-null', undefined, 'a IS NULL -- why'],
    ['|>', 'is-null', undefined, 'WHERE a IS NULL'],
    // Of the rows that are seen, and not of others that come up to a LIMIT or into a sample in their place.
    ['LIMIT 5', 'is-null', undefined, 'LIMIT 5 |> WHERE a IS NULL'],
    ['b LIMIT 5', 'is-null', undefined, 'b LIMIT 5 |> WHERE a IS NULL'],
    ['OFFSET 5', 'is-null', undefined, 'OFFSET 5 |> WHERE a IS NULL'],
    ['b |> LIMIT 5 OFFSET 2 -- why', 'is-null', undefined, 'b |> LIMIT 5 OFFSET 2 |> WHERE a IS NULL -- why'],
    ['LIMIT 5 |> ORDER BY b', 'is-null', undefined, 'LIMIT 5 |> WHERE a IS NULL |> ORDER BY b'],
    ['LIMIT 5 |> WHERE b OR c', 'is-null', undefined, 'LIMIT 5 |> WHERE (b OR c) AND a IS NULL'],
    ['b |> LIMIT 5 |> AS t', 'is-null', undefined, 'b |> LIMIT 5 |> AS t |> WHERE a IS NULL'],
    ['TABLESAMPLE 5 ROWS', 'is-null', undefined, 'TABLESAMPLE 5 ROWS |> WHERE a IS NULL'],
    ['DISTINCT', 'is-null', undefined, 'DISTINCT |> WHERE a IS NULL'],
    ['LIMIT 5 |> WHERE a IS NULL', 'is-null', undefined, 'LIMIT 5 |> WHERE a IS NULL'],
    // The same condition on what groups are of is another one.
    [
      'a IS NULL |> AGGREGATE count(*) AS a GROUP BY b',
      'is-null',
      undefined,
      'a IS NULL |> AGGREGATE count(*) AS a GROUP BY b |> WHERE a IS NULL',
    ],
    ['FROM data', 'is-null', undefined, 'FROM data |> WHERE a IS NULL'],
    ['FROM data ORDER BY b', 'is-null', undefined, 'FROM data ORDER BY b |> WHERE a IS NULL'],
    ['FROM data WHERE b ORDER BY b', 'is-null', undefined, 'FROM data WHERE b AND a IS NULL ORDER BY b'],
    ['SELECT * FROM data;', 'is-null', undefined, 'SELECT * FROM data |> WHERE a IS NULL;'],
    ['SELECT a FROM data', 'is-null', undefined, 'SELECT a FROM data |> WHERE a IS NULL'],
    ['b ORDER BY a LIMIT 5', 'is-null', undefined, 'b ORDER BY a LIMIT 5 |> WHERE a IS NULL'],
    ['b |> SELECT a', 'is-null', undefined, 'b |> SELECT a |> WHERE a IS NULL'],
    ['SELECT a, c |> WHERE c', 'is-null', undefined, 'SELECT a, c |> WHERE c AND a IS NULL'],
    ['ORDER BY b DESC', 'is-null', undefined, 'WHERE a IS NULL |> ORDER BY b DESC'],
    ['|> ORDER BY b', 'is-null', undefined, 'WHERE a IS NULL |> ORDER BY b'],
    ['c |> ORDER BY b', 'is-null', undefined, 'c AND a IS NULL |> ORDER BY b'],
    ['c ORDER BY b', 'is-null', undefined, 'c AND a IS NULL ORDER BY b'],
    [
      'EXTEND b + 1 AS a |> ORDER BY b',
      'is-null',
      undefined,
      'EXTEND b + 1 AS a |> WHERE a IS NULL |> ORDER BY b',
    ],
    [
      'SELECT a, c |> WHERE c |> ORDER BY a',
      'is-null',
      undefined,
      'SELECT a, c |> WHERE c AND a IS NULL |> ORDER BY a',
    ],
    [
      'EXTEND b + 1 AS a ORDER BY b',
      'is-null',
      undefined,
      'EXTEND b + 1 AS a |> WHERE a IS NULL |> ORDER BY b',
    ],
    ['b |> SELECT a -- why', 'is-null', undefined, 'b |> SELECT a |> WHERE a IS NULL -- why'],
  ] as const) {
    it(`adds ${test} ${value?.text ?? ''} to: ${query}`, () => {
      const edited = editQuery(query, { kind: 'add', path: 'a', test, value });
      assert.equal(edited, expected);
      assert.equal(parseQuery(edited).ok, true);
    });
  }
});

describe('a text that cannot be read', () => {
  const path = 'a';
  const value = { text: '1', kind: 'number', cut: false } as const;
  for (const edit of [
    { kind: 'add', path, test: 'is-null' },
    { kind: 'add', path, test: 'is-null', ofRecord: true },
    { kind: 'drop', paths: [path] },
    { kind: 'sort', path, direction: 'next', more: false },
    { kind: 'pick', path, pick: { ranges: [], values: [value], nulls: false } },
    { kind: 'exclude', path, value },
    { kind: 'include', path, value },
  ] as const) {
    it(`is not lost by an edit of the kind ${edit.kind}${'ofRecord' in edit ? ', of the record' : ''}`, () => {
      assert.throws(() => editQuery('b = ', edit), /^Error: The query has an error\. Correct or clear it/);
      assert.throws(() => editRecords('b = ', edit), /^Error: The query has an error\. Correct or clear it/);
    });
  }
});

describe('a condition on the record of a row', () => {
  for (const [query, expected] of [
    ['SET a = 1', 'WHERE a IS NULL |> SET a = 1'],
    ['b |> SET a = a * 2', 'b AND a IS NULL |> SET a = a * 2'],
    ['b OR c |> DROP a', '(b OR c) AND a IS NULL |> DROP a'],
    ['b |> SET a = 1 |> WHERE a > 2', 'b AND a IS NULL |> SET a = 1 |> WHERE a > 2'],
    ['|> SELECT c AS a', '|> WHERE a IS NULL |> SELECT c AS a'],
    ['SELECT c AS a', 'WHERE a IS NULL |> SELECT c AS a'],
    ['SELECT c AS a WHERE b', 'SELECT c AS a WHERE b AND a IS NULL'],
    ['b |> LIMIT 5 |> RENAME c AS a', 'b |> LIMIT 5 |> WHERE a IS NULL |> RENAME c AS a'],
    ['ORDER BY b |> DROP c', 'ORDER BY b |> WHERE a IS NULL |> DROP c'],
    ['a IS NULL |> SET a = 1', 'a IS NULL |> SET a = 1'],
    ['EXTEND b AS d', 'EXTEND b AS d |> WHERE a IS NULL'],
    ['ORDER BY b', 'WHERE a IS NULL |> ORDER BY b'],
    ['', 'a IS NULL'],
  ] as const) {
    it(`is put before what makes other columns of it: ${query}`, () => {
      const edited = editQuery(query, { kind: 'add', path: 'a', test: 'is-null', ofRecord: true });
      assert.equal(edited, expected);
      assert.equal(parseQuery(edited).ok, true);
    });
  }
});

describe('an edit of the records as they are', () => {
  const differs = { kind: 'add', path: 'a', test: 'equals', value: { text: '1', kind: 3 } } as const;
  const { path } = differs;
  const pick = { ranges: [], values: [{ text: '1', kind: 'number', cut: false }], nulls: false } as const;
  for (const [query, edit, expected] of [
    ['SET a = 1', differs, 'a = 1 |> SET a = 1'],
    ['|> AGGREGATE count(*) AS n', differs, 'a = 1 |> AGGREGATE count(*) AS n'],
    ['b OR c |> LIMIT 5', differs, '(b OR c) AND a = 1 |> LIMIT 5'],
    ['FROM data |> EXTEND b AS a', differs, 'FROM data |> WHERE a = 1 |> EXTEND b AS a'],
    [
      'SELECT b, count(*) AS a FROM data GROUP BY b',
      differs,
      'a = 1 |> SELECT b, count(*) AS a FROM data GROUP BY b',
    ],
    ['b |> ORDER BY c |> WHERE a = 1', differs, 'b AND a = 1 |> ORDER BY c |> WHERE a = 1'],
    ['b', differs, 'b AND a = 1'],
    ['', differs, 'a = 1'],
    ['b |> DROP a', { kind: 'pick', path, pick }, 'b AND a = 1 |> DROP a'],
    ['a = 1 |> DROP a', { kind: 'pick', path, pick: { ...pick, values: [] } }, '|> DROP a'],
    ['|> DROP a', { kind: 'exclude', path, value: undefined }, 'a IS NOT NULL |> DROP a'],
    ['a IS NOT NULL AND b |> DROP a', { kind: 'include', path, value: undefined }, 'b |> DROP a'],
  ] as const) {
    it(`comes before what the query makes of them: ${query} ${edit.kind}`, () => {
      const edited = editRecords(query, edit);
      assert.equal(edited, expected);
      assert.equal(parseQuery(edited).ok, true, edited);
    });
  }
});
