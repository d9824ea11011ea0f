import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportToFile } from '../../../src/engine/run/export/export.ts';

describe('a table without rows', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-empty-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function header(name: string, text: string, query: string): Promise<string> {
    const { signal } = new AbortController();
    const path = join(folder, name);
    await writeFile(path, text);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    const target = join(folder, 'out');
    try {
      await exportToFile(dataset, { query, to: 'csv', target }, { signal, progress: () => undefined });
    } finally {
      await dataset.close();
    }
    return readFile(target, 'utf8');
  }

  const records = ['{"id":1,"user":{"name":"Ada","tags":["x"]},"n.m":2}', '{"id":2,"z":null}', '{"id":'];
  const files: readonly (readonly [name: string, text: string])[] = [
    ['a.jsonl', `${records.join('\n')}\n`],
    ['a.json', `[${records.slice(0, 2).join(',\n')}]`],
  ];
  const queries: readonly (readonly [query: string, header: string])[] = [
    ['|> LIMIT 0', 'id,user.name,user.tags,n.m,z'],
    ['id > 9', 'id,user.name,user.tags,n.m,z'],
    ['id > 9 |> ORDER BY id', 'id,user.name,user.tags,n.m,z'],
    ['id > 9 |> EXTEND id + 1 AS next', 'id,user.name,user.tags,n.m,z,next'],
    ['id > 9 |> DROP user |> RENAME z AS last', 'id,n.m,last'],
    ['id > 9 |> SELECT user.*', 'name,tags'],
    ['id > 9 |> SELECT id, user', 'id,user'],
    ['id > 9 |> AGGREGATE count(*) AS n GROUP BY id', 'id,n'],
  ];
  for (const [name, text] of files) {
    for (const [query, expected] of queries) {
      it(`has a header: ${name} ${query}`, async () => {
        assert.equal(await header(name, text, query), `${expected}\r\n`);
      });
    }
  }

  it('has none where nothing is known of its columns', async () => {
    assert.equal(await header('b.jsonl', '', 'id > 9'), '');
    assert.equal(await header('b.jsonl', '{\n', '|> ORDER BY id'), '');
  });
});
