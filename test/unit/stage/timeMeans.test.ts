import assert from 'node:assert/strict';
import fc from 'fast-check';
import { run, runInParts, type TestData } from './run.ts';

/** Microseconds since 1970, also before it and far from it. */
const time = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer({ min: -4e15, max: 4e15 }),
  fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_900_000_000 }),
);
const row = fc.record({ k: fc.constantFrom('a', 'b', 'c'), t: fc.option(time, { freq: 5 }) });

function written(micros: bigint): string {
  const ms = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const iso = new Date(Number(ms)).toISOString().slice(0, -1);
  return `${iso}${String(micros - ms * 1000n).padStart(3, '0')}`;
}

/** As a result is written: a blank between, and no zeros at the end. */
function shown(micros: bigint): string {
  return written(micros)
    .replace('T', ' ')
    .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros.replace(/0+$/, '')));
}

function mean(times: readonly bigint[]): string | null {
  if (times.length === 0) return null;
  const sum = times.reduce((all, one) => all + one, 0n);
  const of = BigInt(times.length);
  // The nearest microsecond is the last one that is no more than half a one later.
  let nearest = sum / of - 1n;
  while (2n * (nearest * of - sum) < -of) nearest++;
  return shown(nearest);
}

/** Between the two in the middle, half a microsecond to the even number of them from the first. */
function median(times: readonly bigint[]): string | null {
  if (times.length === 0) return null;
  const sorted = times.toSorted((a, b) => (a < b ? -1 : 1));
  const low = sorted[Math.floor((times.length - 1) / 2)];
  const way = sorted[Math.floor(times.length / 2)] - low;
  return shown(low + way / 2n + (way % 4n === 3n ? 1n : 0n));
}

async function answers(query: string, data: TestData): Promise<unknown[]> {
  const all = [
    await run(query, data, { blockSize: 150 }),
    await runInParts(query, data, { blockSize: 150 }),
    await runInParts(query, data, { blockSize: 150, budget: 4096 }),
  ].map((rows) => rows.map((text) => JSON.parse(text) as unknown));
  assert.deepEqual(all[1], all[0]);
  assert.deepEqual(all[2], all[0]);
  return all[0];
}

