import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';

/** Lines of a table with its columns in the order of their names: JSON and Parquet find them in other orders. */
function byName(text: string): string[] {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(','));
  const order = rows[0].map((_, at) => at).sort((a, b) => (rows[0][a] < rows[0][b] ? -1 : 1));
  return rows.map((row) => order.map((at) => row[at]).join(','));
}

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

  it('says of the file that is joined how many of its records are malformed', async () => {
    await writeFile(at('bad.jsonl'), '{"id":1}\n{"id":3 "x"}\n{"id":2}\n');
    await writeFile(at('odd.rows.csv'), 'id,name\n2,Bo,more\n3,Cy\n1\n');
    for (const [other, malformed] of [
      ['bad.jsonl', '1 malformed record'],
      ['odd.rows.csv', '2 malformed records'],
    ]) {
      for (const more of [[], ['--count'], ['-o', at(`out.${other}`)]]) {
        const { stderr } = await runCli([
          at('events.jsonl'),
          `|> ANTI JOIN '${other}' AS b ON user = b.id`,
          ...more,
        ]);
        assert.ok(stderr.includes(`rowriver: ${at(other)}, which is joined, has ${malformed}.\n`), stderr);
      }
    }
    assert.doesNotMatch((await runCli([at('events.jsonl'), query])).stderr, /which is joined/);
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

  it('has the columns of JSON in columns of its own, as those of a table, where they are written as one', async () => {
    const records = [
      { uid: 2, name: 'Bo', at: { city: 'Oslo' }, tags: ['a'] },
      { uid: 9, name: 'No', 'e.mail': 'n@x', rate: 1.5 },
      { uid: 3, name: 'Di', rate: 0.25 },
    ];
    await writeFile(at('u.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await writeFile(at('u.json'), JSON.stringify(records));
    await writeFile(at('none.jsonl'), '');
    await writeFile(at('orders.csv'), 'id,day\n2,Mon\n3,Tue\n4,Wed\n');
    const { stderr } = await runCli([at('u.jsonl'), '-o', at('u.parquet')]);
    assert.match(stderr, /3 written/);
    const head = 'id,day,u.uid,u.name,u.at.city,u.tags,u.e.mail,u.rate';
    const rows = '2,Mon,2,Bo,Oslo,"[""a""]",,\n3,Tue,3,Di,,,,0.25\n4,Wed,,,,,,\n';
    for (const other of ['u.jsonl', 'u.json', 'u.parquet']) {
      const query = `|> LEFT JOIN '${other}' AS u ON id = u.uid`;
      for (const to of ['same', 'csv']) {
        const { stdout } = await runCli([at('orders.csv'), query, '--to', to]);
        assert.deepEqual(byName(stdout.toString()), byName(`${head}\n${rows}`), `${other} to ${to}`);
      }
    }
    const none = await runCli([at('orders.csv'), "|> LEFT JOIN 'none.jsonl' AS u ON id = u.uid |> LIMIT 1"]);
    assert.equal(none.stdout.toString(), 'id,day,u\n2,Mon,\n', none.stderr);
    // Many files are told apart by what is in its rows, however they are written.
    await writeFile(at('u.csv'), 'uid,name\n2,Bo\n3,Di\n');
    for (const other of ['u.jsonl', 'u.parquet', 'u.csv'])
      for (const ending of ['csv', 'jsonl']) {
        const folder = at(`${other}-${ending}`);
        const query = `|> JOIN '${other}' AS u ON id = u.uid`;
        const run = await runCli([at('orders.csv'), query, '-o', join(folder, `{u.name}.${ending}`)]);
        assert.equal(run.code, 0, run.stderr);
        assert.deepEqual((await readdir(folder)).toSorted(), [`Bo.${ending}`, `Di.${ending}`]);
      }
    const missing = await runCli([
      at('orders.csv'),
      "|> JOIN 'u.jsonl' AS u ON id = u.uid",
      '-o',
      at('m/{u.nane}.jsonl'),
    ]);
    assert.match(missing.stderr, /no row has a column u\.nane/);
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
