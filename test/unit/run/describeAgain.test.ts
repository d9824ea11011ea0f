import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { memorySink } from '../../support/memorySink.ts';

describe('DESCRIBE of columns that are kept by then', () => {
  const signal = new AbortController().signal;
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-describe-'))));
  after(() => rm(folder, { recursive: true }));

  for (const measure of [false, true]) {
    it(`gives the same figures, ${measure ? 'with' : 'without'} what each stage takes`, async () => {
      const path = join(folder, `${measure}.jsonl`);
      const words = ['DE', 'US', 'GB', 'FR', 'AAA'];
      const records = Array.from({ length: 300 }, (_, id) => ({ id, o: words[id % 5], w: id % 7 || null }));
      await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      const store = new IndexStore(join(folder, 'cache'), 1e9);
      const dataset = await Dataset.open({ kind: 'file', path }, { signal, store });
      try {
        for (const names of ['w, o', 'o', 'o, w', 'o']) {
          const sink = memorySink();
          const query = `|> DESCRIBE ${names} |> WHERE column_name = 'o' |> SELECT min, max, approx_unique, count`;
          await exportTo(
            dataset,
            { query, to: 'jsonl', sink, measure },
            { signal, progress: () => undefined },
          );
          assert.equal(sink.text(), '{"min":"AAA","max":"US","approx_unique":5,"count":300}\n', names);
        }
      } finally {
        await dataset.close();
      }
    });
  }
});
