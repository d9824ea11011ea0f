import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli, type CliResult } from '../../support/cli.ts';

describe('rowriver, several files', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const run = (...args: string[]): Promise<CliResult> => runCli([...args, '--no-cache']);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-'));
    for (const day of [1, 2, 10]) {
      const lines = [0, 1, 2].map((n) => `{"day":${day},"n":${n}}`).join('\n');
      await writeFile(at(`log-${day}.jsonl`), lines);
    }
    await mkdir(at('mixed'));
    await symlink(at('mixed'), at('mixed/loop'));
    await writeFile(at('mixed/a.jsonl.gz'), gzipSync('{"a":1}\n'));
    await writeFile(at('mixed/b.jsonl'), '{"a":2}\n');
    await symlink(at('mixed/b.jsonl'), at('mixed/same.jsonl'));
    await writeFile(at('mixed/README.md'), '# not data\n');
    await writeFile(at('mixed/c.geojson'), '{"type":"FeatureCollection","features":[]}\n');
  });
  after(() => rm(folder, { recursive: true }));

  it('by wildcards, in natural order', async () => {
    const { stdout, code } = await run(at('log-*.jsonl'), 'n = 1');
    assert.deepEqual([stdout.toString(), code], ['{"day":1,"n":1}\n{"day":2,"n":1}\n{"day":10,"n":1}\n', 0]);
    const grouped = await run(at('log-*.jsonl'), '|> AGGREGATE sum(n) AS n GROUP BY _file', '--to', 'csv');
    const rows = [1, 2, 10].map((day) => `${at(`log-${day}.jsonl`)},3\r\n`);
    assert.equal(grouped.stdout.toString(), `_file,n\r\n${rows.join('')}`);
  });

  it('by their names, as a shell gives them', async () => {
    const { stdout } = await run(at('log-10.jsonl'), at('log-1.jsonl'), 'n > 0', '--count');
    assert.equal(stdout.toString(), '4\n');
    const all = await run(at('log-10.jsonl'), at('log-1.jsonl'));
    assert.match(all.stdout.toString(), /^\{"day":10.*\n.*\n.*\n\{"day":1,/);
  });

  it('join a file by its path from what was opened', async () => {
    for (const day of ['day=1', 'day=2']) {
      await mkdir(at(`parts/${day}`), { recursive: true });
      await writeFile(at(`parts/${day}/users.csv`), `id,name\n1,in ${day}\n`);
      await writeFile(at(`parts/${day}/events.jsonl`), '{"user":1}\n');
    }
    await writeFile(at('parts/users.csv'), 'id,name\n1,in parts\n');
    const query = (file: string): string =>
      `|> JOIN '${file}' AS u ON user = u.id |> SELECT u.name AS n |> DISTINCT`;
    const files = [at('parts/day=1/events.jsonl'), at('parts/day=2/events.jsonl')];
    for (const [args, file, name] of [
      [[at('parts/*/events.jsonl')], 'users.csv', 'in parts'],
      [[at('parts/day=1/e*.jsonl')], 'users.csv', 'in day=1'],
      [[at('parts/*1/events.jsonl')], 'users.csv', 'in parts'],
      [[at('parts/day=1'), '--from', 'jsonl'], 'users.csv', 'in day=1'],
      [files, 'users.csv', 'in parts'],
      [files.slice(0, 1), 'users.csv', 'in day=1'],
      [[at('parts/*/events.jsonl')], 'day=2/users.csv', 'in day=2'],
    ] as const) {
      const { stdout, stderr } = await run(...args, query(file));
      assert.equal(stdout.toString(), `{"n":"${name}"}\n`, `${args.join(' ')}: ${stderr}`);
    }
    // What nothing is asked of is left out, and the other file may not be replaced.
    await mkdir(at('parts/only'));
    await run(at('parts/day=1/events.jsonl'), '-o', at('parts/only/e.parquet'));
    const ofColumns = await run(at('parts/on*/e.parquet'), query('users.csv'));
    assert.equal(ofColumns.stdout.toString(), '{"n":"in parts"}\n', ofColumns.stderr);
    const only = `day = 2 ${query('users.csv')}`;
    const { stdout } = await run(at('parts/*/events.jsonl'), only);
    assert.equal(stdout.toString(), '{"n":"in parts"}\n');
    const { code, stderr } = await run(at('parts/*/events.jsonl'), only, '-o', at('parts/users.csv'));
    assert.notEqual(code, 0);
    assert.match(stderr, /users\.csv/);
  });

  it('as a folder, of which what is no data is left out', async () => {
    const { stdout } = await run(at('mixed'));
    assert.equal(stdout.toString(), '{"a":1}\n{"a":2}\n');
    const nested = await run(at('**/b.jsonl'), '--count');
    assert.equal(nested.stdout.toString(), '1\n', 'a link that leads back gives no file twice');
  });

  it('are refused with a sentence where nothing is there', async () => {
    const none = await run(at('*.parquet'));
    assert.deepEqual([none.code, none.stderr], [1, `rowriver: No file matches ${at('*.parquet')}.\n`]);
    await mkdir(at('empty'));
    const empty = await run(at('empty'));
    assert.equal(empty.stderr, `rowriver: ${at('empty')} is a folder without files of records.\n`);
    const late = await run(at('log-1.jsonl'), 'n > 0', at('log-2.jsonl'));
    assert.equal(late.code, 2);
    assert.match(late.stderr, /The query comes after all files: there is no file 'n > 0', and '.*' is one\./);
  });

  it('leave out one that cannot be read, say so, and end with 1', async () => {
    await writeFile(at('log-3.jsonl.gz'), Buffer.from('1f8b0800000000000003ffffffffff', 'hex'));
    try {
      const { stdout, stderr, code } = await run(at('log-*'), '--count');
      assert.deepEqual([stdout.toString(), code], ['9\n', 1]);
      assert.match(stderr, /Left out .*log-3\.jsonl\.gz: .*log-3\.jsonl\.gz is damaged/);
    } finally {
      await rm(at('log-3.jsonl.gz'));
    }
  });

  it('are not overwritten by what is read of them', async () => {
    const { code, stderr } = await run(at('log-1.jsonl'), at('log-2.jsonl'), '-o', at('log-2.jsonl'));
    assert.equal(code, 1, stderr);
  });
});
