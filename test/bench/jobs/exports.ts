import { join } from 'node:path';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import { folder } from '../data.ts';
import { readCsv, type DuckDb } from '../duckdb.ts';
import type { Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** Exports of every record: computed rows, and rows of another format. */
export function exportJobs(ours: Ours, duck: DuckDb, jsonl: string, csv: string): Job[] {
  const target = join(folder, 'export.out');
  const extended = 'status + 1 AS next';
  const json = `read_ndjson('${jsonl}')`;
  const table = readCsv(csv, { status: 'INTEGER' });
  const typed = `read_csv('${csv}')`;
  const job = (
    work: string,
    [from, query, to]: [string, string, ExportFormat],
    [select, options, goal]: [string, string, number],
  ): Job => ({
    work,
    ours: { name: 'rowriver', run: () => ours.export(from, query, target, to) },
    peers: [
      {
        name: 'duckdb COPY',
        target: goal,
        run: () => duck.copy(`COPY (${select}) TO '${target}' (${options})`, target),
      },
    ],
  });
  const asCsv = 'FORMAT csv, HEADER';
  return [
    job(
      'JSONL, export of all with a computed column',
      [jsonl, `|> EXTEND ${extended}`, 'same'],
      [`SELECT *, ${extended} FROM ${json}`, 'FORMAT json', 0.5],
    ),
    job(
      'CSV, export of all with a computed column',
      [csv, `|> EXTEND ${extended}`, 'same'],
      [`SELECT *, ${extended} FROM ${table}`, asCsv, 0.5],
    ),
    job(
      'CSV, export of three columns',
      [csv, '|> SELECT id, status, message', 'same'],
      [`SELECT id, status, message FROM ${table}`, asCsv, 0.5],
    ),
    job('CSV to JSONL', [csv, '', 'jsonl'], [`SELECT * FROM ${table}`, 'FORMAT json', 0.5]),
    job('JSONL to CSV', [jsonl, '', 'csv'], [`SELECT * FROM ${json}`, asCsv, 0.5]),
    job('JSONL to Parquet', [jsonl, '', 'parquet'], [`SELECT * FROM ${json}`, 'FORMAT parquet', 0.5]),
    job('CSV to Parquet', [csv, '', 'parquet'], [`SELECT * FROM ${typed}`, 'FORMAT parquet', 0.5]),
  ];
}
