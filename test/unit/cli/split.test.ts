import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runCli, type CliResult } from '../../support/cli.ts';

describe('outputs that are many files', () => {
  const records = Array.from({ length: 5000 }, (_, id) => ({
    id,
    level: ['error', 'info', 'ERROR', null, '', 'a/b'][(id * 7) % 6],
    user: { n: id % 200 },
  }));
  let cwd: string;

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'rowriver-split-'));
    await writeFile(join(cwd, 'in.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const cli = (...args: string[]): Promise<CliResult> => runCli(['in.jsonl', '--no-cache', ...args], { cwd });

  async function files(folder = 'out'): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const entry of await readdir(join(cwd, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const bytes = entry.isFile() ? await readFile(path) : undefined;
      const name = path.slice(join(cwd, folder).length + 1).replaceAll('\\', '/');
      if (bytes) found.set(name, (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
    }
    return found;
  }

  it('have the rows of each value, in the order of the file, in parts of so many records', async () => {
    const { code, stderr } = await cli('-o', 'out/{level}/{part}.jsonl.gz', '--split-records', '300');
    assert.equal(code, 0, stderr);
    const names = {
      error: 'error',
      info: 'info',
      ERROR: '%45RROR',
      null: '__HIVE_DEFAULT_PARTITION__',
      '': '__EMPTY__',
      'a/b': 'a%2Fb',
    };
    const wanted = new Map<string, string>();
    for (const [level, name] of Object.entries(names)) {
      const own = records.filter((record) => String(record.level) === level);
      for (let part = 0; part * 300 < own.length; part++) {
        const rows = own.slice(part * 300, (part + 1) * 300).map((record) => `${JSON.stringify(record)}\n`);
        wanted.set(`${name}/000${part + 1}.jsonl.gz`, rows.join(''));
      }
    }
    const found = await files();
    assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
    for (const [name, text] of wanted) assert.equal(found.get(name), text, name);
    assert.match(stderr, /5,000 written to out\/\{level\}\/\{part\}\.jsonl\.gz \(18 files\)/);
  });

  it('tell an empty text of a delimited text from a field without a value', async () => {
    const text = join(cwd, 'empty.csv');
    await writeFile(text, 'a,b\n1,""\n2,\n3,x\n');
    for (const [query, to] of [
      ['', 'same'],
      ['', 'jsonl'],
      ['|> SELECT a, b', 'csv'],
    ]) {
      const ending = to === 'jsonl' ? 'jsonl' : 'csv';
      const folder = `empty-${to}`;
      const run = await runCli([text, query, '-o', `${folder}/{b}.${ending}`], { cwd });
      assert.equal(run.code, 0, run.stderr);
      const firsts = [...(await files(folder))].map(([name, rows]) => [name, /[123]/.exec(rows)?.[0]]);
      assert.deepEqual(firsts.sort(), [
        [`__EMPTY__.${ending}`, '1'],
        [`__HIVE_DEFAULT_PARTITION__.${ending}`, '2'],
        [`x.${ending}`, '3'],
      ]);
    }
  });

  it('are of more values than files may be open, each with its header', async () => {
    await cli('|> SELECT id, user.n AS n', '-o', 'out/n={n}.csv');
    const found = await files();
    assert.equal(found.size, 200);
    for (let n = 0; n < 200; n++) {
      const rows = records.filter(({ user }) => user.n === n).map(({ id }) => `${id},${n}\r\n`);
      assert.equal(found.get(`n=${n}.csv`), `id,n\r\n${rows.join('')}`);
    }
  });

  it('are no larger than they may be', async () => {
    for (const [name, head] of [
      ['{part}.jsonl', ''],
      ['{part}.csv', 'id,level\r\n'],
    ]) {
      await cli('|> SELECT id, level', '-o', `out/${name}`, '--split-bytes', '1kB');
      const found = await files();
      const [first = '', ...others] = found.values();
      for (const text of [first, ...others]) {
        assert.ok(text.length <= 1000, String(text.length));
        assert.ok(text.startsWith(head));
      }
      assert.ok(first.length > 950);
      assert.equal(
        [...found.values()].reduce((sum, text) => sum + text.slice(head.length).split('\n').length - 1, 0),
        5000,
      );
      await rm(join(cwd, 'out'), { recursive: true });
    }
  });

  it('are JSON documents each', async () => {
    await cli('-o', 'out/{user.n}.json');
    for (const [name, text] of await files())
      assert.deepEqual(
        JSON.parse(text),
        records.filter(({ user }) => `${user.n}.json` === name),
      );
  });

  it('come with others of the same pass', async () => {
    const { code, stderr } = await cli(
      '-o',
      'all.csv',
      '--also',
      'out/{level}.jsonl: id < 12',
      '--rejects',
      'rejects.jsonl',
    );
    assert.equal(code, 0, stderr);
    const own = records.slice(0, 12).filter(({ level }) => level === 'info');
    assert.equal(
      (await files()).get('info.jsonl'),
      own.map((record) => `${JSON.stringify(record)}\n`).join(''),
    );
    assert.ok(existsSync(join(cwd, 'all.csv')));
  });

  it('replace nothing without being asked, and are all written or none', async () => {
    await mkdir(join(cwd, 'out'));
    await writeFile(join(cwd, 'out/info.jsonl'), 'mine');
    const { code, stderr } = await cli('-o', 'out/{level}.jsonl');
    assert.equal(code, 1);
    assert.match(stderr, /out\/info\.jsonl already exists and was not replaced/);
    assert.deepEqual([...(await files())], [['info.jsonl', 'mine']]);
    assert.equal((await cli('-o', 'out/{level}.jsonl', '--overwrite')).code, 0);
    assert.equal((await files()).size, 6);
  });

  it('are not mixed with those of an earlier run without a word', async () => {
    const first = await cli('-o', 'out/u={user.n}/{part}.jsonl', '--split-records', '10');
    assert.doesNotMatch(first.stderr, /there before/);
    await writeFile(join(cwd, 'out/notes.jsonl'), '');
    await writeFile(join(cwd, 'out/u=1/x.jsonl'), '');
    const args = ['-o', 'out/u={user.n}/{part}.jsonl', '--split-records', '20', '--overwrite'];
    const { code, stderr } = await cli('user.n < 100', ...args);
    assert.equal(code, 0, stderr);
    // Three parts of each of 200 users; of 100 of them, two are replaced.
    assert.match(
      stderr,
      /^rowriver: 400 more files of out\/u=\{user\.n\}\/\{part\}\.jsonl were there before/m,
    );
  });

  it('of this run and the file that is read are no files of an earlier one', async () => {
    await mkdir(join(cwd, 'out'));
    const also = ['--also', "out/error.txt.jsonl: level = 'error'", '--rejects', 'out/rejects.jsonl'];
    const { code, stderr } = await cli('', '-o', 'out/{level}.jsonl', ...also, '--overwrite');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /there before/);
  });

  it('leave no files and folders behind where one cannot be written', async () => {
    for (const [query, template, message] of [
      ['', 'out/{nothing}/{id}.jsonl', /no row has a column nothing/],
      ['|> SELECT id', 'out/{level}.csv', /no row has a column level/],
      ['', 'out/{level}.md', /many files are JSON Lines, JSON, CSV or TSV/],
    ] as const) {
      const { code, stderr } = await cli(query, '-o', template);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.deepEqual(await readdir(cwd), ['in.jsonl']);
    }
  });

  it('stay in their folder, also where a link leads out of it', async function () {
    if (process.platform === 'win32') this.skip();
    await mkdir(join(cwd, 'out'));
    await mkdir(join(cwd, 'elsewhere'));
    await symlink('../elsewhere', join(cwd, 'out/info'));
    const { code, stderr } = await cli('-o', 'out/{level}/x.jsonl');
    assert.equal(code, 1);
    assert.match(stderr, /out\/info\/x\.jsonl leads out of out by a link/);
    assert.deepEqual(await readdir(join(cwd, 'elsewhere')), []);
    assert.deepEqual(await readdir(join(cwd, 'out')), ['info']);
  });

  it('are refused where it is not said how', async () => {
    for (const [args, message] of [
      [
        ['-o', 'out/{part}.jsonl'],
        /\{part\} in the name of an output needs --split-records or --split-bytes/,
      ],
      [['-o', 'out.jsonl', '--split-records', '5'], /need \{part\} in the name/],
      [['-o', 'out.jsonl', '--overwrite'], /--overwrite is for outputs/],
      [['-o', '{part}.jsonl', '--split-bytes', '0'], /takes a number above 0/],
      [['-o', '{part}.jsonl', '--split-bytes', '5 parsecs'], /for example 100MB/],
      [['-o', '{id}/../x.jsonl'], /cannot have empty names/],
    ] as const) {
      const { code, stderr } = await cli(...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
