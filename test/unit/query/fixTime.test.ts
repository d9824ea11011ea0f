import assert from 'node:assert/strict';
import { fixTime, parseQuery } from '../../../src/engine/query/index.ts';

const now = new Date('2026-03-04T05:06:07.089Z');
const time = "TIMESTAMPTZ '2026-03-04 05:06:07.089'";

function fixed(query: string): string {
  const parsed = parseQuery(query);
  if (!parsed.ok) assert.fail(parsed.diagnostics[0].message);
  const text = fixTime(parsed.query, now);
  const again = parseQuery(text);
  assert.ok(again.ok, text);
  return text;
}

describe('the time of a run', () => {
  for (const [query, expected] of [
    ["ts > now() - INTERVAL '1 hour'", `ts > ${time} - INTERVAL '1 hour'`],
    ['d = TODAY() AND e < Now()', `d = DATE '2026-03-04' AND e < ${time}`],
    ['SELECT now(), id', `SELECT ${time} AS "now()", id`],
    ['SELECT now() AS t', `SELECT ${time} AS t`],
    [
      'AGGREGATE max(now()) GROUP BY now() > t',
      `AGGREGATE max(${time}) AS "max(now())" GROUP BY ${time} > t AS "now() > t"`,
    ],
    [
      'SELECT t > now(), count(*) FROM data GROUP BY t > now()',
      `SELECT t > ${time} AS "t > now()", count(*) FROM data GROUP BY t > ${time} AS "t > now()"`,
    ],
    ['ORDER BY now() - t |> UNNEST [now()] AS x', `ORDER BY ${time} - t |> UNNEST [${time}] AS x`],
    ['d = CURRENT_DATE AND e < current_timestamp()', `d = DATE '2026-03-04' AND e < ${time}`],
    [
      'SELECT current_date, current_date AS d',
      `SELECT DATE '2026-03-04' AS "current_date", DATE '2026-03-04' AS d`,
    ],
    [
      'SELECT id AS "current_date" |> WHERE "current_date" = 1',
      'SELECT id AS "current_date" |> WHERE "current_date" = 1',
    ],
    ["a = 'now()'", "a = 'now()'"],
    ['status >= 500', 'status >= 500'],
  ] as const) {
    it(`is written into ${query}`, () => {
      assert.equal(fixed(query), expected);
    });
  }
});
