import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { openFiles } from '../../../src/engine/dataset/files/openFiles.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { filesMatching } from '../../../src/engine/source/files/search.ts';
import { runs } from '../../support/long.ts';
import { memorySink } from '../../support/memorySink.ts';
import type { Answer } from './answers.ts';

const { signal } = new AbortController();

/** The values of a column in the names of folders: numbers, texts, dates and none, written as Hive and Spark write them. */
const values = fc.oneof(
  fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }).map(String), fc.constant('2024')), {
    minLength: 1,
    maxLength: 6,
  }),
  fc.array(fc.constantFrom('01', '02', '10', '-0', '-01', '+5', '1e3', '1.0', '7'), {
    minLength: 1,
    maxLength: 6,
  }),
  fc.array(fc.constantFrom('a%20b', 'x+y', '%C3%BC', '100%25', 'a%2Fb', 'true', 'null', 'Null'), {
    minLength: 1,
    maxLength: 6,
  }),
  fc.array(fc.constantFrom('9007199254740991', '12345', '__HIVE_DEFAULT_PARTITION__'), {
    minLength: 1,
    maxLength: 6,
  }),
);

describe('DuckDB agrees on folders that are columns', () => {
  let connection: DuckDBConnection;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-hive-'));
    connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  });

  after(async () => {
    connection.closeSync();
    await rm(folder, { recursive: true, force: true });
  });

  let tables = 0;

  /** Files with a record each, of which `b` is also the name of a column of folders. */
  async function written(
    ending: 'jsonl' | 'csv',
    outer: readonly string[],
    inner: readonly string[],
  ): Promise<string> {
    const root = join(folder, String(++tables));
    for (const [i, value] of outer.entries()) {
      const path = join(root, `a=${value}`, `b=${inner[i % inner.length]}`, `${i}.${ending}`);
      await mkdir(dirname(path), { recursive: true });
      const text = ending === 'csv' ? `n,b,z\n${i},own,${i % 3}\n` : `{"n":${i},"b":"own","z":${i % 3}}\n`;
      await writeFile(path, text);
    }
    return root;
  }

  async function here(root: string, ending: string, query: string): Promise<unknown[]> {
    const names = await filesMatching([`**/*.${ending}`], root, signal);
    const files = names.map((name) => ({ path: join(root, name), name }));
    const dataset = await openFiles('the files', files, { signal });
    try {
      const sink = memorySink();
      await exportTo(dataset, { query, to: 'json', sink }, { signal, progress: () => undefined });
      return (JSON.parse(sink.text()) as Record<string, Answer>[]).map((row) =>
        Object.entries(row).map(textsOf),
      );
    } finally {
      await dataset.close();
    }
  }

  /** Cells of a CSV are texts here, and numbers there; those of folders are of the same types. */
  const textsOf = ([name, value]: readonly [string, Answer]): [string, unknown] => {
    if (value === null) return [name, null];
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    return [name, (name === 'a' || name === 'b') && isNumber ? Number(value) : value.toString()];
  };

  for (const ending of ['jsonl', 'csv'] as const) {
    const queries = [
      ['', 'SELECT * FROM data'],
      ['|> SELECT a, b, n, _file', 'SELECT a, b, n, filename FROM data'],
      [
        'a = 2024 OR a IS NULL OR b = 7',
        `SELECT * FROM data WHERE CAST(a AS VARCHAR) = '2024' OR a IS NULL OR CAST(b AS VARCHAR) = '7'`,
      ],
      ['|> AGGREGATE count(*) AS n GROUP BY a, b', 'SELECT a, b, count(*) AS n FROM data GROUP BY a, b'],
    ] as const;
    it(`in ${ending}`, async () => {
      await fc.assert(
        fc.asyncProperty(values, values, async (outer, inner) => {
          const root = await written(ending, outer, inner);
          const reader = ending === 'csv' ? 'read_csv' : 'read_json';
          await connection.run(
            `CREATE OR REPLACE VIEW data AS SELECT * EXCLUDE filename, replace(filename, '${root}/', '') AS filename FROM ${reader}('${root}/**/*.${ending}', hive_partitioning = true, filename = true)`,
          );
          for (const [query, sql] of queries) {
            const result = await connection.runAndReadAll(
              sql.replace('SELECT *', 'SELECT * EXCLUDE filename'),
            );
            const names = result.columnNames().map((name) => (name === 'filename' ? '_file' : name));
            const expected = result.getRows().map((row) => row.map((cell, i) => textsOf([names[i], cell])));
            assert.deepEqual(sorted(await here(root, ending, query)), sorted(expected), query);
          }
        }),
        { numRuns: runs(12, 500) },
      );
    });
  }
});

/** Columns by name, as those of JSON have no order among records; rows in the order of their text. */
function sorted(rows: readonly unknown[]): string[] {
  return rows
    .map((row) => JSON.stringify((row as [string, unknown][]).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .sort();
}
