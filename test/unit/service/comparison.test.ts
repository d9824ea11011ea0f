import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportProgress, OpenFile } from '../../../src/protocol/engine.ts';
import { english } from '../../../src/said/said.ts';
import { openFilesIn } from '../../support/openFiles.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

describe('service/comparison', () => {
  let folder = '';
  let temporary = '';
  let preview: Preview | undefined;
  const usual = process.env.TMPDIR;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-compare-'));
    temporary = await mkdtemp(join(folder, 'tmp'));
    process.env.TMPDIR = temporary;
  });
  afterEach(async () => {
    await preview?.close();
    preview = undefined;
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    await rm(folder, { recursive: true });
  });

  async function write(name: string, text: string): Promise<OpenFile> {
    const location = join(folder, name);
    await writeFile(location, text);
    return { location, options: {} };
  }

  function comparison(before: OpenFile, after: OpenFile, keys: readonly string[] = ['id']): OpenFile {
    return { location: 'a and b', options: {}, compared: { before, after, keys } };
  }

  async function open(before: string, after: string, keys?: readonly string[]): Promise<Preview> {
    const files = [await write('a.jsonl', before), await write('b.jsonl', after)] as const;
    preview = await Preview.openFile(comparison(...files, keys));
    return preview;
  }

  async function rowsOf({ info, page }: Preview, view = 0): Promise<Record<string, string>[]> {
    const columns = info.columns.map(({ id }) => id);
    const found = cellsOf(await page.call('rows', { view, first: 0, count: 20, columns }));
    return found.map((cells) =>
      Object.fromEntries(
        cells.flatMap((cell, at) => (cell === '(missing)' ? [] : [[info.columns[at].name, cell]])),
      ),
    );
  }

  it('shows what two files differ in as a table that can be filtered, and the sums', async () => {
    const opened = await open(
      '{"id":1,"n":1}\n{"id":2,"n":1}\n{"id":3,"n":1}\n{"n":0}\n',
      '{"id":1,"n":1}\n{"id":2,"n":2}\n{"id":4,"n":1}\n{"id":5}\n{"id":5}\n',
    );
    const { info, page } = opened;
    assert.equal(info.name, 'a.jsonl ↔ b.jsonl');
    assert.equal(info.grows, false);
    assert.deepEqual(info.comparison?.names, ['a.jsonl', 'b.jsonl']);
    assert.deepEqual(info.comparison.keys, ['id']);
    const { added, removed, changed, same, duplicates, leftOut } = info.comparison.summary;
    assert.deepEqual(
      { added, removed, changed, same, duplicates },
      {
        ...{ added: 1, removed: 1, changed: 1, same: 1, duplicates: 1 },
      },
    );
    assert.deepEqual(
      leftOut.map(({ keyless }) => keyless),
      [1, 0],
    );
    assert.deepEqual(await rowsOf(opened), [
      { _change: 'changed', id: '2', 'n.old': '1', 'n.new': '2' },
      { _change: 'added', id: '4', 'n.old': '(null)', 'n.new': '1' },
      { _change: 'duplicate', id: '5', '_records.old': '0', '_records.new': '2' },
      { _change: 'removed', id: '3', 'n.old': '1', 'n.new': '(null)' },
    ]);
    const { view, matched } = await page.call('run', { query: "_change = 'changed' AND n.new > n.old" });
    assert.equal(matched, 1);
    assert.equal((await rowsOf(opened, view))[0].id, '2');
  });

  it('shows, sorts and counts numbers of tables as those of a table, also where they are written in another way', async () => {
    const rows = (plus: number): string =>
      [9, 10, 100].map((n) => `${n},${n + plus},"1.23${n % 7},5"\n`).join('');
    const before = await write('a.csv', `id,n,eu\n${rows(0)}`);
    const after = await write('b.csv', `id,n,eu\n${rows(1)}`.replaceAll('1.23', '2.23'));
    preview = await Preview.openFile(comparison(before, after));
    const { info, page } = preview;
    assert.equal(info.numbersInText, true);
    const told = info.columns.map(({ name, type, written }) => [name, type, written]);
    assert.deepEqual(told, [
      ['_change', 'text', undefined],
      ['id', 'number', undefined],
      ['n.old', 'number', undefined],
      ['n.new', 'number', undefined],
      ['eu.old', 'number', '1.234,5'],
      ['eu.new', 'number', '1.234,5'],
    ]);
    const { view } = await page.call('run', { query: '|> ORDER BY n.new DESC' });
    assert.deepEqual(
      (await rowsOf(preview, view)).map((row) => row['n.new']),
      ['101', '11', '10'],
    );
    assert.equal((await page.call('run', { query: 'eu.new > eu.old' })).matched, 3);
  });

  it('removes the rows with the last preview of them', async () => {
    const opened = await open('{"id":1}\n', '{"id":2}\n');
    assert.equal((await readdir(temporary)).length, 1);
    await opened.host.call('close', { session: 1 });
    assert.deepEqual(await readdir(temporary), []);
  });

  it('leaves nothing behind where there is no such key, or a file is missing', async () => {
    const table = await write('a.csv', 'id,n\n1,2\n');
    await assert.rejects(Preview.openFile(comparison(table, table, ['m'])), /a\.csv has no field m/);
    await assert.rejects(
      Preview.openFile(
        comparison({ location: join(folder, 'none'), options: {} }, await write('c.jsonl', '{}')),
      ),
    );
    await preview?.close();
    assert.deepEqual(await readdir(temporary), []);
  });

  it('stops when nobody waits for it any more, and not before', async () => {
    const lines = Array.from({ length: 60_000 }, (_, id) => `{"id":${id},"text":"${'x'.repeat(90)}"}\n`);
    const before = await write('a.jsonl', lines.join(''));
    const after = await write('b.jsonl', lines.toReversed().join(''));
    preview = await Preview.start(2, null);
    const { host } = preview;
    const file = comparison(before, after);
    const closing = new AbortController();
    const steps: ExportProgress[] = [];
    const first = host.call(
      'open',
      { session: 1, file },
      {
        signal: closing.signal,
        onProgress: (step) => {
          steps.push(step);
          closing.abort();
        },
      },
    );
    const second = host.call('open', { session: 2, file });
    await assert.rejects(first);
    // The one who waits for the same has it all the same.
    const { comparison: found } = await second;
    assert.equal(found?.summary.same, lines.length);
    assert.ok(steps[0].scanned > 0 && steps[0].scanned <= (steps[0].total ?? 0));
    await host.call('close', { session: 2 });
    assert.deepEqual(await readdir(temporary), []);

    const alone = new AbortController();
    const stopped = host.call(
      'open',
      { session: 3, file },
      { signal: alone.signal, onProgress: () => alone.abort() },
    );
    await assert.rejects(stopped);
    await preview.close();
    assert.deepEqual(await readdir(temporary), []);
  });

  it('says when one of the files has changed, and compares again', async () => {
    const opened = await open('{"id":1}\n', '{"id":1}\n');
    assert.equal(opened.info.comparison?.summary.added, 0);
    await appendFile(join(folder, 'b.jsonl'), '{"id":2}\n');
    await opened.file((state) => state.phase === 'changed' && told(state).includes('b.jsonl has changed'));
    const { comparison: again } = await opened.page.call('reload', null);
    assert.equal(again?.summary.added, 1);
  });

  it('gives the records of a row as they are in their files, in whatever view the row is', async () => {
    const before = await write('a.csv', 'id,n,note\n7,1,"two\nlines"\n8,1,x\n9,1,x\n9,2,x\n');
    const after = await write('b.jsonl', '{bad\n{"id":10,"n":1}\n{"n":2,"id":7}\n{"id":9,"n":1}\n');
    preview = await Preview.openFile(comparison(before, after));
    const { host, page } = preview;
    async function records(view: number, row: number): Promise<string[]> {
      const both = await host.call('comparedRecords', { session: 1, view, row });
      return both.map(({ title, text }) => `${english(title)}: ${text.replace(/\s+/g, ' ')}`);
    }
    const changed = [
      'a.csv, record 1: { "id": "7", "n": "1", "note": "two\\nlines" }',
      'b.jsonl, record 3: { "n": 2, "id": 7 }',
    ];
    const added = ['a.csv, no record: ', 'b.jsonl, record 2: { "id": 10, "n": 1 }'];
    assert.deepEqual(await records(0, 0), added);
    assert.deepEqual(await records(0, 1), changed);
    assert.deepEqual(await records(0, 2), [
      'a.csv, record 3: { "id": "9", "n": "1", "note": "x" }',
      'b.jsonl, record 4: { "id": 9, "n": 1 }',
    ]);
    assert.deepEqual(await records(0, 3), [
      'a.csv, record 2: { "id": "8", "n": "1", "note": "x" }',
      'b.jsonl, no record: ',
    ]);
    for (const query of [
      "_change = 'changed'",
      '|> ORDER BY id |> LIMIT 1',
      '|> WHERE id = 7 |> SELECT _change',
    ]) {
      const { view } = await page.call('run', { query });
      assert.deepEqual(await records(view, 0), changed, query);
    }
    const { view } = await page.call('run', { query: '|> AGGREGATE count(*) AS n GROUP BY _change' });
    await assert.rejects(records(view, 0), /no single row of the comparison/);
    await writeFile(join(folder, 'b.jsonl'), '{"id":10}\n');
    await assert.rejects(records(0, 1), /b\.jsonl has changed since it was compared/);
  });

  it('closes both files where they cannot be compared', async () => {
    const [before, after] = [await write('a.csv', 'id\n1\n'), await write('b.csv', 'n\n1\n')];
    preview = await Preview.start(1, null);
    await assert.rejects(preview.host.call('open', { session: 1, file: comparison(before, after) }));
    const open = await openFilesIn(folder);
    assert.deepEqual(open ?? [], []);
  });

  describe('the fields that may tell records apart', () => {
    async function keysOf(before: OpenFile, after: OpenFile): Promise<string[]> {
      preview = await Preview.start(1, null);
      const found = await preview.host.call('keyColumns', { before, after });
      return found.map(({ key, isUnique }) => (isUnique ? key : `${key}?`));
    }

    it('are those of both files, unique ones first, and of these those that are called so', async () => {
      const row = (i: number, name: string) =>
        `{"at":${i},"name":"${name}","user":{"id":${i}},"uuid":"${i}","id":7,"tags":[${i}]}\n`;
      const before = await write('a.jsonl', row(1, 'x') + row(2, 'x'));
      const after = await write('b.jsonl', row(3, 'y') + row(2, 'z').replace('"at"', '"on"') + '{bad\n');
      assert.deepEqual(await keysOf(before, after), ['user.id', 'uuid', 'id?', 'at?', 'name?']);
    });

    it('are called as both files can be asked for them', async () => {
      const before = await write('a.csv', 'Order ID,user.id\n1,2\n3,4\n');
      const after = await write('b.jsonl', '{"Order ID":1,"user":{"id":5}}\n');
      assert.deepEqual(await keysOf(before, after), ['"Order ID"', 'user.id']);
      const { host } = preview ?? assert.fail();
      const file = comparison(before, after, ['"Order ID"', 'user.id']);
      const { comparison: found } = await host.call('open', { session: 1, file });
      assert.deepEqual(found?.summary.added, 1);
    });
  });
});
