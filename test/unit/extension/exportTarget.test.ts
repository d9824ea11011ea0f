import assert from 'node:assert/strict';
import { link, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSameFile, proposedTarget } from '../../../src/extension/exportTarget.ts';

describe('export target', () => {
  it('is proposed beside the source', () => {
    assert.equal(proposedTarget('/d/a.b.csv', 'filtered'), '/d/a.b.filtered.csv');
    assert.equal(proposedTarget('/d/a.csv', 'rejects', '.jsonl'), '/d/a.rejects.jsonl');
    assert.equal(proposedTarget('/d/a.csv.gz', 'filtered'), '/d/a.filtered.csv.gz');
    assert.equal(proposedTarget('/d/a.csv.zst', 'rejects', '.jsonl'), '/d/a.rejects.jsonl');
  });

  it('knows a file through its links', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
    try {
      const at = (name: string) => join(folder, name);
      await writeFile(at('a'), 'x');
      await writeFile(at('other'), 'x');
      await symlink(at('a'), at('soft'));
      await link(at('a'), at('hard'));
      assert.equal(await isSameFile(at('a'), at('a')), true);
      assert.equal(await isSameFile(at('a'), at('soft')), true);
      assert.equal(await isSameFile(at('a'), at('hard')), true);
      assert.equal(await isSameFile(at('a'), at('other')), false);
      assert.equal(await isSameFile(at('a'), at('missing')), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
