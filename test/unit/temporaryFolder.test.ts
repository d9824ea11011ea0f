import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../../src/engine/temporaryFolder.ts';

describe('temporary folders', () => {
  let parent = '';
  beforeEach(async () => (parent = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  afterEach(() => rm(parent, { recursive: true }));

  it('that a killed process has left go with the next one', async () => {
    const other = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const [name = ''] = await readdir(join(await makeTemporaryFolder(other), '..'));
    await rm(other, { recursive: true });
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString());
    const living = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    await once(living, 'spawn');
    const named = (pid: number | undefined): string => name.replace(`-${process.pid}-`, `-${pid}-`);
    try {
      const [left, used] = [named(gone), named(living.pid)];
      const others = ['rowriver-00000000-1-abcdef', `rowriver-${gone}`, 'elsewhere'];
      for (const one of [left, used, ...others]) await mkdir(join(parent, one, 'deep'), { recursive: true });
      const made = await makeTemporaryFolder(parent);
      assert.ok((await stat(made)).isDirectory());
      const names = new Set(await readdir(parent));
      assert.equal(names.size, 5);
      assert.ok(!names.has(left) && names.has(used) && others.every((one) => names.has(one)));
    } finally {
      living.kill();
    }
  });
});
