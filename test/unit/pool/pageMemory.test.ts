import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Preview } from '../../support/preview.ts';

describe('a page of computed rows', () => {
  it('holds no more than a row and what is shown of the others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    await writeFile(join(folder, 'a.jsonl'), '{"a":1}\n'.repeat(128));
    const preview = await Preview.open(join(folder, 'a.jsonl'));
    try {
      // 1 MB in each of 128 rows.
      const { view } = await preview.page.call('run', { query: "|> EXTEND repeat('four', 250000) AS b" });
      await preview.page.call('rows', { view, first: 0, count: 1, columns: [] });
      const before = process.resourceUsage().maxRSS;
      const page = await preview.page.call('rows', { view, first: 0, count: 128, columns: [0, 1] });
      const grown = (process.resourceUsage().maxRSS - before) / 1024;
      assert.equal(page.rows, 128);
      assert.equal(page.text.length, 128 * 1025);
      assert.ok(grown < 100, `${Math.round(grown)} MB more`);
    } finally {
      await preview.close();
      await rm(folder, { recursive: true });
    }
  });
});
