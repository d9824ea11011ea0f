import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { followTo } from '../../../src/engine/run/follow.ts';
import { Follower } from '../../../src/engine/source/follow/follower.ts';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import { memorySink } from '../../support/memorySink.ts';

const { signal } = new AbortController();

describe('following, of what has no end', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-follow-'));
    await writeFile(join(folder, 'a.jsonl'), '{"n":1,"t":["x","y"]}\n{"n":null}\n');
    await writeFile(join(folder, 'a.json'), '[{"n":1}]\n');
    await writeFile(join(folder, 'two.csv'), 'a,b\n1,2\n\nTable two\nc,d,e\nx,y,z\nu,v,w\n');
    await writeFile(join(folder, 'wide.jsonl'), Buffer.from('\ufeff{"n":1}\n', 'utf16le'));
  });
  after(() => rm(folder, { recursive: true }));

  async function follow(name: string, query: string, to: ExportFormat): Promise<string> {
    const path = join(folder, name);
    const find = (): Promise<string[]> => Promise.resolve([path]);
    const follower = new Follower({ find, finds: false, end: signal, idleMs: 1 });
    const sink = memorySink();
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      await followTo(dataset, follower, { query, to, sink, onlyNew: false, say: () => undefined }, signal);
    } finally {
      await follower.close();
      await dataset.close();
    }
    return sink.text();
  }

  for (const [query, words] of [
    ['|> ORDER BY n', 'ORDER BY needs all rows'],
    ['|> AGGREGATE count(*) AS n', 'AGGREGATE needs all rows'],
    ['n = 1 |> DISTINCT', 'DISTINCT needs all rows'],
    ['|> TOP 3 OF n', 'TOP … OF needs all rows'],
    ['|> DESCRIBE', 'DESCRIBE needs all rows'],
    ['|> TABLESAMPLE 3 ROWS', 'TABLESAMPLE needs all rows'],
    [
      '|> EXTEND sum(n) OVER (ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS s',
      'A function with OVER needs all rows',
    ],
  ])
    it(`refuses ${query}`, async () => {
      await assert.rejects(follow('a.jsonl', query, 'jsonl'), (error: Error) =>
        error.message.startsWith(words),
      );
    });

  it('refuses tables whose columns would only be seen in their rows, and formats that are no lines', async () => {
    await assert.rejects(follow('a.jsonl', '', 'csv'), /name them with \|> SELECT/);
    await assert.rejects(follow('a.jsonl', '|> EXTEND 1 AS x', 'csv'), /name them with \|> SELECT/);
    await assert.rejects(follow('a.jsonl', '', 'parquet'), /parquet cannot be written as rows arrive/);
    await assert.rejects(follow('a.jsonl', '', 'md'), /md cannot be written as rows arrive/);
  });

  it('refuses files that do not grow record by record, or are read otherwise', async () => {
    await assert.rejects(follow('a.json', '', 'jsonl'), /a\.json cannot be followed: only JSON Lines/);
    await assert.rejects(follow('wide.jsonl', '', 'jsonl'), /its encoding is utf-16le/i);
    await assert.rejects(follow('two.csv', '', 'jsonl'), /it holds several tables/);
  });

  it('takes what is known row by row', async () => {
    const rows = '{"n":1,"t":"x"}\n{"n":1,"t":"y"}\n';
    assert.equal(await follow('a.jsonl', '|> UNNEST t', 'jsonl'), rows);
    assert.equal(await follow('a.jsonl', '|> FILL n |> SELECT n', 'csv'), 'n\r\n1\r\n1\r\n');
    assert.equal(
      await follow('a.jsonl', '|> TABLESAMPLE 100 PERCENT |> LIMIT 1 |> SELECT n', 'jsonl'),
      '{"n":1}\n',
    );
  });
});