describe('aggregates of times', () => {
  it('are exact means and medians, in one thread, in parts and by way of the disk, as texts and as times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        const lines = rows.map(({ k, t }) => ({ k, t: t === null ? null : written(BigInt(t)) }));
        const data: TestData = {
          format: 'jsonl',
          text: lines.map((line) => JSON.stringify(line)).join('\n'),
        };
        const of = (key: string): bigint[] =>
          rows.flatMap(({ k, t }) => (k === key && t !== null ? [BigInt(t)] : []));
        const keys = [...new Set(rows.map(({ k }) => k))];
        const expected = keys.map((k) => ({ k, a: mean(of(k)), m: median(of(k)) }));
        for (const t of ['t', 't::timestamp']) {
          const query = `AGGREGATE avg(${t}) AS a, median(${t}) AS m GROUP BY k`;
          assert.deepEqual(await answers(query, data), expected, query);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('are the same over windows', async () => {
    const rows = fc.sample(row, { numRuns: 60, seed: 3 });
    const lines = rows.map(({ t }, id) => JSON.stringify({ id, t: t === null ? null : written(BigInt(t)) }));
    const data: TestData = { format: 'jsonl', text: lines.join('\n') };
    const given = (from: number, to: number): bigint[] =>
      rows.slice(Math.max(0, from), to).flatMap(({ t }) => (t === null ? [] : [BigInt(t)]));
    const query =
      'SELECT avg(t) OVER (ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS w, avg(t) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS r, avg(t) OVER () AS a, median(t) OVER () AS m';
    const expected = rows.map((_, at) => ({
      w: mean(given(at - 2, at + 2)),
      r: mean(given(0, at + 1)),
      a: mean(given(0, rows.length)),
      m: median(given(0, rows.length)),
    }));
    assert.deepEqual(
      (await run(query, data, { blockSize: 300 })).map((text) => JSON.parse(text) as unknown),
      expected,
    );
  });

  it('are points in time where all of the times are', async () => {
    const data: TestData = {
      format: 'jsonl',
      text: ['2024-07-01T10:00:00Z', '2024-07-01T12:00:00Z'].map((t) => JSON.stringify({ t })).join('\n'),
    };
    const there = (of: string): string => `${of} AT TIME ZONE 'Europe/Berlin'`;
    for (const mean of ['avg', 'median', 'quantile_cont']) {
      const call = (t: string): string => `${mean}(${t}${mean === 'quantile_cont' ? ', 0.5' : ''})`;
      const query = `AGGREGATE ${there(call('t::timestamptz'))} AS a, ${there(call('t::timestamp'))} AS b`;
      assert.deepEqual(await answers(query, data), [{ a: '2024-07-01 13:00:00', b: '2024-07-01 09:00:00' }]);
    }
  });

  it('add intervals up part by part, and hand what is left of a mean on to the next part', async () => {
    const texts = ['1 month', '-4 months 1 day', '1 year 00:00:05', 'P1DT2H', '00:00:00.000001'];
    const data: TestData = {
      format: 'jsonl',
      text: texts.map((text, id) => JSON.stringify({ id, i: text })).join('\n'),
    };
    const i = 'i::interval';
    assert.deepEqual(
      await answers(
        `AGGREGATE sum(${i}) AS s, avg(${i}) AS a, median(${i}) AS m, quantile_cont(${i}, 0.625) AS q, sum(i) AS t`,
        data,
      ),
      // 9 months are 1 of 5, and 4 of 5 months 24 days; 2 days are 9.6 hours of 5.
      [
        {
          s: '9 months 2 days 02:00:05.000001',
          a: '1 month 24 days 10:00:01',
          m: '1 day 02:00:00',
          q: '15 days 13:00:00',
          t: '1 day 02:00:00',
        },
      ],
    );
    const rows = await run(`SELECT sum(${i}) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s`, data);
    assert.deepEqual(
      rows.map((text) => (JSON.parse(text) as { s: string }).s),
      [
        '1 month',
        '-3 months 1 day',
        '8 months 1 day 00:00:05',
        '1 year 1 day 02:00:05',
        '1 day 02:00:00.000001',
      ],
    );
  });

  it('go to nanoseconds where the times do, and take numbers before times before intervals', async () => {
    const of = async (query: string, ...values: unknown[]): Promise<unknown> => {
      const text = values.map((v) => JSON.stringify({ v })).join('\n');
      return Object.values(JSON.parse((await run(query, { format: 'jsonl', text }))[0]) as object);
    };
    const both = 'AGGREGATE avg(v) AS a, median(v) AS m';
    assert.deepEqual(await of(both, '2024-01-01T00:00:00.000000001', '2024-01-01T00:00:00.000000004'), [
      '2024-01-01 00:00:00.000000002',
      '2024-01-01 00:00:00.000000003',
    ]);
    assert.deepEqual(await of(both, '2024-01-01', '2024-01-02'), [
      '2024-01-01 12:00:00',
      '2024-01-01 12:00:00',
    ]);
    assert.deepEqual(await of(both, '2024-01-01', 4, '1 day', 'P1D'), [4, 4]);
    assert.deepEqual(await of(both, '2024-01-01', 'x', 'P1D'), [
      '2024-01-01 00:00:00',
      '2024-01-01 00:00:00',
    ]);
    assert.deepEqual(await of(both, 'P1D', 'x', '5 m'), ['1 day', '1 day']);
    const distinct = "AGGREGATE avg(DISTINCT v) AS a, avg(v) FILTER (v > '2024-01-01') AS f";
    assert.deepEqual(await of(distinct, '2024-01-01', '2024-01-01', '2024-01-03'), [
      '2024-01-02 00:00:00',
      '2024-01-03 00:00:00',
    ]);
  });
});
