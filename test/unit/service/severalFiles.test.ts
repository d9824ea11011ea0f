import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import type { ColumnSummary } from '../../../src/protocol/statistics.ts';
import type { FileSearch } from '../../../src/protocol/fileSearch.ts';
import { said } from '../../../src/said/said.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

describe('service/several files', () => {
  let folder = '';
  let preview: Preview | undefined;

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-files-'))));
  afterEach(async () => {
    await preview?.close();
    preview = undefined;
    await rm(folder, { recursive: true });
  });

  async function open(
    files: Readonly<Record<string, string | Buffer>>,
    search: Omit<FileSearch, 'folder'> = { names: [''] },
    options: FormatOptions = {},
  ): Promise<Preview> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    preview = await Preview.openFile({ location: 'the files', files: { folder, ...search }, options });
    return preview;
  }

  async function rowsOf(view: number, ids?: readonly number[]): Promise<string[][]> {
    assert.ok(preview);
    const columns = ids ?? preview.info.columns.map(({ id }) => id);
    return cellsOf(await preview.page.call('rows', { view, first: 0, count: 20, columns }));
  }

  it('show the file of each record first, also of malformed ones and of matches', async () => {
    const { info, page } = await open({
      'a.jsonl': '{"n":1}\n',
      'b.jsonl': '{"n":2}\n{"n":\n',
      'c.jsonl.gz': gzipSync('{"n":3}\n'),
    });
    assert.deepEqual(
      info.columns.map(({ name, path, type }) => [name, path, type]),
      [
        ['_file', '_file', 'text'],
        ['n', 'n', 'number'],
      ],
    );
    assert.deepEqual(info.files, { count: 3, unread: [] });
    const all = [
      ['a.jsonl', '1'],
      ['b.jsonl', '2'],
      ['b.jsonl', '{"n":'],
      ['c.jsonl.gz', '3'],
    ];
    assert.deepEqual(await rowsOf(0), all);
    const { view, matched } = await page.call('run', { query: "_file = 'b.jsonl' OR n = 3" });
    assert.equal(matched, 2);
    assert.deepEqual(await rowsOf(view), [all[1], all[3]]);
    const values = await page.call('complete', { query: '_file = ', position: 8 });
    assert.deepEqual(
      values.items
        .map(({ label }) => label)
        .slice(0, 3)
        .sort(),
      ['a.jsonl', 'b.jsonl', 'c.jsonl.gz'],
    );
  });

  it('show the first rows of very many with a header before all were looked at, and then all', async () => {
    const many = 1100;
    const files: Record<string, string> = {};
    for (let file = 0; file < many; file++) files[`${file}.csv`] = `n,v\n${file},1.5\n`;
    const { info, page } = await open(files, { pattern: '*.csv' });
    assert.ok(preview);
    // Of which the size is not known is one of which not all was looked at.
    assert.deepEqual([info.files?.count, info.state.size], [many, undefined]);
    assert.deepEqual((await rowsOf(0))[0], ['0.csv', '0', '1.5']);
    assert.equal((await page.call('run', { query: 'n >= 1090 AND v = 1.5' })).matched, 10);
    await preview.file(({ exact }) => exact);
    assert.deepEqual([preview.files.at(-1)?.records, preview.files.at(-1)?.phase], [many, 'ready']);
  });

  for (const [what, odd, columns, row] of [
    [
      'has another column',
      'extra,n\nx,900\n',
      ['_file', 'n', 'v', 'extra'],
      ['900.csv', '900', '(null)', 'x'],
    ],
    ['writes numbers otherwise', 'n,v\n900,"2,5"\n', ['_file', 'n', 'v'], ['900.csv', '900', '2,5']],
  ] as const)
    it(`are opened anew with all columns where a later one of very many ${what}`, async () => {
      const files: Record<string, string> = {};
      for (let file = 0; file < 1100; file++) files[`${file}.csv`] = `n,v\n${file},1.5\n`;
      files['900.csv'] = odd;
      const { page } = await open(files, { pattern: '*.csv' });
      assert.ok(preview);
      assert.deepEqual((await rowsOf(0))[0], ['0.csv', '0', '1.5']);
      // Who has no page to open it anew has all of it too.
      const target = join(folder, 'all');
      const { matched: all } = await preview.host.call('export', {
        session: 1,
        query: '',
        target,
        to: 'csv',
      });
      assert.equal(all, 1100);
      assert.equal((await readFile(target, 'utf8')).split('\r\n')[0], columns.slice(1).join(','));
      await preview.file(({ phase, outrun }) => phase === 'changed' && outrun === true);
      const [again, once] = await Promise.all([page.call('reload', null), page.call('reload', null)]);
      assert.deepEqual(again, once);
      preview.info = once;
      assert.deepEqual(
        preview.info.columns.map(({ name }) => name),
        columns,
      );
      const { view, matched } = await page.call('run', { query: 'n >= 899 AND n <= 901' });
      assert.equal(matched, 3);
      assert.deepEqual((await rowsOf(view))[1], row);
    });

  it('show the first rows of very many before all were looked at, and then all', async () => {
    const many = 1100;
    const files: Record<string, string> = {};
    for (let file = 0; file < many; file++) files[`${file}.jsonl`] = `{"n":${file}}\n`;
    files['900.jsonl'] = '[\n  1,\n  2\n]\n';
    const { info, page } = await open(files, { pattern: '*.jsonl' });
    assert.ok(preview);
    assert.deepEqual([info.files, info.state.exact, info.grows], [{ count: many, unread: [] }, false, true]);
    assert.deepEqual((await rowsOf(0)).slice(0, 2), [
      ['0.jsonl', '0'],
      ['1.jsonl', '1'],
    ]);
    const { matched } = await page.call('run', { query: 'n >= 1099 OR n = 900' });
    assert.equal(matched, 1);
    await preview.file(({ exact }) => exact);
    const { records, phase, files: read, leftOut } = preview.files.at(-1) ?? {};
    assert.deepEqual([records, phase, read, leftOut?.count], [many - 1, 'ready', many - 1, 1]);
    assert.deepEqual(
      leftOut?.files.map(({ path }) => basename(path)),
      ['900.jsonl'],
    );
    const last = await page.call('rows', { view: 0, first: many - 2, count: 1, columns: [0, 1] });
    assert.deepEqual(cellsOf(last), [[`${many - 1}.jsonl`, `${many - 1}`]]);
  });

  const hive = {
    'year=2023/day=01/a.jsonl': '{"n":1,"year":"own"}\n{"n":\n',
    'year=2024/day=02/b.jsonl': '{"n":2}\n{"n":3}\n',
    'year=__HIVE_DEFAULT_PARTITION__/c.jsonl': '{"n":4}\n',
  };

  it('show columns that folders are called after, behind the file', async () => {
    const { info, page } = await open(hive);
    assert.deepEqual(info.files, { count: 3, unread: [], partitions: ['year', 'day'] });
    assert.deepEqual(
      info.columns.map(({ name }) => name),
      ['_file', 'year', 'day', 'n'],
    );
    const rows = await rowsOf(0);
    assert.deepEqual(
      rows.map(([, ...cells]) => cells),
      [
        ['(null)', '(null)', '4'],
        ['2023', '01', '1'],
        ['2023', '01', '{"n":'],
        ['2024', '02', '2'],
        ['2024', '02', '3'],
      ],
    );
    const { columns } = await page.call('info', null);
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['text', 'number', 'text', 'number'],
    );
    const { view, matched } = await page.call('run', { query: 'year = 2024 AND n > 2' });
    assert.equal(matched, 1);
    assert.deepEqual(await rowsOf(view), [rows[4]]);
    const { items } = await page.call('complete', { query: 'ye', position: 2 });
    assert.equal(items[0].label, 'year');
    assert.deepEqual(await page.call('check', { query: 'year = 2024 AND day IS NULL' }), []);
  });

  it('are sorted and computed on by those columns', async () => {
    const { page } = await open(hive);
    const sorted = await page.call('run', { query: '|> ORDER BY year DESC, n DESC' });
    assert.deepEqual(
      sorted.columns?.map(({ name }) => name),
      ['_file', 'year', 'day', 'n'],
    );
    assert.deepEqual(
      (await rowsOf(sorted.view, [1, 3])).map((cells) => cells.join()),
      ['2024,3', '2024,2', '2023,1', '(null),4'],
    );
    const counted = await page.call('run', { query: '|> AGGREGATE count(*) AS k GROUP BY year' });
    assert.deepEqual(await rowsOf(counted.view, [0, 1]), [
      ['(null)', '1'],
      ['2023', '1'],
      ['2024', '2'],
    ]);
  });

  it('say how many records each file has, in all, in a filter and in another order', async () => {
    const { page } = await open(hive);
    const names: readonly [string, number][] = [
      ['year=2024/day=02/b.jsonl', 2],
      ['year=2023/day=01/a.jsonl', 2],
      ['year=__HIVE_DEFAULT_PARTITION__/c.jsonl', 1],
    ];
    const valuesOf = (summary?: ColumnSummary) =>
      new Map(summary?.top.values.map(({ text, count }) => [text, count]));
    const counts = (...places: readonly number[]) => new Map(places.map((at) => names[at]));
    for (const depth of ['header', 'panel'] as const) {
      const { columns, whole } = await page.call('statistics', { view: 0, columns: [0], depth });
      assert.deepEqual([whole.exact, whole.rows], [true, 5], depth);
      assert.deepEqual(valuesOf(columns[0].whole), counts(0, 1, 2), depth);
    }
    for (const [query, rest] of [
      ['n > 1', [0, 2]],
      ['n > 1 |> ORDER BY n DESC', [0, 2]],
      ["_file LIKE '%a.jsonl' AND (n > 0 OR _error IS NOT NULL)", [1]],
    ] as const) {
      const { view } = await page.call('run', { query });
      const { columns } = await page.call('statistics', { view, columns: [0, 3], depth: 'panel' });
      const { whole, filtered } = columns[0];
      assert.deepEqual(valuesOf(filtered), counts(...rest), query);
      assert.deepEqual(valuesOf(whole), counts(0, 1, 2), query);
    }
  });

  it('say what those columns hold, in all and in a filter', async () => {
    const { page } = await open(hive);
    const columns = [1, 2, 3];
    const all = await page.call('statistics', { view: 0, columns, depth: 'panel' });
    assert.deepEqual(
      all.columns.map(({ whole }) => [whole?.numbers?.sum, whole?.kinds.null]),
      [
        ['8094', 1],
        [undefined, 1],
        ['10', 0],
      ],
    );
    const { view } = await page.call('run', { query: 'n > 1' });
    const some = await page.call('statistics', { view, columns, depth: 'panel' });
    assert.deepEqual(
      some.columns.map(({ filtered }) => filtered?.numbers?.sum),
      ['4048', undefined, '9'],
    );
  });

  it('have no such columns where the user says so', async () => {
    const { info } = await open(hive, { names: [''] }, { hive: false });
    assert.deepEqual(info.files, { count: 3, unread: [] });
    assert.deepEqual(
      info.columns.map(({ name }) => name),
      ['_file', 'n', 'year'],
    );
  });

  it('show the columns of delimited text behind it', async () => {
    const { page } = await open({ 'a.csv': 'x,y\n1,2\n', 'b.csv': 'x,y\n3,4\n' });
    assert.deepEqual(await rowsOf(0), [
      ['a.csv', '1', '2'],
      ['b.csv', '3', '4'],
    ]);
    const { columns, whole } = await page.call('statistics', { view: 0, columns: [0, 1], depth: 'panel' });
    assert.deepEqual(
      [columns[0].whole?.texts?.count, columns[1].whole?.numbers?.sum, whole.exact],
      [2, '4', true],
    );
    const edit = { kind: 'sort', path: '_file', direction: 'descending', more: false } as const;
    const { query } = await page.call('edit', { query: '', edit });
    const { view } = await page.call('run', { query });
    assert.deepEqual(await rowsOf(view), [
      ['b.csv', '3', '4'],
      ['a.csv', '1', '2'],
    ]);
  });

  it('say in which file a problem and a record are', async () => {
    const { page } = await open({ 'a.jsonl': '{"n":1}\n', 'b.jsonl': '{"n":2}\n{"n":\n' });
    await page.call('run', { query: 'n > 0' });
    const { items } = await page.call('problems', { first: 0, count: 10 });
    assert.deepEqual(
      items.map(({ file, offset, record }) => [file, offset, record]),
      [[{ name: 'b.jsonl', offset: 8 }, 16, 3]],
    );
    const { file, offset, record } = await page.call('record', { view: 0, row: 1 });
    assert.deepEqual([file, offset, record], [{ name: 'b.jsonl', offset: 0 }, 8, 2]);
  });

  it('list those that cannot be read, and show the others', async () => {
    const { info } = await open({ 'a.jsonl': '{"n":1}\n' }, { names: ['a.jsonl', 'lost.jsonl'] });
    assert.deepEqual(info.files, {
      count: 1,
      unread: [
        { path: join(folder, 'lost.jsonl'), reason: said`There is no file ${join(folder, 'lost.jsonl')}.` },
      ],
    });
    assert.deepEqual(await rowsOf(0), [['a.jsonl', '1']]);
  });

  it('say which have come, gone and changed, and show them when they are reloaded', async () => {
    const { page } = await open(
      { 'a1.jsonl': '{"n":1}\n', 'a2.jsonl': '{"n":2}\n', 'b.txt': '' },
      { pattern: '*.jsonl' },
    );
    await writeFile(join(folder, 'a10.jsonl'), '{"n":10}\n');
    await preview?.file(({ phase }) => phase === 'changed');
    assert.equal(
      told({ said: preview?.files.at(-1)?.said }),
      '1 file was added. The preview shows the files as they were.',
    );
    await page.call('reload', null);
    assert.deepEqual(
      (await rowsOf(0, [0])).flat(),
      ['a1.jsonl', 'a2.jsonl', 'a10.jsonl'],
      'in natural order',
    );
    await rm(join(folder, 'a1.jsonl'));
    await appendFile(join(folder, 'a2.jsonl'), '{"n":3}\n');
    await preview?.file((state) => state.phase === 'changed' && told(state).includes('removed'));
    assert.match(told({ said: preview?.files.at(-1)?.said }), /^1 file was removed/);
    await page.call('reload', null);
    assert.deepEqual(await rowsOf(0), [
      ['a2.jsonl', '2'],
      ['a2.jsonl', '3'],
      ['a10.jsonl', '10'],
    ]);
  });

  for (const [what, search, inside] of [
    ['a folder', { names: ['in'] }, 'in'],
    ['a pattern', { pattern: 'in/*/a.jsonl' }, 'in'],
    ['files by their names', { names: ['in/k=1/a.jsonl', 'in/k=2/a.jsonl'] }, 'in'],
    ['files of two folders', { names: ['in/k=1/a.jsonl', 'b.jsonl'] }, ''],
  ] as const) {
    it(`join files in the folder that was opened with ${what}, and no others`, async () => {
      const { page } = await open(
        {
          'in/k=1/a.jsonl': '{"u":1}\n',
          // What was opened may have files in one of its folders alone.
          ...('names' in search && search.names.length > 1 && { 'in/k=2/a.jsonl': '{"u":2}\n' }),
          'b.jsonl': '{"u":3}\n',
          'in/.users': '{"id":1,"name":"in"}\n',
          '.users': '{"id":1,"name":"top"}\n',
        },
        search,
      );
      const query = (file: string): string =>
        `|> JOIN '${file}' AS o ON u = o.id |> SELECT o.name AS n |> LIMIT 1`;
      const run = await page.call('run', { query: query('.users') });
      assert.equal(told(run), '');
      assert.deepEqual(await rowsOf(run.view, [0]), [[inside === '' ? 'top' : 'in']]);
      for (const path of [join(folder, inside, '../.users'), '../.users']) {
        const { phase, said } = await page.call('run', { query: query(path) });
        assert.equal(phase, 'failed', path);
        const name = inside === '' ? basename(folder) : inside;
        const message = told({ said });
        assert.ok(message.includes(`${path} is not in the folder ${name}. Copy it there`), message);
      }
    });
  }

  it('refuse a query that names another file', async () => {
    const { page } = await open({ 'a.jsonl': '{"n":1}\n' }, { names: ['a.jsonl'] });
    const { matched } = await page.call('run', { query: "FROM 'a.jsonl' |> WHERE n = 1" });
    assert.equal(matched, 1);
    const query = "FROM 'b.jsonl' |> WHERE n = 1";
    await assert.rejects(
      page.call('run', { query }),
      /FROM names b\.jsonl, but this query is asked of the files: leave FROM out, or open the other file/,
    );
  });

  it('that have no folder in common join none', async () => {
    const path = join(folder, 'a.jsonl');
    await writeFile(path, '{"u":1}\n');
    const names = [path, '/none-of-this-name.jsonl'];
    const { page } = await open({}, { names });
    const run = await page.call('run', { query: `|> JOIN '${path}' AS o ON u = o.u` });
    assert.match(told(run), /in no folder together/);
  });

  it('are exported as one, and never onto one of them', async () => {
    const { host } = await open({ 'a.csv': 'x\n1\n', 'b.csv': 'x\n2\n' });
    await mkdir(join(folder, 'out'));
    const target = join(folder, 'out/all.csv');
    await host.call('export', { session: 1, query: '', target, to: 'same' });
    assert.equal(await readFile(target, 'utf8'), 'x\n1\n2\n');
    const onto = { session: 1, query: '', target: join(folder, 'b.csv'), to: 'same' } as const;
    await assert.rejects(host.call('export', onto), /is the file that is being read/);
  });

  it('are refused with a sentence where there are none', async () => {
    await assert.rejects(
      open({ 'a.txt': '' }, { pattern: 'x/*.csv' }),
      /There are no files of records: the files\./,
    );
  });
});
