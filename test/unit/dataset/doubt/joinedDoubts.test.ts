import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { joinedDoubts } from '../../../../src/engine/dataset/doubt/joinedDoubts.ts';
import { SampledCells } from '../../../../src/engine/dataset/doubt/sampledCells.ts';
import { parseQuery } from '../../../../src/engine/query/index.ts';

describe('joinedDoubts', () => {
  let folder: string;
  let dataset: Dataset;
  const { signal } = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-joined-'));
    await writeFile(join(folder, 'a.csv'), 'id,b\n1,x\n2,y\n');
    await writeFile(join(folder, 'u.csv'), 'id,name\n1,n\n');
    await writeFile(
      join(folder, 'u.jsonl'),
      '{"id":1,"name":"n","at":{"city":"x"},"tags":[{"k":1}],"free":null}\n',
    );
    const written = '2024-05-31 10:00:00';
    await writeFile(join(folder, 't.csv'), `t,b\n${written},x\n`);
    await writeFile(join(folder, 'spaced.csv'), `t,b\nn/a,y\n${'2024-05-31 09:00:00,x\n'.repeat(9)}`);
    await writeFile(join(folder, 't.jsonl'), `{"t":"${written.replace(' ', 'T')}"}\n`);
    dataset = await Dataset.open({ kind: 'file', path: join(folder, 'a.csv') }, { signal });
  });

  after(async () => {
    await dataset.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What is marked, what is said of it, and the query by the fix. */
  async function told(text: string, asked = dataset): Promise<(string | undefined)[][]> {
    const parsed = parseQuery(text);
    if (!parsed.ok) assert.fail(text);
    const found = await joinedDoubts(parsed.query, asked, new SampledCells(asked), signal);
    return found.map(({ from, to, message, fix }) => [text.slice(from, to), message, fix?.query]);
  }

  it('warns of columns that no sampled record of the other file has', async () => {
    const unseen = (name: string): string => `u.jsonl has no column ${name} (not in the sampled records)`;
    assert.deepEqual(await told("|> JOIN 'u.jsonl' AS u ON id = u.idd"), [
      ['u.idd', `${unseen('idd')}; did you mean id?`, "|> JOIN 'u.jsonl' AS u ON id = u.id"],
    ]);
    const condition = "|> JOIN 'u.jsonl' ON id = u.id AND u.nmae > b |> SELECT b, u.at.ctiy, lower(u.zzz)";
    assert.deepEqual(await told(condition), [
      ['u.nmae', `${unseen('nmae')}; did you mean name?`, condition.replace('u.nmae', 'u.name')],
      [
        'u.at.ctiy',
        `${unseen('at.ctiy')}; did you mean at.city?`,
        condition.replace('u.at.ctiy', 'u.at.city'),
      ],
      ['u.zzz', unseen('zzz'), undefined],
    ]);
    assert.deepEqual(await told("|> JOIN 'u.jsonl' USING (b)"), [['b', unseen('b'), undefined]]);
  });

  it('warns of them behind SELECT u.*, where they stand by themselves', async () => {
    const [[marked, message]] = await told(
      "|> JOIN 'u.jsonl' AS u ON id = u.id |> SELECT u.* |> WHERE nmae = 'x'",
    );
    assert.equal(marked, 'nmae');
    assert.match(message ?? '', /^u\.jsonl has no column nmae .*did you mean name\?$/);
    const [[, named]] = await told("|> JOIN 'u.jsonl' AS u ON id = u.id |> SELECT u.* |> WHERE u.id = 1");
    assert.match(named ?? '', /^u\.jsonl has no column u\.id .*did you mean id\?$/);
  });

  it('warns of times that are written in two ways', async () => {
    const other = await Dataset.open({ kind: 'file', path: join(folder, 't.csv') }, { signal });
    try {
      const query = "|> JOIN 't.jsonl' AS u ON t = u.t";
      const message =
        'the times of t are written in another way than those of the other file, and are compared as texts; write ON t::TIMESTAMP';
      assert.deepEqual(await told(query, other), [
        ['t', message, "|> JOIN 't.jsonl' AS u ON t::TIMESTAMP = u.t"],
      ]);
      assert.deepEqual(await told("|> JOIN 't.jsonl' AS u USING (t)", other), [['t', message, undefined]]);
      for (const [on, marked, before] of [
        ['if(b > 1, t, NULL) = u.t', 'if(b > 1, t, NULL)', ''],
        ['at = u.t', 'at', 'EXTEND coalesce(t, NULL) AS at '],
      ]) {
        const said = message.replaceAll(' t ', ` ${marked} `).replace('t::', `${marked}::`);
        const text = `${before}|> JOIN 't.jsonl' AS u ON ${on}`;
        const fixed = text.replace(`ON ${marked}`, `ON ${marked}::TIMESTAMP`);
        assert.deepEqual(await told(text, other), [[marked, said, fixed]]);
      }
      for (const plain of [
        "|> JOIN 't.jsonl' AS u ON lower(t) = u.t",
        "|> JOIN 't.jsonl' AS u ON coalesce(t, b) = u.t",
        "|> JOIN 't.jsonl' AS u ON t::TIMESTAMP = u.t",
        "|> JOIN 't.jsonl' AS u ON b = u.t",
        "|> JOIN 'spaced.csv' AS u ON t = u.t",
      ])
        assert.deepEqual(await told(plain, other), [], plain);
    } finally {
      await other.close();
    }
  });

  it('says nothing where they are there, above or below what was seen, or nothing is joined', async () => {
    for (const query of [
      "|> JOIN 'u.jsonl' ON id = u.id |> SELECT u, u.at, u.at.city, u.tags[1].k, u.free.any",
      "|> JOIN 'u.jsonl' ON id = u.id |> SELECT u.* |> WHERE name = 'n'",
      "|> JOIN 'u.csv' AS c ON id = c.id |> SELECT c.name",
      "|> JOIN 'none.jsonl' AS c ON id = c.idd",
      'idd = 1',
    ])
      assert.deepEqual(await told(query), [], query);
  });
});
