import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';

describe('rowriver, a query that names what it reads', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-from-'));
    await mkdir(at('logs'));
    for (const n of [1, 2])
      await writeFile(at(`logs/a${n}.jsonl`), `{"status":50${n},"n":${n}}\n{"status":200,"n":9}\n`);
    await writeFile(at('names.csv'), 'n,name\n1,one\n2,two\n');
  });
  after(() => rm(folder, { recursive: true }));

  for (const [query, expected] of [
    ["FROM '@/logs/*.jsonl' |> WHERE status >= 500", '{"status":501,"n":1}\n{"status":502,"n":2}\n'],
    ["SELECT n FROM '@/logs/a1.jsonl' WHERE n < 5", '{"n":1}\n'],
    ["from '@/logs' |> AGGREGATE count(*) AS c", '{"c":4}\n'],
    ["FROM '@/logs/*1.jsonl' WHERE n = 1 LIMIT 1", '{"status":501,"n":1}\n'],
    ["FROM '@/logs/a1.jsonl' AS x |> WHERE x.n = 9 |> SELECT x.status", '{"status":200}\n'],
    ["FROM '@/names.csv' x |> JOIN 'logs/a2.jsonl' AS l ON x.n = l.n |> SELECT x.name", 'name\ntwo\n'],
  ] as const) {
    it(query, async () => {
      const { stdout, stderr, code } = await runCli([query.replace('@', folder)]);
      assert.equal(stdout.toString().replaceAll('\r\n', '\n'), expected, stderr);
      assert.equal(code, 0);
    });
  }

  it('may name the file that is given as well, and no other one', async () => {
    const own = await runCli([
      at('names.csv'),
      `FROM '${at('logs/../names.csv')}' |> WHERE n = 2`,
      '--count',
    ]);
    assert.equal(own.stdout.toString(), '1\n', own.stderr);
    const other = await runCli([at('names.csv'), `FROM '${at('logs')}' |> WHERE n = 2`, '--count']);
    assert.match(
      other.stderr,
      /FROM names '.*logs', and '.*names\.csv' is given as well\. Leave out one of them/,
    );
    assert.deepEqual([other.code, other.stdout.toString()], [2, '']);
    const also = await runCli([at('names.csv'), '--also', `${at('out.csv')}: SELECT n FROM 'x.csv'`]);
    assert.match(also.stderr, /FROM names x\.csv, but this query is asked of .*names\.csv: leave FROM out/);
    assert.equal(also.code, 2);
  });

  it('is followed as what it names is', async () => {
    const query = `FROM '${at('logs/*.jsonl')}' |> WHERE n < 3 |> SELECT n |> LIMIT 2`;
    const { stdout, stderr, code } = await runCli([query, '--follow']);
    assert.deepEqual(stdout.toString().split('\n').toSorted(), ['', '{"n":1}', '{"n":2}'], stderr);
    assert.equal(code, 0, stderr);
  });
});
