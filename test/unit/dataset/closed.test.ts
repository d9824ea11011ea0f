import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { placeAt } from '../../../src/engine/source/location.ts';
import type { SourcePlace } from '../../../src/engine/source/source.ts';
import { openFilesIn } from '../../support/openFiles.ts';

const { signal } = new AbortController();

describe('a dataset that is closed', () => {
  let folder = '';
  const usual = process.env.TMPDIR;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-closed-'));
    process.env.TMPDIR = folder;
  });
  after(async () => {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    await rm(folder, { recursive: true });
  });

  const lines = '{"id":1}\n{"id":2}\n';

  async function closedOne(place: SourcePlace): Promise<void> {
    const dataset = await Dataset.open(place, { signal });
    const count = () => countTo(dataset, { query: 'id > 1' }, { signal, progress: () => undefined });
    assert.equal((await count()).matched, 1);
    await dataset.close();
    await assert.rejects(count(), { name: 'AbortError' });
    assert.deepEqual((await openFilesIn(folder)) ?? [], []);
  }

  it('does not open its file again for a question that comes late', async () => {
    const path = join(folder, 'in.jsonl');
    await writeFile(path, lines);
    await closedOne(placeAt(path));
  });

  it('makes no temporary file for what can be read once', () => {
    const input = { name: 'input', bytes: Readable.from([Buffer.from(lines)]), keep: Infinity };
    return closedOne({ kind: 'stdin', input });
  });
});
