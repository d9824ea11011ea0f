import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

describe('the words to be translated', () => {
  it('are all in the bundle', () => {
    const { status, stderr } = spawnSync(process.execPath, ['l10n/extract.mjs', '--check'], {
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });

  it('are those of the page and of the extension', () => {
    const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.json', 'utf8')) as Record<string, string>;
    assert.equal(bundle['Find in the whole file'], 'Find in the whole file');
    assert.equal(bundle['Exported {0} records.'], 'Exported {0} records.');
  });
});
