import { join } from 'node:path';
import { folder } from '../data.ts';
import { readCsv, readJson, type DuckDb } from '../duckdb.ts';
import type { Contender, Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** The next question about columns that a question before it has read, with the file open. The first round reads them. */
export function nextJobs(kept: Ours, duck: DuckDb, jsonl: string, csv: string): Job[] {
  const target = join(folder, 'export.out');
  const json = (columns: Record<string, string>): string => readJson(jsonl, columns);
  const count = (from: string, where: string) => () =>
    duck.number(`SELECT count(*) FROM ${from} WHERE ${where}`);
  const slow = 'status >= 500';
  const both = "user.country = 'DE' AND latency_ms > 900";
  const again = (work: string, run: Contender['run'], peers: Job['peers']): Job => ({
    work: `next: ${work}`,
    ours: { name: 'rowriver', run },
    peers,
  });
  return [
    again(`JSONL, ${slow}, count`, () => kept.count(jsonl, slow), [
      { name: 'duckdb', target: 100, run: count(json({ status: 'INTEGER' }), slow) },
    ]),
    again(`CSV, ${slow}, count`, () => kept.count(csv, slow), [
      { name: 'duckdb', target: 100, run: count(readCsv(csv, { status: 'INTEGER' }), slow) },
    ]),
    again(`JSONL, ${both}, count`, () => kept.count(jsonl, both), [
      {
        name: 'duckdb',
        target: 60,
        run: count(json({ user: 'STRUCT(country VARCHAR)', latency_ms: 'DOUBLE' }), both),
      },
    ]),
    again(
      'JSONL, count and mean by level',
      () => kept.rows(jsonl, 'AGGREGATE count(*), avg(latency_ms) GROUP BY level'),
      [
        {
          name: 'duckdb',
          target: 40,
          run: () =>
            duck.rows(
              `SELECT level, count(*), avg(latency_ms) FROM ${json({ level: 'VARCHAR', latency_ms: 'DOUBLE' })} GROUP BY level`,
            ),
        },
      ],
    ),
    again('JSONL, the 100 slowest', () => kept.rows(jsonl, 'ORDER BY latency_ms DESC |> LIMIT 100'), [
      {
        name: 'duckdb',
        target: 60,
        run: () => duck.rows(`SELECT * FROM read_ndjson('${jsonl}') ORDER BY latency_ms DESC LIMIT 100`),
      },
    ]),
    again(`JSONL, export of ${slow}`, () => kept.export(jsonl, slow, target), [
      {
        name: 'duckdb COPY',
        target: 12,
        run: () =>
          duck.copy(
            `COPY (SELECT * FROM read_ndjson('${jsonl}') WHERE ${slow}) TO '${target}' (FORMAT json)`,
            target,
          ),
      },
    ]),
  ];
}
