import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCli } from '../../support/cli.ts';

describe('rowriver, folders that are columns', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-hive-'));
    const files = {
      'lines/year=2023/month=01/a.jsonl': '{"n":1,"year":"own"}\n{"n":\n',
      'lines/year=2024/month=02/b.jsonl': '{"n":2}\n',
      'lines/other/c.jsonl': '{"n":3}\n',
      'cells/Day=2024-05-01/a.csv': 'id,Day,w\n1,own,x\n',
      'cells/Day=2024-06-01/b.csv': 'id,Day,w\n2,own,y\n3,own,z,more\n',
      'log/level=warn/a.log': 'one\n',
      'log/level=info/b.log': 'two\n',
      'one/year=2024/a.jsonl': '{"n":1}\n',
      'document/year=2024/a.json': '[{"n":1}]',
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), text);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function written(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await runCli(args);
    assert.equal(code, 0, stderr);
    return stdout.toString().replaceAll('\r\n', '\n');
  }

  it('are found below a folder, and are in the rows that are written', async () => {
    const [jsonl, csv] = [at('lines'), at('cells')];
    assert.equal(
      await written(jsonl),
      '{"n":1,"year":2023,"month":"01"}\n{"n":2,"year":2024,"month":"02"}\n',
    );
    assert.equal(await written(jsonl, 'year = 2024', '--to', 'csv'), 'n,year,month\n2,2024,02\n');
    assert.equal(await written(jsonl, 'year = 2024', '--count'), '1\n');
    // In the place of the column that has the name.
    assert.equal(
      await written(csv, "day >= DATE '2024-06-01' |> ORDER BY id DESC"),
      'id,Day,w\n3,2024-06-01,z\n2,2024-06-01,y\n',
    );
    assert.equal(await written(csv, '--to', 'jsonl', "id = '1'"), '{"id":"1","Day":"2024-05-01","w":"x"}\n');
    const profile = await written(jsonl, '--profile');
    assert.match(profile, /^year +number +0 +2 +2023 +2024/m);
    assert.match(profile, /^month +/m);
  });

  it('are those of one file as well, where a pattern or a folder finds it', async () => {
    assert.equal(await written(join(at('one'), '*/*.jsonl'), 'year = 2024'), '{"n":1,"year":2024}\n');
    assert.equal(await written(at('one'), 'year = 2024', '--count'), '1\n');
    assert.equal(await written(at('one'), '--no-hive', 'year = 2024', '--count'), '0\n');
    // A document is read by itself.
    assert.equal(await written(join(at('document'), '*/*.json'), '--count'), '1\n');
  });

  it('leave lines of a log and malformed records as they stand', async () => {
    const pattern = ['--pattern', '(?<text>.*)'];
    assert.equal(await written(join(at('log'), '*/*.log'), "level = 'warn'", ...pattern), 'one\n');
    assert.equal(
      await written(join(at('log'), '*/*.log'), "level = 'warn'", ...pattern, '--to', 'jsonl'),
      '{"text":"one","level":"warn"}\n',
    );
    assert.equal(await written(at('lines'), '_error IS NOT NULL AND year = 2023'), '{"n":\n');
  });

  it('are said, and can be refused', async () => {
    const said = JSON.parse(await written(at('lines'), '--reading')) as { partitions: unknown };
    assert.deepEqual(said.partitions, ['year', 'month']);
    assert.equal(await written(at('lines'), '--no-hive'), '{"n":1,"year":"own"}\n{"n":2}\n');
    const { stderr } = await runCli([at('lines'), 'yaer = 2024', '--count']);
    assert.match(stderr, /did you mean year\?/);
  });
});
