import assert from 'node:assert/strict';
import { appendFile, mkdtemp, open, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';

const signal = new AbortController().signal;
const lines = Array.from({ length: 2000 }, (_, n) => `{"n":${n + 10000}}\n`);
const time = new Date(1_700_000_000_000);

describe('a file that changes while it is exported', () => {
  let folder = '';
  let path = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    path = join(folder, 'data.jsonl');
    await writeFile(path, lines.join(''));
    await utimes(path, time, time);
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Exports, with a change after the first bytes; answers the doubt, and whether the target was written. */
  async function exported(change: () => Promise<void>, kept = true) {
    const store = kept ? new IndexStore(join(folder, 'cache'), 1e6) : undefined;
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize: 512, store });
    let changed = false;
    let committed = false;
    const sink: ByteSink = {
      name: 'target',
      async write() {
        if (!changed) await change();
        changed = true;
      },
      commit: () => Promise.resolve(void (committed = true)),
      discard: () => Promise.resolve(),
    };
    try {
      const context = { signal, progress: () => undefined };
      const { doubt } = await exportTo(dataset, { query: '', to: 'same', sink }, context);
      return { doubt, committed };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { failure: error.message.replace(path, 'FILE'), committed };
    } finally {
      await dataset.close();
    }
  }

  for (const kept of [true, false]) {
    it(`is not exported when it is written over, whatever its time says${kept ? '' : ', with no index kept'}`, async () => {
      const change = async (): Promise<void> => {
        const file = await open(path, 'r+');
        await file.write(lines.join('').replaceAll('"n":1', '"n":2'), 0);
        await file.close();
        await utimes(path, time, time);
      };
      const failure = 'FILE changed while it was being read. Try again when it no longer changes.';
      assert.deepEqual(await exported(change, kept), { failure, committed: false });
    });
  }

  it('is not exported when it is cut', async () => {
    const { failure, committed } = await exported(() => truncate(path, 20_000));
    assert.match(failure ?? '', /^FILE (ends at byte 2\d,?\d+|became shorter while it was being read)/);
    assert.equal(committed, false);
  });

  for (const kept of [true, false]) {
    it(`is not exported when it is cut and is longer then${kept ? '' : ', with no index kept'}`, async () => {
      // The first part is as it was, and all of the rest was read after the change.
      const change = async (): Promise<void> => {
        await truncate(path, lines.slice(0, 1000).join('').length);
        await appendFile(path, '{"other":true}\n'.repeat(3000));
      };
      const { failure, committed } = await exported(change, kept);
      assert.match(failure ?? '', /^FILE (changed|became shorter) while it was being read/);
      assert.equal(committed, false);
    });
  }

  it('is exported with a doubt when it may have been written to', async () => {
    const { doubt, committed } = await exported(() => utimes(path, new Date(), new Date()));
    assert.equal(doubt, 'touched');
    assert.equal(committed, true);
  });

  it('is exported as it was when another takes its place', async () => {
    const { doubt, committed } = await exported(async () => {
      await writeFile(join(folder, 'new'), '{"n":1}\n');
      await rename(join(folder, 'new'), path);
    });
    assert.equal(doubt, 'replaced');
    assert.equal(committed, true);
  });

  it('is exported up to where it ended when it grows, or nothing happens', async () => {
    assert.deepEqual(await exported(() => appendFile(path, '{"n":1}\n')), {
      doubt: undefined,
      committed: true,
    });
    assert.deepEqual(await exported(() => Promise.resolve()), { doubt: undefined, committed: true });
  });
});
