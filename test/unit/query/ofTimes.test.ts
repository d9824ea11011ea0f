import assert from 'node:assert/strict';
import { checkOfTimes, parseQuery } from '../../../src/engine/query/index.ts';
import { run } from '../stage/run.ts';

/** What is said of a query to a file that says itself that `ts` holds times: the part that is marked, and how bad it is. */
function told(query: string): string[] {
  const parsed = parseQuery(query);
  if (!parsed.ok) assert.fail(query);
  return checkOfTimes(parsed.query, { names: 'paths', times: [['ts']] }).map(
    ({ severity, from, to, message }) => `${severity} ${query.slice(from, to)}: ${message}`,
  );
}

describe('functions of numbers', () => {
  it('are refused where they are asked of times or intervals, which have no answer', () => {
    const none = (severity: string, marked: string, what: string, seconds: string): string[] => [
      `${severity} ${marked}: ${marked.slice(0, marked.indexOf('('))}(…) has no answer for ${what}; for their seconds write ${seconds}`,
    ];
    assert.deepEqual(told('AGGREGATE stddev(ts)'), none('error', 'stddev(ts)', 'times', 'stddev(epoch(ts))'));
    assert.deepEqual(
      told('SELECT sum(a::timestamp) OVER () AS s'),
      none('error', 'sum(a::timestamp) OVER ()', 'times', 'sum(epoch(a::timestamp))'),
    );
    assert.deepEqual(
      told("AGGREGATE var_pop(INTERVAL '1 day' * a)"),
      none('error', "var_pop(INTERVAL '1 day' * a)", 'intervals', "var_pop(epoch(INTERVAL '1 day' * a))"),
    );
    assert.deepEqual(
      told('EXTEND coalesce(a, ts) AS b |> AGGREGATE sum(b)'),
      none('warning', 'sum(b)', 'times', 'sum(epoch(b))'),
    );
    for (const fine of [
      'AGGREGATE avg(ts), median(ts), quantile_cont(ts, 0.5), min(ts), count(ts), sum(a)',
      "AGGREGATE sum(INTERVAL '1 day' * a), avg(a::interval)",
      'AGGREGATE stddev(epoch(ts)), stddev(a)',
      'SELECT to_timestamp(a), epoch_ms(ts)',
    ])
      assert.deepEqual(told(fine), [], fine);
  });
});

describe('EXTRACT and epoch', () => {
  it('take the difference of two dates for that of their midnights, and not for a number', async () => {
    const data = {
      format: 'jsonl',
      text: '{"a":"2024-01-01","b":"2024-02-03","t":"2024-01-01T12:30:00Z"}',
    } as const;
    const parts = (value: string): string =>
      `[EXTRACT(day FROM ${value}), EXTRACT(hour FROM ${value}), minute(${value}), epoch(${value})]`;
    const [row] = await run(
      `SELECT ${parts('b - a')} AS x, ${parts("DATE '2024-02-03' - a")} AS y, ${parts('t - a')} AS z, b - a AS days`,
      data,
    );
    assert.deepEqual(JSON.parse(row), {
      x: [33, 0, 0, 33 * 86_400],
      y: [33, 0, 0, 33 * 86_400],
      z: [0, 12, 30, 45_000],
      days: 33,
    });
  });
});
