import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { copyFile, mkdtemp, open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writesZstd } from '../../../src/engine/sink/compressor.ts';
import { cliPath, finished, runCli, startCli, type CliOptions, type CliResult } from '../../support/cli.ts';
import { recordLine } from '../../support/httpServer.ts';
import { runs } from '../../support/long.ts';
import { randomFrom } from '../../support/sample.ts';

describe('resume of an export', () => {
  let folder: string;
  let source: string;
  let options: CliOptions;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-resume-'));
    source = join(folder, 'source.jsonl');
    options = { cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache'), ROWRIVER_JOURNAL_MS: '0' } };
    const file = await open(source, 'w');
    for (let from = 0; from < records; from += 10_000) {
      await file.write(Array.from({ length: 10_000 }, (_, i) => recordLine(from + i)).join(''));
    }
    await file.write(broken);
    await file.close();
  });

  after(() => rm(folder, { recursive: true }));

  /**
   * Runs an export, killing it and going on until it is done; answers how often it went on. A run is killed some time
   * after its journal was written a number of times.
   */
  async function killed(args: readonly string[], output: string, random: () => number): Promise<number> {
    let resumed = 0;
    let kills = 0;
    for (let next = args; ;) {
      const child = startCli(next, options);
      child.stdin.end();
      let entries = kills < mostKills ? 1 + Math.floor(random() * 4) : Infinity;
      const later = random() * 20;
      const watcher = watch(folder, (_, name) => {
        if (!name?.endsWith('.resume') || --entries !== 0) return;
        kills++;
        setTimeout(() => child.kill('SIGKILL'), later);
      });
      const { code, stderr } = await finished(child);
      watcher.close();
      if (stderr.includes('Resuming: ')) resumed++;
      if (code === 0) return resumed;
      if (code !== null) assert.match(stderr, /There is nothing to resume/);
      next = code === null ? ['resume', output] : args;
    }
  }

  const forms: readonly (readonly [string, ...string[]])[] = [
    ['out.jsonl'],
    ['out.csv'],
    ['out.json'],
    ['out.jsonl.gz'],
    ['out.md'],
    ['computed.jsonl', '|> SELECT id, upper(text) AS t'],
    ['computed.csv.gz', 'status > 0 |> EXTEND id * 2 AS twice'],
    ['limited.jsonl', '|> LIMIT 40000 OFFSET 5000'],
    ...(writesZstd() ? ([['out.jsonl.zst'], ['out.csv.zst']] as const) : []),
  ];
  for (const [name, ...query] of forms) {
    it(`makes of ${[name, ...query].join(' ')} what an undisturbed run makes, whenever it is killed`, async () => {
      const whole = [source, ...query, '-o', `whole-${name}`, '--rejects', `whole-${name}.rejects.jsonl`];
      assert.equal((await runCli(whole, options)).code, 0);
      const random = randomFrom(7);
      let resumed = 0;
      const wanted = await readFile(join(folder, `whole-${name}`));
      // A run may be over before it is killed: then there is another one.
      for (let run = 0; run < runs(1, 12) || (resumed === 0 && run < 20); run++) {
        const rejects = `${run}-${name}.rejects.jsonl`;
        const args = [source, ...query, '-o', `${run}-${name}`, '--rejects', rejects];
        resumed += await killed(args, `${run}-${name}`, random);
        assert.ok(wanted.equals(await readFile(join(folder, `${run}-${name}`))), 'the output is another one');
        assert.deepEqual(
          await readFile(join(folder, rejects)),
          await readFile(join(folder, `whole-${name}.rejects.jsonl`)),
        );
        assert.deepEqual(await hidden(), [], 'nothing is left behind');
      }
      assert.ok(resumed > 0, 'no run went on with another');
    });
  }

  it('goes on with none that is older than the last export to the target, however early that was killed', async () => {
    /** Kills a run at a change of a journal; undefined: the run was over before. */
    async function killedAt(
      args: readonly string[],
      env: CliOptions['env'],
      is: 'written' | 'gone',
    ): Promise<void> {
      const child = startCli(args, { ...options, env: { ...options.env, ...env } });
      child.stdin.end();
      const watcher = watch(folder, (_, name) => {
        if (name?.endsWith('.resume') !== true) return;
        if (existsSync(join(folder, name)) === (is === 'written')) child.kill('SIGKILL');
      });
      const { code } = await finished(child);
      watcher.close();
      assert.equal(code, null, `it was over before a journal was ${is}`);
    }
    await killedAt([source, 'status > 0', '-o', 'two.jsonl'], {}, 'written');
    const { stdout } = await runCli(['resume'], options);
    assert.match(stdout.toString(), /^two\.jsonl: /);
    await killedAt([source, '|> SELECT id', '-o', 'two.jsonl'], { ROWRIVER_JOURNAL_MS: '1e9' }, 'gone');
    assert.ok(!existsSync(join(folder, 'two.jsonl')), 'it was killed long before its end');
    const { code, stderr } = await runCli(['resume', 'two.jsonl'], options);
    assert.notEqual(code, 0);
    assert.match(stderr, /There is nothing to resume for two\.jsonl/);
    assert.match((await runCli(['resume'], options)).stderr, /There is nothing to resume/);
    for (const name of await hidden()) await rm(join(folder, name));
  });

  describe('after a disk that was full', () => {
    beforeEach(async function () {
      if (process.platform === 'win32') this.skip();
      for (const name of await hidden()) await rm(join(folder, name));
      await rm(join(folder, 'out.jsonl'), { force: true });
      await copyFile(source, join(folder, 'in.jsonl'));
    });

    it('says that it can be resumed, lists it, and goes on', async () => {
      const { code, stderr } = await filled(['in.jsonl', '-o', 'out.jsonl']);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /larger than the maximum file size.*\n.*What was written is kept for 7 days\. To go on, run rowriver resume out\.jsonl/,
      );
      const listed = await runCli(['resume'], options);
      assert.match(
        listed.stdout.toString(),
        /^out\.jsonl: from in\.jsonl, [\d,]+ records read, [\d,]+ bytes written, ended .* UTC\n$/,
      );
      const resumed = await runCli(['resume', 'out.jsonl'], options);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.match(
        resumed.stderr,
        /It has no query: it takes all records\.\n.*Resuming: [\d,]+ records were read before\n.*60,001 records read, 60,000 written/,
      );
      const wellFormed = (await readFile(source)).subarray(0, -broken.length);
      assert.ok(wellFormed.equals(await readFile(join(folder, 'out.jsonl'))));
      const again = await runCli(['resume', 'out.jsonl'], options);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /There is nothing to resume for out\.jsonl/);
      assert.deepEqual(await hidden(), []);
    });

    it('does not go on with a file that has changed', async () => {
      await filled(['in.jsonl', '-o', 'out.jsonl']);
      await writeFile(join(folder, 'in.jsonl'), await readFile(source));
      await refused(/cannot be resumed: \S*in\.jsonl has changed since\. Run it again from the start/);
    });

    it('does not go on with bytes that are not those that were written', async () => {
      await filled(['in.jsonl', '-o', 'out.jsonl']);
      const [temporary = ''] = (await hidden()).filter((name) => name.endsWith('.tmp'));
      const file = await open(join(folder, temporary), 'r+');
      await file.write('x', 5);
      await file.close();
      await refused(/cannot be resumed: what was written so far has been changed or is damaged/);
    });

    for (const [what, change, message] of [
      ['is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), /its journal is damaged/],
      ['is empty', () => Buffer.alloc(0), /its journal is damaged/],
      [
        'is of another version',
        (bytes: Buffer) => Buffer.concat([Buffer.from('rowriver export 1 9.9.9\n'), bytes]),
        /its journal is of Rowriver 9\.9\.9, and this is Rowriver /,
      ],
    ] as const) {
      it(`does not go on where the journal ${what}`, async () => {
        await filled(['in.jsonl', '-o', 'out.jsonl']);
        const [journal = ''] = (await hidden()).filter((name) => name.endsWith('.resume'));
        await writeFile(join(folder, journal), change(await readFile(join(folder, journal))));
        await refused(message);
      });
    }

    it('keeps what can be resumed while other exports are written beside it, and removes it on demand', async () => {
      await filled(['in.jsonl', '-o', 'out.jsonl']);
      const kept = await hidden();
      assert.equal(kept.length, 2);
      await runCli(['in.jsonl', '-o', 'other.jsonl'], options);
      assert.deepEqual(await hidden(), kept);
      const { code } = await runCli(['resume', 'out.jsonl', '--discard'], options);
      assert.equal(code, 0);
      assert.deepEqual(await hidden(), []);
    });

    for (const [what, args] of [
      ['is gone on with', ['resume', 'out.jsonl']],
      ['is given up', ['resume', 'out.jsonl', '--discard']],
      ['is begun anew', ['in.jsonl', '-o', 'out.jsonl']],
    ] as const) {
      it(`leaves nothing of a journal that was being written when its writer died, where it ${what}`, async () => {
        await filled(['in.jsonl', '-o', 'out.jsonl']);
        const [journal = ''] = (await hidden()).filter((name) => name.endsWith('.resume'));
        await writeFile(join(folder, `${journal}.next`), 'half of a jour');
        assert.equal((await runCli([...args], options)).code, 0);
        assert.deepEqual(await hidden(), []);
      });
    }

    it('removes what is older than a week', async () => {
      await filled(['in.jsonl', '-o', 'out.jsonl']);
      const old = new Date(Date.now() - 8 * 24 * 60 * 60_000);
      const [journal = ''] = (await hidden()).filter((name) => name.endsWith('.resume'));
      await writeFile(join(folder, `${journal}.next`), 'half of a jour');
      for (const name of await hidden()) await utimes(join(folder, name), old, old);
      await runCli(['in.jsonl', '-o', 'other.jsonl'], options);
      assert.deepEqual(await hidden(), []);
    });

    it('is not in the way of a new export to the same file, which replaces it', async () => {
      await filled(['in.jsonl', '-o', 'out.jsonl']);
      const { code, stderr } = await runCli(['in.jsonl', '-o', 'out.jsonl'], options);
      assert.equal(code, 0);
      assert.match(
        stderr,
        /An earlier export to out\.jsonl has not come to its end: rowriver resume goes on with it/,
      );
      assert.deepEqual(await hidden(), []);
    });

    it('begins again where the query needs all rows', async () => {
      const wanted = await runCli(['in.jsonl', '|> ORDER BY id DESC'], options);
      const child = startCli(['in.jsonl', '|> ORDER BY id DESC', '-o', 'out.jsonl'], options);
      child.stdin.end();
      const watcher = watch(folder, (_, name) => {
        if (name?.endsWith('.resume')) child.kill('SIGKILL');
      });
      const { code } = await finished(child);
      watcher.close();
      assert.equal(code, null);
      // One that is killed before it has an entry of its own is not forgotten.
      const late = { ...options, env: { ...options.env, ROWRIVER_JOURNAL_MS: '1000000' } };
      const again = startCli(['resume', 'out.jsonl'], late);
      again.stdin.end();
      const [written] = (await hidden()).filter((name) => name.endsWith('.tmp'));
      const second = watch(folder, (_, name) => {
        if (name?.endsWith('.tmp') && name !== written) again.kill('SIGKILL');
      });
      assert.equal((await finished(again)).code, null);
      second.close();
      const resumed = await runCli(['resume', 'out.jsonl'], options);
      assert.match(resumed.stderr, /The export starts again from the beginning: its query sorts/);
      assert.ok(wanted.stdout.equals(await readFile(join(folder, 'out.jsonl'))));
      assert.deepEqual(await hidden(), []);
    });

    /** Runs an export that may write files of no more than 3 MB. */
    async function filled(args: readonly string[]): Promise<CliResult> {
      const limited = ['-c', 'ulimit -f 6000; exec "$@"', 'sh', process.execPath, cliPath, ...args];
      const child = spawn('sh', limited, { ...options, env: { ...process.env, ...options.env } });
      child.stdin.end();
      return finished(child);
    }

    async function refused(message: RegExp): Promise<void> {
      const { code, stderr } = await runCli(['resume', 'out.jsonl'], options);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.ok(!(await readdir(folder)).includes('out.jsonl'));
    }
  });

  async function hidden(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => name.startsWith('.'));
  }
});

const records = 60_000;
const broken = '{"broken\n';
/** Kills of one export: then it may come to its end. */
const mostKills = runs(2, 6);
