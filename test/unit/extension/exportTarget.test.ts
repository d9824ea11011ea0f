import assert from 'node:assert/strict';
import { link, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportFormat, isSameFile, proposedTarget } from '../../../src/extension/exportTarget.ts';

describe('export target', () => {
  const cases = [
    ['a.jsonl', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b.ndjson', 'same'],
    ['a.JSONL', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b.csv', 'csv'],
    ['a.jsonl', 'jsonl', 'b.tab', 'tsv'],
    ['a.jsonl', 'jsonl', 'b.json', 'json'],
    ['a.csv', 'csv', 'b.CSV', 'same'],
    ['a.csv', 'csv', 'b.tsv', 'tsv'],
    ['a.tsv', 'csv', 'b.csv', 'csv'],
    ['a.csv', 'csv', 'b.jsonl', 'jsonl'],
    ['a.json', 'json', 'b.json', 'same'],
    ['a.json', 'json', 'b.jsonl', 'jsonl'],
    ['a.log', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b', 'same'],
    ['a.jsonl', 'jsonl', 'b.txt', 'same'],
    ['a.jsonl.gz', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b.jsonl.gz', 'same'],
    ['a.tsv.zst', 'csv', 'b.csv.GZ', 'csv'],
    ['a.csv', 'csv', 'b.gz', 'same'],
  ] as const;
  for (const [source, format, target, expected] of cases) {
    it(`${source} -> ${target}: ${expected}`, () => {
      assert.equal(exportFormat(source, format, target), expected);
    });
  }

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
