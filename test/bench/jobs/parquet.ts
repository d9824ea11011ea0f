import type { DuckDb } from '../duckdb.ts';
import type { Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

/** Questions about a Parquet file of which nothing is known. */
export function parquetJobs(ours: Ours, duck: DuckDb, path: string): Job[] {
  const from = `read_parquet('${path}')`;
  const slow = 'status >= 500';
  return [
    {
      work: 'Parquet, first 20 rows',
      ours: { name: 'rowriver', run: () => ours.rows(path, 'LIMIT 20') },
      peers: [{ name: 'duckdb', target: 0.1, run: () => duck.rows(`SELECT * FROM ${from} LIMIT 20`) }],
    },
    {
      work: `Parquet, ${slow}, count`,
      ours: { name: 'rowriver', run: () => ours.count(path, slow) },
      peers: [
        { name: 'duckdb', target: 0.1, run: () => duck.number(`SELECT count(*) FROM ${from} WHERE ${slow}`) },
      ],
    },
  ];
}
