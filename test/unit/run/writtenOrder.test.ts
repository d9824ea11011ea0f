import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { memorySink } from '../../support/memorySink.ts';

const { signal } = new AbortController();
const context = { signal, progress: () => undefined };

/** Cells from the smallest to the largest, which are in another order as texts. */
const columns: Readonly<Record<string, readonly [string, string, string]>> = {
  'the month first': ['Apr 2, 2024', 'May 31, 2024', 'Jan 5, 2025'],
  'as of C': ['Wed May 31 18:30:00 2023', 'Fri May 31 17:30:00 2024', 'Fri May 31 18:30:00 2024'],
  'with offsets': ['10/Oct/2000:13:55:36 -0700', '11/Oct/2000:14:55:36 +0000', '11/Oct/2000:13:55:36 -0700'],
  'the day first with offsets': [
    '28/02/2024 09:00:00+02:00',
    '28/02/2024 08:30:00Z',
    '28/02/2024 07:45:00-01:00',
  ],
  'an amount': ['USD 999.50', 'USD 1,000.25', 'USD 20,000.00'],
};

describe('the order of cells that a table writes in another way', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [name, [least, middle, most]] of Object.entries(columns)) {
    it(name, async () => {
      const path = join(folder, `${name}.csv`);
      await writeFile(path, `i;v;w\n2;${middle};${least}\n3;${most};${least}\n1;${least};${least}\n`);
      const dataset = await Dataset.open({ kind: 'file', path }, { signal });
      const ask = async (query: string): Promise<unknown> => {
        const sink = memorySink();
        await exportTo(dataset, { query, to: 'json', sink }, context);
        const rows = JSON.parse(sink.bytes().toString()) as object[];
        return rows.map((row) => Object.values(row) as unknown[]);
      };
      try {
        assert.deepEqual(await ask('ORDER BY v |> SELECT i'), [['1'], ['2'], ['3']]);
        assert.deepEqual(await ask('ORDER BY v DESC LIMIT 1 |> SELECT i'), [['3']]);
        assert.deepEqual(await ask('|> AGGREGATE min(v), max(v)'), [[least, most]]);
        assert.deepEqual(await ask('|> SELECT i, rank() OVER (ORDER BY v) |> ORDER BY i'), [
          ['1', 1],
          ['2', 2],
          ['3', 3],
        ]);
        const same = 'i > 1 |> SELECT greatest(v, w) = v, least(v, w) = w, list_max([w, v]) = greatest(v, w)';
        assert.deepEqual(await ask(same), [
          [true, true, true],
          [true, true, true],
        ]);
      } finally {
        await dataset.close();
      }
    });
  }
});
