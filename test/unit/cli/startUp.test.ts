import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';

/** Says at its end which modules of Node a process has loaded. */
const listing = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write('LOADED ' + process.moduleLoadList.join('|')))",
)}`;

describe('a run of the command on a small file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('loads nothing of Node that it does not need', async () => {
    const file = join(folder, 'one.jsonl');
    await writeFile(file, '{"a":1}\n');
    const { code, stderr } = await runCli([file, '--count'], {
      env: { NODE_OPTIONS: `--import=${listing}` },
    });
    assert.equal(code, 0, stderr);
    const loaded = stderr.slice(stderr.indexOf('LOADED ')).split('|');
    assert.ok(loaded.includes('NativeModule fs'), 'the list is there');
    for (const name of ['http', 'https', 'http2', 'tls', 'zlib', 'child_process', 'dns']) {
      assert.ok(!loaded.includes(`NativeModule ${name}`), `node:${name} is loaded`);
    }
  });
});
