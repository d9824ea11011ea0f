import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

describe('the notices of what is bundled', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rowriver-notices-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function addPackage(name: string, license: string, text?: string): void {
    const place = join(folder, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
    if (text !== undefined) writeFileSync(join(place, 'LICENSE'), text);
  }

  /** The notices where the inputs are files of these packages. */
  function noticesOf(...names: string[]): { text: string; error: string } {
    const inputs = Object.fromEntries(names.map((name) => [`node_modules/${name}/index.js`, {}]));
    const metafiles = JSON.stringify([{ outputs: { 'dist/a.js': { inputs } } }]);
    const module = pathToFileURL(resolve('notices.mjs')).href;
    const script = `import { notices } from '${module}'; process.stdout.write(notices(${metafiles}));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { text: stdout, error: stderr };
  }

  beforeEach(() => addPackage('assemblyscript', 'Apache-2.0', 'Terms of the kernel'));

  it('holds the licence text of each package, and of what the kernel contains', () => {
    addPackage('@scope/one', 'MIT', 'Terms of one');
    const { text } = noticesOf('@scope/one');
    assert.match(text, /@scope\/one 1\.2\.3 \(MIT\)\n\nTerms of one\n/);
    assert.match(text, /assemblyscript 1\.2\.3 \(Apache-2\.0\)\n\nTerms of the kernel\n/);
  });

  it('refuses a licence that is not on the list', () => {
    addPackage('copyleft', 'GPL-3.0-only', 'Terms');
    assert.match(noticesOf('copyleft').error, /copyleft 1\.2\.3 has the licence GPL-3\.0-only\./);
  });

  it('refuses a package without a licence text', () => {
    addPackage('bare', 'MIT');
    assert.match(noticesOf('bare').error, /bare 1\.2\.3 ships no licence text\./);
  });
});
