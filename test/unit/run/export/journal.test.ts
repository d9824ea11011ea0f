import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../../src/engine/dataset/plan.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { whyRestart } from '../../../../src/engine/run/export/journal.ts';
import { temporaryBeside } from '../../../../src/engine/sink/temporaryFile.ts';
import { english } from '../../../../src/said/said.ts';
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

  it('says of a query that has to start again what of it needs all rows', async () => {
    const path = join(folder, 'why.jsonl');
    await writeFile(path, '{"a":1,"b":[1]}\n');
    const dataset = await Dataset.open({ kind: 'file', path }, { signal: new AbortController().signal });
    try {
      const why = (query: string): string => {
        const planned = plannedFor(query, dataset.recognised.format);
        const told = whyRestart({ query: planned, kept: undefined }, { to: 'jsonl' });
        return told === undefined ? '' : english(told);
      };
      assert.equal(why('|> FILL a'), 'its query fills values from the rows before');
      assert.match(why('|> UNNEST b AS x'), /several rows of a record/);
      assert.match(why('|> FILL a |> UNNEST b AS x'), /several rows of a record/);
      assert.match(why('|> ORDER BY a'), /sorts, groups or compares rows/);
      assert.equal(why('a = 1'), '');
    } finally {
      await dataset.close();
    }
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
