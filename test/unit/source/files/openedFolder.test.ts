import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commonFolder, openedFolder } from '../../../../src/engine/source/files/openedFolder.ts';

describe('source/files, the folder that was opened', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-opened-'));
    await mkdir(join(folder, 'logs/day=1'), { recursive: true });
    await mkdir(join(folder, 'logs2'));
    for (const name of ['logs/a.jsonl', 'logs/day=1/b.jsonl', 'logs2/c.jsonl'])
      await writeFile(join(folder, name), '');
  });
  after(() => rm(folder, { recursive: true }));

  for (const [named, expected] of [
    [['logs'], 'logs'],
    [['logs/day=1'], 'logs/day=1'],
    [['logs/a.jsonl'], 'logs'],
    [['logs/a.jsonl', 'logs/day=1/b.jsonl'], 'logs'],
    [['logs/day=1/b.jsonl', 'logs'], 'logs'],
    [['logs/day=1/b.jsonl', 'logs2'], ''],
    [['logs/a.jsonl', 'logs2/c.jsonl'], ''],
    [['logs', 'logs2/none-*.jsonl'], ''],
    [['logs/none.jsonl'], 'logs'],
    [['logs/*/b.jsonl'], 'logs'],
    [['logs/day=*/b.jsonl'], 'logs'],
    [['logs/{a,b}.jsonl'], 'logs'],
    [['*/a.jsonl'], ''],
    [[''], ''],
  ] as const) {
    it(`of ${named.map((name) => `'${name}'`).join(' and ')}`, async () => {
      assert.equal(await openedFolder({ folder, names: named }), join(folder, expected));
      const whole = named.map((name) => join(folder, name));
      assert.equal(await openedFolder({ folder: '', names: whole }), join(folder, expected));
    });
  }

  it('of a pattern, relative to a folder or not', async () => {
    assert.equal(await openedFolder({ folder, pattern: 'logs/**/*.jsonl' }), join(folder, 'logs'));
    assert.equal(await openedFolder({ folder, pattern: '**/*.jsonl' }), folder);
    assert.equal(await openedFolder({ folder: '', pattern: '**/*.jsonl' }), process.cwd());
  });

  it('is the root where folders have nothing else in common', () => {
    assert.equal(commonFolder(['/a/b', '/c']), resolve('/'));
    assert.equal(commonFolder(['/', '/a']), resolve('/'));
    assert.equal(commonFolder([]), process.cwd());
  });
});
