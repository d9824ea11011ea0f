import assert from 'node:assert/strict';
import { digestOf, parseQuery, planQuery, type Layout, type Plan } from '../../../src/engine/query/index.ts';

function planOf(text: string, layout: Layout): Plan {
  const parsed = parseQuery(text);
  assert.ok(parsed.ok, text);
  return planQuery(parsed.query, layout);
}

const csv = (...columns: readonly string[]): Layout => ({
  names: 'columns',
  columns,
  delimiter: ',',
  quote: '"',
  escape: 'double',
});

describe('the digest of a plan', () => {
  const queries = [
    'a > 1',
    'a > 2',
    'a > 1 AND b = 2',
    'b = 2 AND a > 1',
    'a > 1 |> SELECT b',
    'a > 1 |> SELECT b, c',
    '|> ORDER BY b |> LIMIT 5',
    '|> ORDER BY b |> LIMIT 6',
    '|> AGGREGATE count(*) AS n GROUP BY b',
    '|> AGGREGATE count(*) AS n GROUP BY c',
    '|> EXTEND 123456789012345678901234567890 AS n',
    '|> EXTEND 123456789012345678901234567891 AS n',
  ];

  it('is the same of plans of the same query that two threads made', () => {
    for (const text of queries) {
      assert.equal(
        digestOf(planOf(text, { names: 'paths' })),
        digestOf(planOf(text, { names: 'paths' })),
        text,
      );
    }
  });

  it('is another of every other query and layout', () => {
    const layouts = [csv('a', 'b', 'c'), csv('b', 'c', 'a')];
    const digests = layouts.flatMap((layout) => queries.map((text) => digestOf(planOf(text, layout))));
    assert.equal(new Set(digests).size, digests.length);
  });
});
