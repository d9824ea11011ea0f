import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

describe('the README of the pack', () => {
  function packed(text: string): string {
    const script = `import { withoutFiles } from '${pathToFileURL(resolve('readme.mjs')).href}';
      process.stdout.write(withoutFiles(${JSON.stringify(text)}));`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
  }

  it('has no links to files that are not beside it', () => {
    assert.equal(
      packed(
        'a\n\n![A picture](media/a.png)\n\nSee [the\nlanguage](docs/query.md), [x](https://x.org) and [y](#y).\n',
      ),
      'a\n\nSee the\nlanguage (`docs/query.md`), [x](https://x.org) and [y](#y).\n',
    );
  });
});
