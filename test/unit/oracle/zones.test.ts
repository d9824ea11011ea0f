import { DuckDBInstance } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { run } from '../stage/run.ts';

const zones = [
  ...['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Casablanca'],
  ...['America/Sao_Paulo', 'Pacific/Apia', 'UTC', 'europe/london', 'Pacific/Chatham', 'EST'],
];
const hour = 3_600_000;
/** In 2011 Apia leaves out a day, and in 2024 the clocks of most go forward and back. */
const changes = ['2011-12-30T10:00Z', '2024-03-31T01:00Z', '2024-10-27T01:00Z', '2024-11-03T06:00Z'];
const time = fc.oneof(
  fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2037, 0, 1) }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -30 * hour, max: 30 * hour }))
    .map(([change, by]) => Date.parse(change) + by),
);
const pair = fc.tuple(fc.constantFrom(...zones), time);

describe('AT TIME ZONE', () => {
  it('gives what DuckDB gives, of what clocks show and of points in time', async () => {
    const pairs = fc.sample(pair, { numRuns: 600, seed: 5 });
    const rows = pairs.map(([zone, ms], id) => ({
      id,
      zone,
      shown: new Date(ms).toISOString().slice(0, -1).replace('T', ' '),
    }));
    const connection = await (await DuckDBInstance.create()).connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      const values = rows.map(({ id, zone, shown }) => `(${id}, '${zone}', TIMESTAMP '${shown}')`).join(', ');
      const result = await connection.runAndReadAll(
        `SELECT zone, t::text, timezone('UTC', timezone(zone, t))::text, timezone(zone, timezone('UTC', t))::text
         FROM (VALUES ${values}) AS data(id, zone, t) ORDER BY id`,
      );
      const text = rows
        .map(({ zone, shown }) => JSON.stringify({ zone, t: shown, i: `${shown.replace(' ', 'T')}Z` }))
        .join('\n');
      const query =
        'SELECT zone, t::timestamp AS t, t AT TIME ZONE zone AS instant, i AT TIME ZONE zone AS local';
      const found = await run(query, { format: 'jsonl', text });
      assert.deepEqual(
        found.map((row) => Object.values(JSON.parse(row) as Record<string, string>)),
        result.getRows(),
      );
    } finally {
      connection.closeSync();
    }
  });

  it('tells points in time from what clocks show, whatever is done to them', async () => {
    const at = (value: string): string => `${value} AT TIME ZONE 'Europe/Berlin'`;
    const [local, instant] = ['2024-05-31 14:00:00', '2024-05-31 10:00:00'];
    const cases: readonly [string, string][] = [
      ['t', instant],
      ['z', local],
      ['n', local],
      ['z::timestamp', instant],
      ['t::timestamptz', local],
      ["TIMESTAMP '2024-05-31 12:00:00'", instant],
      ["TIMESTAMPTZ '2024-05-31 14:00:00+02'", local],
      ["(t AT TIME ZONE 'UTC')", local],
      ["(z AT TIME ZONE 'UTC')", instant],
      ["(z::timestamptz + INTERVAL '1 day' - INTERVAL '1 day')", local],
      ["date_trunc('hour', z)", local],
      ["time_bucket(INTERVAL '1 hour', t)", instant],
      ['to_timestamp(n)', local],
    ];
    const data = {
      format: 'jsonl',
      text: '{"t":"2024-05-31 12:00:00","z":"2024-05-31T12:00:00Z","n":1717156800}',
    } as const;
    for (const [value, expected] of cases) {
      assert.deepEqual(await run(`SELECT ${at(value)} AS x`, data), [`{"x":"${expected}"}`], value);
      // By way of the bytes of groups and sorted rows.
      const held = `EXTEND ${value} AS v |> ORDER BY v |> AGGREGATE max(v) AS m GROUP BY v |> SELECT ${at('m')} AS x, ${at('v')} AS y`;
      assert.deepEqual(await run(held, data), [`{"x":"${expected}","y":"${expected}"}`], held);
    }
    assert.deepEqual(
      await run("SELECT t AT TIME ZONE ('No/' || 'where') AS x, u AT TIME ZONE 'UTC' AS y", data),
      ['{"x":null,"y":null}'],
    );
    assert.deepEqual(await run("SELECT hour(z AT TIME ZONE 'Asia/Tokyo') + 1 AS h", data), ['{"h":22}']);
  });
});
