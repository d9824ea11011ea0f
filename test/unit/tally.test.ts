import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

describe('the sum of a test run', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-tally-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is of every run that a step made, also where one of them failed', async () => {
    const tally = join(folder, 'tally');
    assert.deepEqual(await tallied(tally), { passed: 0, failed: 0, reasons: [] });
    await mocha(tally, 'first', `it('one', () => {}); it('two', () => { throw 'not two'; });`);
    await mocha(tally, 'second', `it('three', () => {});`);
    const { passed, failed, reasons } = await tallied(tally);
    assert.deepEqual([passed, failed, reasons.length], [2, 1, 1]);
    assert.match(String(reasons[0]), /^two\n/);
  });

  /** Runs a suite as the steps of `npm test` do, whatever comes of it. */
  async function mocha(tally: string, name: string, suite: string): Promise<void> {
    const file = join(folder, `${name}.test.js`);
    await writeFile(file, suite);
    const args = ['node_modules/mocha/bin/mocha.js', '--reporter', 'test/vscode/reporter.cjs', file];
    await run(process.execPath, args, { env: { ...process.env, ROWRIVER_TALLY: tally } }).catch(
      () => undefined,
    );
  }

  async function tallied(path: string): Promise<{ passed: number; failed: number; reasons: unknown[] }> {
    const script = `
      import { tallied } from './test/vscode/project.mjs';
      console.log(JSON.stringify(tallied(process.argv[1])));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, path]);
    return JSON.parse(stdout) as { passed: number; failed: number; reasons: unknown[] };
  }
});
