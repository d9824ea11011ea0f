import { join } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import { folder } from '../data.ts';
import { readCsv, readJson, type DuckDb } from '../duckdb.ts';
import { numberFrom, type Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** Questions about a file of which nothing is known. */
export function firstJobs(ours: Ours, duck: DuckDb, jsonl: string, csv: string, jq: boolean): Job[] {
  const slow = 'status >= 500';
  const grouped = 'level';
  const both = "user.country = 'DE' AND latency_ms > 900";
  const target = join(folder, 'export.out');
  const json = (columns: Record<string, string>): string => readJson(jsonl, columns);
  const count = (from: string, where: string) => () =>
    duck.number(`SELECT count(*) FROM ${from} WHERE ${where}`);
  const withJq = (filter: string): Job['peers'] =>
    jq
      ? [
          {
            name: 'jq',
            target: 30,
            run: () => numberFrom('sh', ['-c', `jq -c '${filter}' "${jsonl}" | wc -l`]),
          },
        ]
      : [];
  const rg = (pattern: string, path: string) => () => numberFrom(rgPath, ['-c', pattern, path]);
  return [
    {
      work: `JSONL, ${slow}, count`,
      ours: { name: 'rowriver', run: () => ours.count(jsonl, slow) },
      peers: [
        { name: 'duckdb', target: 4, run: count(json({ status: 'INTEGER' }), slow) },
        ...withJq('select(.status >= 500)'),
      ],
    },
    {
      work: `JSONL, ${both}, count`,
      ours: { name: 'rowriver', run: () => ours.count(jsonl, both) },
      peers: [
        {
          name: 'duckdb',
          target: 4,
          run: count(json({ user: 'STRUCT(country VARCHAR)', latency_ms: 'DOUBLE' }), both),
        },
        ...withJq('select(.user.country == "DE" and .latency_ms > 900)'),
      ],
    },
    {
      work: `CSV, ${slow}, count`,
      ours: { name: 'rowriver', run: () => ours.count(csv, slow) },
      peers: [{ name: 'duckdb', target: 3, run: count(readCsv(csv, { status: 'INTEGER' }), slow) }],
    },
    {
      work: "CSV, message LIKE '%timeout%', count",
      ours: { name: 'rowriver', run: () => ours.count(csv, "message LIKE '%timeout%'") },
      peers: [
        { name: 'duckdb', target: 4, run: count(readCsv(csv, {}), "message LIKE '%timeout%'") },
        { name: 'ripgrep', target: 0.5, run: rg('timeout', csv) },
      ],
    },
    {
      work: `JSONL, export of ${slow}`,
      ours: { name: 'rowriver', run: () => ours.export(jsonl, slow, target) },
      peers: [
        {
          name: 'duckdb COPY',
          target: 6,
          run: () =>
            duck.copy(
              `COPY (SELECT * FROM read_ndjson('${jsonl}') WHERE ${slow}) TO '${target}' (FORMAT json)`,
              target,
            ),
        },
      ],
    },
    {
      work: `CSV, export of ${slow}`,
      ours: { name: 'rowriver', run: () => ours.export(csv, slow, target) },
      peers: [
        {
          name: 'duckdb COPY',
          target: 6,
          run: () =>
            duck.copy(
              `COPY (SELECT * FROM ${readCsv(csv, { status: 'INTEGER' })} WHERE ${slow}) TO '${target}' (FORMAT csv, HEADER)`,
              target,
            ),
        },
      ],
    },
    {
      work: 'JSONL, index',
      ours: { name: 'rowriver', run: () => ours.count(jsonl, '') },
      peers: [{ name: 'wc -l', target: 0.6, run: () => numberFrom('wc', ['-l', jsonl]) }],
    },
    {
      work: 'CSV with quoted line ends, index',
      ours: { name: 'rowriver', run: () => ours.count(csv, '') },
      peers: [{ name: 'wc -l', target: 0.4, run: () => numberFrom('wc', ['-l', csv]) }],
    },
    {
      work: `JSONL, count and mean by ${grouped}`,
      ours: {
        name: 'rowriver',
        run: () => ours.rows(jsonl, `AGGREGATE count(*), avg(latency_ms) GROUP BY ${grouped}`),
      },
      peers: [
        {
          name: 'duckdb',
          target: 2,
          run: () =>
            duck.rows(
              `SELECT ${grouped}, count(*), avg(latency_ms) FROM ${json({ [grouped]: 'VARCHAR', latency_ms: 'DOUBLE' })} GROUP BY ${grouped}`,
            ),
        },
      ],
    },
    {
      work: 'CSV, DESCRIBE of all columns',
      ours: { name: 'rowriver', run: () => ours.describe(csv) },
      peers: [
        { name: 'duckdb', target: 3, run: () => duck.rows(`SUMMARIZE SELECT * FROM read_csv('${csv}')`) },
      ],
    },
    {
      work: 'JSONL, DESCRIBE of all columns',
      ours: { name: 'rowriver', run: () => ours.describe(jsonl) },
      peers: [
        {
          name: 'duckdb',
          target: 3,
          run: () => duck.rows(`SUMMARIZE SELECT * FROM read_ndjson('${jsonl}')`),
        },
      ],
    },
    {
      work: 'JSONL, the 100 slowest',
      ours: { name: 'rowriver', run: () => ours.rows(jsonl, 'ORDER BY latency_ms DESC |> LIMIT 100') },
      peers: [
        {
          name: 'duckdb',
          target: 2,
          run: () => duck.rows(`SELECT * FROM read_ndjson('${jsonl}') ORDER BY latency_ms DESC LIMIT 100`),
        },
      ],
    },
    {
      work: "CSV, message ~ 'time.?out', count",
      ours: { name: 'rowriver', run: () => ours.count(csv, "message ~ 'time.?out'") },
      peers: [
        {
          name: 'duckdb',
          target: 1.5,
          run: count(readCsv(csv, {}), "regexp_matches(message, 'time.?out')"),
        },
      ],
    },
  ];
}
