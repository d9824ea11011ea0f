import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';

const signal = new AbortController().signal;

describe('dataset, of a source whose end is not known beforehand', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  after(() => rm(folder, { recursive: true }));

  for (const count of [0, 1, 63, 64, 5000]) {
    it(`ends with the source: ${count} records`, async () => {
      const path = join(folder, `${count}.jsonl.gz`);
      await writeFile(path, gzipSync('{"n":1}\n'.repeat(count)));
      const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize: 512 });
      try {
        let records = 0;
        for await (const { blocks } of dataset.scan(
          { query: undefined, output: { kind: 'count' } },
          signal,
        )) {
          for (const block of blocks) records += block.records;
        }
        assert.equal(records, count);
        assert.deepEqual([dataset.size, dataset.indexed, dataset.index.records], [8 * count, true, count]);
        assert.equal(dataset.index.length, Math.ceil((8 * count) / 512));
      } finally {
        await dataset.close();
      }
    });
  }
});
