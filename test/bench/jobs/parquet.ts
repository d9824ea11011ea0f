import { resolve } from 'node:path';
import type { DuckDb } from '../duckdb.ts';
import { numberFrom, type Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** Questions about a Parquet file of which nothing is known. */
export function parquetJobs(ours: Ours, duck: DuckDb, path: string): Job[] {
  const from = `read_parquet('${path}')`;
  const slow = 'status >= 500';
  const command = [resolve('dist/cli.js'), path, slow, '--count', '--no-cache'];
  return [
    {
      work: 'Parquet, first 20 rows',
      ours: { name: 'rowriver', run: () => ours.rows(path, 'LIMIT 20') },
      peers: [{ name: 'duckdb', target: 0.1, run: () => duck.rows(`SELECT * FROM ${from} LIMIT 20`) }],
    },
    {
      work: `Parquet, ${slow}, count`,
      // As the command asks: the engine by itself makes whole rows.
      ours: { name: 'rowriver', run: () => numberFrom(process.execPath, command) },
      peers: [
        {
          name: 'duckdb',
          target: 0.005,
          run: () => duck.number(`SELECT count(*) FROM ${from} WHERE ${slow}`),
        },
      ],
    },
  ];
}
