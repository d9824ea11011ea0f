import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { TableSurvey } from '../../../src/engine/sink/postgres/tableSurvey.ts';
import { memorySink } from '../../support/memorySink.ts';
import { cellsOfWorkbook } from '../../support/workbook.ts';

const { signal } = new AbortController();
const context = { signal, progress: () => undefined };

/** What two of three rows hold would be other numbers elsewhere: they stand for 1234 and 2500. */
const text = 'k;price;day\na;1.234;31.05.2024\nb;12,50;01.06.2024\nc;2.500;02.06.2024\n';

describe('typed exports of numbers that a table writes in another way', () => {
  let folder = '';
  let dataset: Dataset;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'data.csv');
    await writeFile(path, text);
    dataset = await Dataset.open({ kind: 'file', path }, { signal });
  });
  after(async () => {
    await dataset.close();
    await rm(folder, { recursive: true });
  });

  const queries = [
    'price > 1000',
    'price > 1000 |> SELECT price AS p, price * 2 AS q',
    'price > 1000 |> EXTEND 1 AS one |> ORDER BY k',
    '|> AGGREGATE max(price) AS most, sum(price) AS s GROUP BY k |> WHERE s > 1000',
  ];
  /** What stands in place of the file's number, and what the query has computed. */
  const expected = [
    ['1.234', '2.500'],
    ['1.234', 2468, '2.500', 5000],
    ['1.234', 1, '2.500', 1],
    ['1.234', 1234, '2.500', 2500],
  ];

  for (const [at, query] of queries.entries()) {
    it(`keep the cells as they stand: ${query}`, async () => {
      const parquet = memorySink();
      await exportTo(dataset, { query, to: 'parquet', sink: parquet }, context);
      const bytes = new Uint8Array(parquet.bytes());
      const rows = await parquetReadObjects({ file: bytes.buffer });
      const inParquet = rows.flatMap((row) => Object.entries(row).filter(([name]) => isAsked(name)));
      assert.deepEqual(
        inParquet.map(([, value]: [string, unknown]) => (typeof value === 'bigint' ? Number(value) : value)),
        expected[at],
      );

      const workbook = memorySink();
      await exportTo(dataset, { query, to: 'xlsx', sink: workbook }, context);
      const cells = cellsOfWorkbook(workbook.bytes());
      const asked = Object.entries(cells).filter(([place]) => isAsked(cells[`${place[0]}1`]));
      assert.deepEqual(
        asked
          .filter(([place]) => !place.endsWith('1'))
          .map(([, value]) => (typeof value === 'object' ? Number(value.number) : value)),
        expected[at],
      );

      const survey = new TableSurvey(dataset.format.numbersInText, false);
      await exportTo(dataset, { query, service: survey }, context);
      const types = [...survey.types].filter(([name]) => isAsked(name)).map(([, { kind }]) => kind);
      assert.deepEqual(types, expected[at].length === 2 ? ['text'] : ['text', 'int64']);
    });
  }
});

/** A column of the file's numbers, or of what is computed of them. */
function isAsked(name: unknown): boolean {
  return name !== 'k' && name !== 'day';
}
