import assert from 'node:assert/strict';
import { outcomeOf, parseQuery } from '../../../src/engine/query/index.ts';

describe('query/outcome', () => {
  function outcome(text: string) {
    const parsed = parseQuery(text);
    assert.ok(parsed.ok, text);
    return outcomeOf(parsed.query);
  }

  it('tells records, groups and other rows apart', () => {
    const cases = {
      '': 'records',
      'a > 1': 'records',
      '|> EXTEND a + 1 AS b |> ORDER BY b': 'records',
      '|> SELECT a': 'records',
      '|> TABLESAMPLE (10 ROWS)': 'records',
      '|> AGGREGATE count(*) AS n GROUP BY a': 'groups',
      '|> AGGREGATE count(*) AS n GROUP BY a |> ORDER BY n DESC |> LIMIT 5': 'groups',
      '|> AGGREGATE count(*) AS n': 'rows',
      '|> UNNEST tags AS tag': 'rows',
      '|> DESCRIBE': 'rows',
      '|> TOP 5 OF a': 'groups',
      '|> SELECT a |> DISTINCT': 'rows',
      '|> AGGREGATE count(*) AS n GROUP BY a |> UNNEST [1, 2] AS x': 'rows',
    };
    for (const [text, rows] of Object.entries(cases)) assert.equal(outcome(text).rows, rows, text);
  });

  it('names the keys of the last sort, unless groups were made of its rows', () => {
    assert.deepEqual(outcome('x = 1 |> ORDER BY ms DESC, lower("a b")').order, [
      { key: 'ms', path: 'ms', descending: true },
      { key: 'lower("a b")', path: undefined, descending: false },
    ]);
    const [b] = outcome('|> ORDER BY a |> ORDER BY b').order;
    assert.deepEqual(b, { key: 'b', path: 'b', descending: false });
    assert.deepEqual(outcome('|> ORDER BY a |> AGGREGATE count(*) AS n GROUP BY a').order, []);
  });

  it('names the column that a key is in the result', () => {
    const cases = {
      '|> ORDER BY "user"."name"': 'user.name',
      '|> ORDER BY a |> LIMIT 5': 'a',
      'SELECT a + 1 AS x FROM data ORDER BY x': 'x',
      '|> ORDER BY a |> SELECT b AS a': undefined,
      '|> ORDER BY a |> RENAME b AS a': undefined,
    };
    for (const [text, path] of Object.entries(cases)) assert.equal(outcome(text).order[0].path, path, text);
  });

  it('names the columns whose values add up, as long as they are there', () => {
    const cases: Record<string, readonly string[]> = {
      'a > 1': [],
      '|> SELECT a': [],
      '|> AGGREGATE count(*) AS n, sum(a) AS s, COUNT_IF(a > 1) AS c, count(*) FILTER (WHERE a = 1) AS f': [
        ...['n', 's', 'c', 'f'],
      ],
      '|> AGGREGATE avg(a) AS m, max(a) AS most, median(a) AS half, count(DISTINCT a) AS d GROUP BY b': [],
      '|> AGGREGATE sum(a) / count(*) AS ratio GROUP BY b': [],
      '|> AGGREGATE count(*) AS b GROUP BY b': [],
      '|> AGGREGATE count(*) GROUP BY b |> WHERE b > 1 |> ORDER BY b |> LIMIT 5': ['count(*)'],
      '|> AGGREGATE count(*) AS n GROUP BY b |> EXTEND n / 2 AS half': ['n'],
      '|> AGGREGATE count(*) AS n GROUP BY b |> EXTEND sqrt(n) AS n': [],
      '|> AGGREGATE count(*) AS n GROUP BY b |> SET n = sqrt(n)': [],
      '|> AGGREGATE count(*) AS n GROUP BY b |> DROP n': [],
      '|> AGGREGATE count(*) AS n GROUP BY b |> RENAME n AS rows': ['rows'],
      '|> AGGREGATE count(*) AS n GROUP BY b |> SELECT b, n AS rows, n + 1 AS more': ['rows'],
      '|> AGGREGATE count(*) AS n GROUP BY b |> SELECT * EXCEPT (b)': ['n'],
      '|> AGGREGATE count(*) AS n GROUP BY b |> SELECT * REPLACE (sqrt(n) AS n)': [],
      '|> AGGREGATE count(*) AS n GROUP BY b |> AGGREGATE max(n) AS most': [],
      '|> AGGREGATE count(*) AS n GROUP BY b |> UNNEST [1, 2] AS x': [],
      '|> TOP 5 OF a': ['count', 'share'],
      'SELECT b, count(*) AS n, avg(a) AS m FROM data GROUP BY b ORDER BY n': ['n'],
    };
    for (const [text, names] of Object.entries(cases)) assert.deepEqual(outcome(text).additive, names, text);
  });

  it('says whether conditions and limits decide what is left', () => {
    const { filtered, limited } = outcome('a = 1 |> LIMIT 3');
    assert.deepEqual([filtered, limited], [true, true]);
    assert.equal(outcome('|> ORDER BY a').filtered, false);
    assert.equal(outcome('|> TABLESAMPLE (10 PERCENT)').limited, true);
  });
});
