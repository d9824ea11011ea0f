import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { temporaryBeside } from '../../../../src/engine/sink/temporaryFile.ts';
import { memorySink } from '../../../support/memorySink.ts';

describe('the journal of an export', () => {
  const usual = process.env.ROWRIVER_JOURNAL_MS;
  let folder: string;

  before(async () => {
    process.env.ROWRIVER_JOURNAL_MS = '0';
    folder = await mkdtemp(join(tmpdir(), 'rowriver-journal-'));
  });

  after(async () => {
    if (usual === undefined) delete process.env.ROWRIVER_JOURNAL_MS;
    else process.env.ROWRIVER_JOURNAL_MS = usual;
    await rm(folder, { recursive: true });
  });

  it('is not written while its output gets its name', async () => {
    const path = join(folder, 'in.jsonl');
    await writeFile(path, '{"a":1}\n'.repeat(10_000));
    const { signal } = new AbortController();
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    const target = join(folder, 'out.jsonl');
    const said: string[] = [];
    const sink = {
      ...memorySink(),
      commit: () => {
        said.push('committed');
        return Promise.resolve();
      },
      resumable: {
        temporary: temporaryBeside(target),
        state: () => Promise.resolve({ taken: 0, written: 0, checksum: 0 }),
        sync: async () => {
          said.push('syncs');
          // As a disk that is slow: the export has come to its end long before.
          await delay(300);
          said.push('synced');
        },
        suspend: () => Promise.resolve(),
      },
    };
    try {
      const recipe = { location: path, reading: {}, to: 'same' } as const;
      const journal = { recipe, targets: { output: target }, folder: join(folder, 'exports'), version: '1' };
      await exportTo(
        dataset,
        { query: '', to: 'same', sink, journal },
        { signal, progress: () => undefined },
      );
    } finally {
      await dataset.close();
    }
    assert.deepEqual(said, ['syncs', 'synced', 'committed']);
  });
});
