import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { countTo } from '../../../../src/engine/run/count.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import type { ByteSink } from '../../../../src/engine/sink/byteSink.ts';
import { openTarget } from '../../../../src/engine/sink/openTarget.ts';

describe('dataset/export', () => {
  const lines = ['{"n":1}\n', '{"n":\n', '{"n":3}\n'];
  let folder: string;
  let dataset: Dataset;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'data.jsonl');
    await writeFile(path, lines.join(''));
    dataset = await Dataset.open({ kind: 'file', path }, { signal: new AbortController().signal });
  });

  afterEach(async () => {
    await dataset.close();
    await rm(folder, { recursive: true });
  });

  const target = (name: string): Promise<ByteSink> => openTarget(join(folder, name), { sources: [] });
  const progress = (): void => undefined;

  /** A sink that cancels as soon as it is written to. */
  function cancelling(sink: ByteSink, controller: AbortController): ByteSink {
    return {
      name: sink.name,
      write: async (bytes) => {
        await sink.write(bytes);
        controller.abort();
      },
      commit: () => sink.commit(),
      discard: () => sink.discard(),
    };
  }

  it('puts nothing in place once it is cancelled, be it with the last byte', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const sink = cancelling(await target('out.jsonl'), controller);
    const rejects = await target('rejects.jsonl');
    assert.equal((await readdir(folder)).length, 3);
    await assert.rejects(exportTo(dataset, { query: '', to: 'same', sink, rejects }, { signal, progress }), {
      name: 'AbortError',
    });
    assert.deepEqual(await readdir(folder), ['data.jsonl']);
  });

  it('puts no rejects in place of a count that is cancelled', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const rejects = cancelling(await target('rejects.jsonl'), controller);
    await assert.rejects(countTo(dataset, { query: '', rejects }, { signal, progress }), {
      name: 'AbortError',
    });
    assert.deepEqual(await readdir(folder), ['data.jsonl']);
  });

  it('leaves neither file of an export whose query cannot be run', async () => {
    const [sink, rejects] = [await target('out.jsonl'), await target('rejects.jsonl')];
    const { signal } = new AbortController();
    await assert.rejects(
      exportTo(dataset, { query: 'n = = 1', to: 'same', sink, rejects }, { signal, progress }),
    );
    assert.deepEqual(await readdir(folder), ['data.jsonl']);
  });
});
