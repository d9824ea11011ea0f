import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';
import { cellsOf, Preview } from '../../support/preview.ts';

/** Names that have to be unescaped, are empty, or look like something else. */
const nameOf = (id: number): string =>
  id === 3 ? 'say "hi"\n' : id === 5 ? '' : id === 7 ? '12' : `käse ${id}`;

describe('the names of records that are members of an object', () => {
  const count = 30_000;
  const records = Array.from({ length: count }, (_, id) => ({ id, n: id % 7, user: { a: `u${id % 3}` } }));
  const members = records.map(
    (record) => `${JSON.stringify(nameOf(record.id))}: ${JSON.stringify(record, null, 1)}`,
  );
  let folder: string;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-names-'));
    await writeFile(at('x.json'), `{\n${members.join(',\n')}\n}\n`);
  });
  after(() => rm(folder, { recursive: true }));

  const exported = async (...given: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli([at('x.json'), ...given, '--no-cache']);
    assert.equal(code, 0, stderr);
    return stdout.toString();
  };

  it('are the first column of a preview, at any place and under any query', async () => {
    const preview = await Preview.open(at('x.json'));
    try {
      assert.deepEqual(
        preview.info.columns.map(({ name }) => name),
        ['_key', 'id', 'n', 'user.a'],
      );
      const shown = async (view: number, first: number): Promise<string[][]> =>
        cellsOf(await preview.page.call('rows', { view, first, count: 8, columns: [0, 1] }));
      const expected = (ids: readonly number[]): string[][] => ids.map((id) => [nameOf(id), `${id}`]);
      const next = (first: number): number[] => Array.from({ length: 8 }, (_, at) => first + at);
      assert.deepEqual(await shown(0, 0), expected(next(0)));
      await preview.file(({ exact }) => exact);
      assert.deepEqual(await shown(0, 25_000), expected(next(25_000)));
      for (const [query, ids] of [
        ['n = 3', next(0).map((place) => 3 + 7 * place)],
        ["_key = 'say \"hi\"\n' OR _key = ''", [3, 5]],
        ['ORDER BY id DESC', next(0).map((place) => count - 1 - place)],
        ['n = 3 |> ORDER BY id DESC |> LIMIT 2', [29_998, 29_991]],
        ["_key LIKE '%99' |> ORDER BY id |> LIMIT 2", [99, 199]],
        ["_key = '12'", [7]],
      ] as const) {
        const { view, phase } = await preview.page.call('run', { query });
        assert.equal(phase, 'done', query);
        assert.deepEqual((await shown(view, 0)).slice(0, ids.length), expected(ids), query);
      }
    } finally {
      await preview.close();
    }
  });

  it('are in every export', async () => {
    const some = [3, 5, 7].map((id) => ({ _key: nameOf(id), ...records[id] }));
    assert.deepEqual(JSON.parse(await exported('id IN (3, 5, 7)')), some);
    assert.deepEqual(JSON.parse(await exported('SELECT * WHERE id IN (3, 5, 7)', '--to', 'json')), some);
    const lines = await exported('id IN (3, 5, 7)', '--to', 'jsonl');
    assert.deepEqual(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      some,
    );
    assert.equal(
      await exported('id IN (5, 7)', '--to', 'csv'),
      '_key,id,n,user.a\r\n"",5,5,u2\r\n12,7,0,u1\r\n',
    );
    assert.match(await exported('--profile'), /^_key +text +0 /m);
    assert.deepEqual(JSON.parse(await exported('id = 4 |> DROP _key')), [records[4]]);
  });

  it('are what files are compared by, and compared', async () => {
    const later = members
      .filter((_, id) => id !== 9)
      .map((text, id) => (id === 20 ? text.replace('u', 'v') : text));
    await writeFile(at('later.json'), `{${later.join(',')}}`);
    const changed = (id: number): string => nameOf(id);
    const told = async (...given: string[]): Promise<unknown[]> => {
      const { stdout, stderr } = await runCli(['diff', ...given, '--no-cache']);
      assert.match(stderr, /the same/);
      return stdout
        .toString()
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown);
    };
    const found = await told(at('x.json'), at('later.json'), '--key', '_key');
    assert.deepEqual(
      found.map((row) => {
        const { _change, _key } = row as { readonly _change: string; readonly _key: string };
        return [_change, _key];
      }),
      [
        ['changed', changed(21)],
        ['removed', changed(9)],
      ],
    );
    await writeFile(at('copy.jsonl'), await exported('', '--to', 'jsonl'));
    await writeFile(at('copy.csv'), await exported('', '--to', 'csv'));
    for (const copy of ['copy.jsonl', 'copy.csv'])
      assert.deepEqual(await told(at('x.json'), at(copy), '--key', 'id'), [], copy);
    assert.equal((await readFile(at('copy.jsonl'), 'utf8')).split('\n').length, count + 1);
    const renamed = members.map((text, id) => (id === 4 ? text.replace('käse', 'brie') : text));
    await writeFile(at('renamed.json'), `{${renamed.join(',')}}`);
    assert.deepEqual(await told(at('x.json'), at('renamed.json'), '--key', 'id'), [
      { _change: 'changed', id: 4, _key: { old: 'käse 4', new: 'brie 4' } },
    ]);
  });
});
