import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, runCli, startCli } from '../../support/cli.ts';

describe("rowriver with a stage of one's own", () => {
  let folder = '';
  const count = 60_000;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-call-'));
    const records = Array.from({ length: count }, (_, id) => JSON.stringify({ id, text: 'a'.repeat(120) }));
    await writeFile(join(folder, 'long.jsonl'), `${records.join('\n')}\n`);
    await writeFile(
      join(folder, 'odd.mjs'),
      `export const stateless = true;
      export function stage({ id }, { options, offset }) {
        if (id % options.every === 7) throw new Error('seven');
        if (id % 2 === 0) return undefined;
        console.log('not for the output');
        return { id, offset };
      }`,
    );
    await writeFile(join(folder, 'hang.mjs'), 'export function stage() { for (;;); }');
  });
  after(() => rm(folder, { recursive: true }));
  const here = (...args: string[]) => runCli([...args, '--no-cache'], { cwd: folder });

  it('gives what a loop over the records gives, in their order, and the place of each that fails', async () => {
    const query = "|> CALL './odd.mjs'(every => 1000)";
    const { code, stdout, stderr } = await here('long.jsonl', query, '--rejects', 'rejects.jsonl');
    assert.equal(code, 0, stderr.slice(0, 500));
    const lines = (await readFile(join(folder, 'long.jsonl'), 'utf8')).split('\n');
    const expected: string[] = [];
    const failed: object[] = [];
    let offset = 0;
    for (let id = 0; id < count; id++) {
      if (id % 1000 === 7) failed.push({ record: id + 1, line: id + 1, offset });
      else if (id % 2 === 1) expected.push(JSON.stringify({ id, offset }));
      offset += lines[id].length + 1;
    }
    assert.deepEqual(stdout.toString().trimEnd().split('\n'), expected);
    const rejects = (await readFile(join(folder, 'rejects.jsonl'), 'utf8')).trimEnd().split('\n');
    const places = rejects.map(
      (line) => JSON.parse(line) as { record: number; line: number; offset: number },
    );
    assert.deepEqual(
      places.map(({ record, line, offset: at }) => ({ record, line, offset: at })),
      failed,
    );
    assert.match(stderr, /CALL runs .*odd\.mjs\n/);
    assert.match(stderr, /60 failed in CALL/);
  });

  it('ends with the first row that fails where nothing takes it, and with too many where something does', async () => {
    const first = await here('long.jsonl', "|> CALL './odd.mjs'(every => 1000)", '-o', 'out.jsonl');
    assert.equal(first.code, 1);
    assert.match(first.stderr, /odd\.mjs has failed for record 8 \(byte \d+\)\. Error: seven \(line 3\)/);
    const many = await here(
      'long.jsonl',
      "|> CALL './odd.mjs'(every => 8)",
      '-o',
      'out.jsonl',
      '--rejects',
      'r.jsonl',
    );
    assert.equal(many.code, 1);
    assert.match(many.stderr, /failed for more than 1,000 rows.*The others are in r\.jsonl\./);
    assert.ok(!(await readdir(folder)).includes('out.jsonl'));
    const kept = (await readFile(join(folder, 'r.jsonl'), 'utf8')).split('\n').slice(0, -1);
    assert.deepEqual(
      kept.map((line) => (JSON.parse(line) as { record: number }).record),
      Array.from({ length: 1000 }, (_, at) => 8 * at + 8),
    );
  });

  it('needs columns by name for a table, and then is one stage among others', async () => {
    const unnamed = await here('long.jsonl', "|> CALL './odd.mjs'(every => 1e9)", '--to', 'csv');
    assert.match(unnamed.stderr, /name them with SELECT behind CALL/);
    const query = "id < 7 |> CALL './odd.mjs'(every => 1e9) |> WHERE id > 2 |> SELECT id |> ORDER BY id DESC";
    const named = await here('long.jsonl', query, '--to', 'csv');
    assert.equal(named.stdout.toString(), 'id\r\n5\r\n3\r\n', named.stderr);
  });

  it('says of a stage that takes memory without end that it is the stage', async () => {
    await writeFile(
      join(folder, 'greedy.mjs'),
      'export function stage() { const all = []; for (;;) all.push(new Array(1e6).fill(0)); }',
    );
    const { code, stderr } = await here('long.jsonl', "|> CALL './greedy.mjs'");
    assert.equal(code, 1);
    assert.match(stderr, /^rowriver: greedy\.mjs needs more than 512 MB of memory, and was ended\.$/m);
  });

  it('can be interrupted while the stage hangs', async () => {
    const child = startCli(['long.jsonl', "|> CALL './hang.mjs'"], { cwd: folder });
    child.stdin.end();
    child.stderr.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await finished(child);
    assert.equal(code, 130);
    assert.match(stderr, /Interrupted/);
  });

  it('writes a stage to begin with, whose test passes and which runs', async () => {
    const made = await runCli(['new-stage', 'redact'], { cwd: folder });
    assert.equal(made.code, 0, made.stderr);
    const test = spawn(process.execPath, ['--test', 'redact'], { cwd: folder });
    test.stdin.end();
    const tested = await finished(test);
    assert.equal(tested.code, 0, tested.stdout.toString());
    assert.match(tested.stdout.toString(), /pass 2/);
    const ran = await here('redact/sample.jsonl', "|> CALL './redact/redact.mjs'(field => 'level')");
    assert.equal(ran.stdout.toString().split('\n')[1], '{"id":2,"level":"(removed)"}');
    const again = await runCli(['new-stage', 'redact'], { cwd: folder });
    assert.match(again.stderr, /redact already exists/);
    assert.equal(again.code, 1);
    assert.equal((await runCli(['new-stage', '../x y'], { cwd: folder })).code, 2);
  });
});
