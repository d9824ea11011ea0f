import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { SharedFile } from '../../../src/engine/service/sharedFile.ts';
import { scanPool } from '../../support/pool.ts';

describe('service/seenFields', () => {
  const pool = scanPool(1);
  const { signal } = new AbortController();
  let folder = '';

  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  after(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  it('are read once, and anew where the other file has changed', async () => {
    const path = join(folder, 'a.jsonl');
    await writeFile(path, '{"id":1,"items":[{"sku":"s"}]}\n');
    await writeFile(join(folder, 'b.csv'), 'id,name\n1,Ann\n');
    const opened = await SharedFile.open(
      (options) => Dataset.open({ kind: 'file', path }, options),
      {},
      { pool, store: undefined },
      signal,
    );
    try {
      const { fields, dataset } = opened;
      await opened.indexedTo(1, signal);
      await dataset.page(undefined, dataset.known.parts(0, 1), { kind: 'raw', limit: 0 }, signal);
      const items = dataset.columns.all.find((column) => column.path === 'items');
      assert.ok(items);
      const members = await fields.membersOf(items, signal);
      assert.deepEqual(members, [['sku']]);
      assert.equal(await fields.membersOf(items, signal), members);
      const joined = await fields.joined('b.csv', signal);
      const names = ({ columns }: typeof joined) => columns.map(({ name }) => name);
      assert.deepEqual(names(joined), ['id', 'name']);
      assert.equal(await fields.joined('b.csv', signal), joined);
      await writeFile(join(folder, 'b.csv'), 'id,other\n1,Anna\n');
      assert.deepEqual(names(await fields.joined('b.csv', signal)), ['id', 'other']);
      await rm(join(folder, 'b.csv'));
      await assert.rejects(fields.joined('b.csv', signal));
    } finally {
      await opened.close();
    }
  });
});
