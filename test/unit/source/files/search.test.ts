import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesInFolder, filesMatching, findFiles } from '../../../../src/engine/source/files/search.ts';

const signal = new AbortController().signal;

describe('a search for files', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-search-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function made(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await mkdir(join(folder, dirname(name)), { recursive: true });
      await writeFile(join(folder, name), '{"n":1}\n');
    }
  }

  it('finds each file once where links lead in a circle', async () => {
    await made('a/1.jsonl', 'a/2.jsonl');
    await symlink('../a', join(folder, 'a/round'));
    await symlink('itself', join(folder, 'itself'));
    await symlink('nowhere', join(folder, 'a/broken'));
    const found = await filesMatching(['**/*.jsonl'], folder, signal);
    assert.deepEqual(
      found.map((name) => name.slice(-7)),
      ['1.jsonl', '2.jsonl'],
    );
    assert.deepEqual(await filesInFolder(join(folder, 'a'), signal), ['1.jsonl', '2.jsonl']);
  });

  it('finds files whatever is in their names', async function () {
    if (process.platform === 'win32') this.skip();
    const names = ['a\nb.jsonl', 'a[1].jsonl', 'é\t.jsonl', 'st*r?.jsonl', '{x,y}.jsonl', "it's (1).jsonl"];
    await made(...names);
    assert.deepEqual((await filesInFolder(folder, signal)).sort(), names.toSorted());
  });

  it('says that a folder may not be read, and not that nothing is in it', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    await made('closed/1.jsonl');
    const closed = join(folder, 'closed');
    await chmod(closed, 0);
    try {
      const denied = { failure: 'no-permission', message: `You have no permission to read ${closed}.` };
      await assert.rejects(filesInFolder(closed, signal), denied);
      await assert.rejects(filesMatching([join(closed, '*.jsonl')], '', signal), denied);
      await assert.rejects(findFiles({ folder: closed, pattern: 'day=*/*.jsonl' }, signal), denied);
    } finally {
      await chmod(closed, 0o700);
    }
    assert.deepEqual(await filesMatching(['no such folder/*.jsonl'], folder, signal), []);
  });

  it('names a folder among others that may not be read', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    await made('logs/1.jsonl', 'logs/closed/2.jsonl', 'logs/open/3.jsonl');
    const closed = join(folder, 'logs', 'closed');
    await chmod(closed, 0);
    try {
      const names = ['logs/1.jsonl', 'logs/closed', 'logs/open/3.jsonl'];
      assert.deepEqual(await filesMatching(['logs/**/*.jsonl'], folder, signal), names);
      const paths = names.map((name) => join(folder, name));
      assert.deepEqual(await filesMatching([join(folder, 'logs/**/*.jsonl')], '', signal), paths);
      // Where no pattern leads into it, nothing is missing.
      assert.deepEqual(await filesMatching(['logs/*.jsonl'], folder, signal), ['logs/1.jsonl']);
    } finally {
      await chmod(closed, 0o700);
    }
  });
});
