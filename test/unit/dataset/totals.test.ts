import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { totalDoubts } from '../../../src/engine/dataset/totals.ts';
import { parseQuery } from '../../../src/engine/query/index.ts';

describe('totalDoubts', () => {
  let folder: string;
  const { signal } = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-totals-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** What is said of queries of a file, by the text that it is said of. */
  async function told(text: string, queries: readonly string[], name = 't.csv'): Promise<string[][]> {
    await writeFile(join(folder, name), text);
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, name) }, { signal });
    const ask = async (query: string): Promise<string[]> => {
      const parsed = parseQuery(query);
      if (!parsed.ok) assert.fail(query);
      const found = await totalDoubts(parsed.query, dataset, signal);
      return found.map(({ from, to, message }) => `${query.slice(from, to)}: ${message}`);
    };
    try {
      for (const query of queries) assert.deepEqual(await ask(query), [], 'the end is not known');
      for await (const _ of dataset.scan({ query: undefined, output: { kind: 'count' } }, signal));
      return await Promise.all(queries.map(ask));
    } finally {
      await dataset.close();
    }
  }

  const german = 'region;n;umsatz\nNord;1;"1.000,50"\nSüd;2;"2.000,25"\nWest;3;17,5\nGesamt:;;"3.018,25"\n';
  const warning =
    "the last record is a total: Gesamt: in region. It is counted in as well; leave it out with WHERE region IS DISTINCT FROM 'Gesamt:'";

  it('points out that a total is counted in with the rows above it', async () => {
    const queries = [
      'SELECT sum(umsatz)',
      '|> EXTEND umsatz * 2 AS u |> AGGREGATE max(u) AS m',
      'umsatz > 10 |> AGGREGATE count(*), avg(umsatz)',
      '|> AGGREGATE sum(n), sum(umsatz)',
    ];
    assert.deepEqual(await told(german, queries), [
      [`sum(umsatz): ${warning}`],
      [`max(u): ${warning}`],
      [`count(*): ${warning}`],
      [`sum(umsatz): ${warning}`],
    ]);
    for (const word of ['Total', 'Grand Total', 'SUM', 'Итого', '合計'])
      assert.equal((await told(`a,b,c\nx,1,2\ny,3,4\n${word},4,6\n`, ['SELECT sum(c)']))[0].length, 1, word);
  });

  it('says nothing where it is left out, or in no value', async () => {
    const quiet = [
      ...[
        "region <> 'Gesamt:' |> AGGREGATE sum(umsatz) AS s",
        "region = 'Nord' |> AGGREGATE sum(umsatz) AS s",
      ],
      ...["|> AGGREGATE sum(umsatz) FILTER (WHERE region LIKE 'N%') AS s", '|> AGGREGATE sum(n) AS s'],
      ...['n > 0 |> AGGREGATE sum(umsatz) AS s', '|> AGGREGATE sum(umsatz) AS s GROUP BY region'],
      ...['|> AGGREGATE sum(umsatz * n) AS s', 'LIMIT 2 |> AGGREGATE sum(umsatz) AS s', 'ORDER BY umsatz'],
    ];
    assert.deepEqual(
      await told(german, quiet),
      quiet.map(() => []),
    );
  });

  it('says nothing of a last row that is as the others are', async () => {
    const others = [
      'a,b,c\nx,1,2\ny,3,4\nz,4,6\n',
      'a,b,c\nx,1,2\ny,3,4\nTotal,oil,6\n',
      'a,b,c\nx,1,2\ny,3,4\nTotal SE,4,6\n',
      'a,b,c\nx,1,2\ny,3,4\nTotal,,\n',
      'a,b,c\nTotal,1,2\ny,3,4\nz,3,4\n',
    ];
    for (const text of others)
      assert.deepEqual(await told(text, ['SELECT sum(c)', 'SELECT count(*)']), [[], []]);
    const lines = '{"a":"x","c":1}\n{"a":"y","c":2}\n{"a":"Total","c":3}\n';
    assert.deepEqual(await told(lines, ['SELECT sum(c)'], 't.jsonl'), [[]]);
  });
});
