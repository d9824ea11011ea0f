import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cliPath } from '../../support/cli.ts';

describe('rowriver, to a pipe that is named', () => {
  let folder = '';
  before(async function () {
    if (process.platform === 'win32') this.skip();
    folder = await mkdtemp(join(tmpdir(), 'rowriver-pipe-'));
    await writeFile(join(folder, 'a.jsonl'), '{"a":1}\n{bad\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const through = `| "$0" -e 'process.stdin.pipe(process.stdout)'`;

  /** What a shell puts together of a run whose output goes through another program: `$0` and `$1` begin the command. */
  async function shell(rest: string): Promise<string> {
    const args = ['-c', `"$0" "$1" a.jsonl --no-cache ${rest}`, process.execPath, cliPath];
    return (await promisify(execFile)('sh', args, { cwd: folder })).stdout;
  }

  it('writes as it goes, for every kind of output', async () => {
    for (const rest of [
      `--rejects /dev/null -o /dev/stdout ${through}`,
      `--rejects /dev/null -o /dev/fd/3 3>&1 >/dev/null ${through}`,
      `-o /dev/null --also "/dev/fd/3: a = 1" 3>&1 >/dev/null ${through}`,
    ])
      assert.equal(await shell(rest), '{"a":1}\n', rest);
    assert.match(await shell(`--rejects /dev/fd/3 3>&1 >/dev/null ${through}`), /^\{"record":2,.*\}\n$/);
    const both = await shell(`-o /dev/stdout --rejects /dev/fd/1 ${through}`);
    assert.deepEqual(both.split('\n').length, 3);
    assert.deepEqual(await readdir(folder), ['a.jsonl']);
  });
});
