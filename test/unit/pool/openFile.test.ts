import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenFiles } from '../../../src/engine/pool/openFile.ts';
import type { FileSpec } from '../../../src/engine/pool/task.ts';
import { openFilesIn } from '../../support/openFiles.ts';

const { signal } = new AbortController();

describe('pool/OpenFiles', () => {
  let folder: string;
  let files: OpenFiles;

  beforeEach(async function () {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    files = new OpenFiles(false);
    if (!(await openFilesIn(folder))) this.skip();
  });

  afterEach(async () => {
    await files.close();
    await rm(folder, { recursive: true });
  });

  async function specOf(name: string): Promise<FileSpec> {
    const path = join(folder, name);
    await writeFile(path, '{}\n');
    return { key: name, source: { kind: 'file', path }, format: { kind: 'jsonl' }, end: 3, blockSize: 1024 };
  }

  it('keeps the files used last, and no more than eight', async () => {
    const specs = await Promise.all(Array.from({ length: 12 }, (_, i) => specOf(`file ${i}`)));
    for (const spec of specs) {
      await files.use(spec, signal);
      await files.use(specs[0], signal);
    }
    const kept = [0, 5, 6, 7, 8, 9, 10, 11].map((i) => join(folder, `file ${i}`));
    assert.deepEqual((await openFilesIn(folder))?.sort(), kept.sort());
  });

  it('opens a file once, and closes it when it is let go of', async () => {
    const spec = await specOf('file');
    const [first, second] = await Promise.all([files.use(spec, signal), files.use(spec, signal)]);
    assert.equal(first, second);
    assert.equal((await openFilesIn(folder))?.length, 1);
    await files.release(spec.key);
    assert.deepEqual(await openFilesIn(folder), []);
  });

  it('closes all when it is closed, and opens a file that has failed again', async () => {
    const missing: FileSpec = { ...(await specOf('file')), key: 'late' };
    await rm(join(folder, 'file'));
    await assert.rejects(files.use(missing, signal), /There is no file/);
    await specOf('file');
    await files.use(missing, signal);
    assert.equal((await openFilesIn(folder))?.length, 1);
    await files.close();
    assert.deepEqual(await openFilesIn(folder), []);
  });
});
