import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';

describe('rowriver, JOIN', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const users = 'id,name\n1,Ann\n2,Bo\n';
  const query = "|> JOIN 'users.csv' AS u ON user = u.id |> SELECT id, u.name AS name";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-join-'));
    await writeFile(at('events.jsonl'), '{"id":7,"user":2}\n{"id":8,"user":3}\n{"id":9,"user":1}\n');
    await writeFile(at('users.csv'), users);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('puts rows together with those of a file beside the first one', async () => {
    const { stdout, stderr, code } = await runCli([at('events.jsonl'), query]);
    assert.equal(stdout.toString(), '{"id":7,"name":"Bo"}\n{"id":9,"name":"Ann"}\n', stderr);
    assert.equal(code, 0);
    const { stdout: counted } = await runCli([
      at('events.jsonl'),
      "|> ANTI JOIN 'users.csv' AS u ON user = u.id",
      '--count',
    ]);
    assert.equal(counted.toString(), '1\n');
  });

  it('writes tables that are put together as a table, a column for each of theirs', async () => {
    await writeFile(at('orders.csv'), 'id,user.id,day\n7,2,Mon\n8,3,Tue\n');
    await writeFile(at('odd.csv'), 'id,the "name"\n2,Bo\n');
    for (const [query, expected] of [
      [`|> JOIN 'users.csv' AS u ON "user.id" = u.id`, 'id,user.id,day,u.id,u.name\n7,2,Mon,2,Bo\n'],
      [
        `|> LEFT JOIN 'users.csv' AS u ON "user.id" = u.id |> SELECT u, day |> ORDER BY day DESC`,
        'u.id,u.name,day\n,,Tue\n2,Bo,Mon\n',
      ],
      [
        `|> JOIN 'odd.csv' AS u ON "user.id" = u.id |> DROP day`,
        'id,user.id,u.id,"u.the ""name"""\n7,2,2,Bo\n',
      ],
      [`|> SEMI JOIN 'users.csv' AS u ON "user.id" = u.id`, 'id,user.id,day\n7,2,Mon\n'],
      [
        `|> JOIN 'users.csv' AS u ON "user.id" = u.id |> JOIN 'odd.csv' AS o ON u.id = o.id |> SELECT o, u.name, id`,
        'o.id,"o.the ""name""",u.name,id\n2,Bo,Bo,7\n',
      ],
    ]) {
      for (const to of ['same', 'csv']) {
        const { stdout, stderr } = await runCli([at('orders.csv'), query, '--to', to]);
        assert.equal(stdout.toString().replaceAll('\r\n', '\n'), expected, `${query}, ${to}: ${stderr}`);
      }
    }
    const joined = `|> JOIN 'users.csv' AS u ON "user.id" = u.id`;
    const { stdout } = await runCli([at('orders.csv'), joined, '--to', 'md']);
    assert.match(stdout.toString(), /\| u\.id +\| u\.name/);
    const { stdout: lines } = await runCli([at('orders.csv'), joined, '--to', 'jsonl']);
    assert.match(lines.toString(), /"u":\{"id":"2","name":"Bo"\}/);
  });

  it('reads a file of another folder, whatever the first one is read from', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'rowriver-join-'));
    try {
      const other = join(elsewhere, 'users.csv');
      await writeFile(other, users);
      const lists = { all: [{ events: [{ id: 7, user: 2 }] }, { events: [{ id: 8, user: 3 }] }] };
      await writeFile(at('lists.json'), JSON.stringify(lists));
      await runCli([at('events.jsonl'), '-o', at('events.parquet')]);
      for (const args of [
        [at('events.jsonl')],
        [at('events.parquet')],
        [at('lists.json'), '--rows', '$.all[*].events[*]'],
        [at('events.jsonl'), at('events.jsonl')],
      ]) {
        const query = `id = 7 |> JOIN '${other}' AS u ON user = u.id |> SELECT id, u.name AS name |> LIMIT 1`;
        const { stdout, stderr } = await runCli([...args, query]);
        assert.equal(stdout.toString(), '{"id":7,"name":"Bo"}\n', `${args.join(' ')}: ${stderr}`);
      }
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  for (const [what, args] of [
    ['an output', ['-o']],
    ['another output', ['--also']],
  ] as const) {
    it(`does not take the place of the other file by ${what}`, async () => {
      const target =
        what === 'an output' ? [...args, at('users.csv')] : [...args, `${at('users.csv')}: id > 0`];
      const { stderr, code } = await runCli([at('events.jsonl'), query, ...target]);
      assert.match(stderr, /users\.csv/);
      assert.notEqual(code, 0, 'the exit code');
      assert.equal(await readFile(at('users.csv'), 'utf8'), users, 'the other file');
    });
  }

  it('is refused where files are followed, with its place', async () => {
    const { stderr, code } = await runCli([at('events.jsonl'), query, '--follow']);
    assert.match(stderr, /JOIN needs all rows/);
    assert.match(stderr, /\n {5}\^/);
    assert.equal(code, 2);
  });

  it('says where the file is named that is not there', async () => {
    const { stderr, code } = await runCli([at('events.jsonl'), "|> JOIN 'none.csv' AS u ON user = u.id"]);
    assert.match(stderr, /There is no file .*none\.csv/);
    assert.match(stderr, /\^{10}/);
    assert.equal(code, 2);
  });
});
