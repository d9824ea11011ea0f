import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViewState } from '../../../src/protocol/preview.ts';
import { cellColumns, type FileColumn } from '../../../src/engine/dataset/columns.ts';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { TableRun } from '../../../src/engine/run/tableRun.ts';

const { signal } = new AbortController();
/** The columns as the first rows show them. */
async function seen(dataset: Dataset): Promise<readonly FileColumn[]> {
  const cells = { kind: 'columns', columns: cellColumns(dataset.columns.all), limit: 0 } as const;
  for await (const _ of dataset.scan({ query: undefined, output: { kind: 'count' } }, signal));
  const page = await dataset.page(undefined, dataset.known.parts(0, 10), cells, signal);
  dataset.columns.learn(
    page,
    dataset.columns.all.map(({ id }) => id),
  );
  return dataset.columns.all;
}

const shown = ({ columns = [] }: ViewState) => columns.map(({ path, type }) => `${path}: ${type}`);

describe('columns of sorted records', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  after(() => rm(folder, { recursive: true }));

  const records = [
    { id: 3, name: 'c', user: { city: 'x', age: 1 }, ok: true },
    { ok: false, name: 'b', id: 2 },
    { late: 1, id: 1 },
  ];
  const files = [
    ['rows.jsonl', records.map((record) => JSON.stringify(record)).join('\n')],
    ['rows.json', JSON.stringify(records, null, 1)],
    ['rows.csv', 'id,name,ok\n3,c,true\n2,b,false\n'],
  ] as const;
  for (const [name, text] of files) {
    for (const query of ['|> ORDER BY id', 'id < 3 |> ORDER BY id', 'id > 9 |> ORDER BY id']) {
      it(`are those of ${name}, in its order, before the rows are there as well: ${query}`, async () => {
        const path = join(folder, name);
        await writeFile(path, text);
        const dataset = await Dataset.open({ kind: 'file', path }, { signal });
        const expected = (await seen(dataset)).map((column) => `${column.path}: ${column.type}`);
        const run = new TableRun(1, plannedFor(query, dataset.recognised.format), dataset);
        try {
          const told: string[][] = [];
          const done = await run.run(signal, (state) => told.push(shown(state)));
          told.push(shown(done));
          assert.deepEqual(
            told,
            told.map(() => expected),
          );
        } finally {
          await run.close();
          await dataset.close();
        }
      });
    }
  }
});
