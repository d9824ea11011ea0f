import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('the words to be translated', () => {
  it('are gathered from the page, the extension and the engine, each with what fills its places', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    try {
      const target = join(folder, 'bundle.json');
      const { status, stderr } = spawnSync(process.execPath, ['l10n/extract.mjs', target], {
        encoding: 'utf8',
      });
      assert.equal(stderr, '');
      assert.equal(status, 0);
      const bundle = JSON.parse(await readFile(target, 'utf8')) as Record<string, string>;
      assert.equal(bundle['Find in file'], 'Find in file');
      assert.equal(bundle['Exported {0} records to {1}.'], 'Exported {0} records to {1}.');
      assert.equal(bundle['There is no file {0}.'], 'There is no file {0}.');
      assert.ok(Object.hasOwn(bundle, "'{0}' is not an interval; write INTERVAL '2 hours 30 minutes'"));
      assert.ok(!Object.hasOwn(bundle, '{0}'), 'what has no words of its own is not to be translated');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
