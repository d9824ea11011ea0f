import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnInfo } from '../../../src/protocol/file.ts';
import { Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

const records = Array.from({ length: 300 }, (_, n) => ({
  n,
  s: `row ${300 - n}`,
  o: { k: n % 3, open: n % 2 === 0 },
  l: [n, n + 1],
}));

describe('service/columns', () => {
  let folder: string;
  let preview: Preview | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  afterEach(async () => {
    await preview?.close();
    preview = undefined;
  });

  after(() => rm(folder, { recursive: true }));

  async function open(name: string, text: string): Promise<Preview> {
    const path = join(folder, name);
    await writeFile(path, text);
    preview = await Preview.open(path);
    return preview;
  }

  /** What a page that looks at the first rows of a query knows of its columns. */
  async function columnsOf({ page, columns }: Preview, query: string): Promise<string[]> {
    const { phase, view, said } = await page.call('run', { query });
    assert.equal(phase, 'done', told({ said }));
    await page.call('rows', { view, first: 0, count: 10, columns: [] });
    return written(columns.get(view) ?? []);
  }

  const written = (columns: readonly ColumnInfo[]) => columns.map(({ path, type }) => `${path} ${type}`);

  const whole = ['n number', 's text', 'o.k number', 'o.open boolean', 'l list'];
  const ofJson: readonly (readonly [string, readonly string[]])[] = [
    ['ORDER BY n DESC', whole],
    ['DISTINCT', whole],
    ['TABLESAMPLE 20 ROWS', whole],
    ['EXTEND n + 1 AS next', [...whole, 'next number']],
    ['SET n = s', ['n text', ...whole.slice(1)]],
    ['DROP s', whole.filter((column) => !column.startsWith('s '))],
    ['RENAME s AS t', ['n number', 't text', ...whole.slice(2)]],
    ['UNNEST l AS item', [...whole, 'item number']],
    ['SELECT *', whole],
    ['SELECT * EXCEPT (o)', ['n number', 's text', 'l list']],
    ['SELECT o, n', ['o object', 'n number']],
    ['LIMIT 3', []],
    [
      'AGGREGATE count(*) AS many, list(s) AS texts GROUP BY o.k',
      ['"o.k" number', 'many number', 'texts list'],
    ],
  ];

  it('of every operator over JSON reach the page, with their types', async () => {
    const opened = await open('a.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    for (const [query, expected] of ofJson) {
      const found = await columnsOf(opened, `|> ${query}`);
      assert.deepEqual(expected.length === 0 ? [] : found, expected, query);
    }
  });

  it('of a CSV stay numbers where they read as such, whatever the query', async () => {
    const lines = records.map(({ n, s }) => `${n},${s},,"a ""b"""`);
    const opened = await open('a.csv', `n,s,empty,quoted\n${lines.join('\n')}\n`);
    assert.deepEqual(written(opened.info.columns), ['n number', 's text', 'empty unknown', 'quoted text']);
    for (const query of ['ORDER BY n DESC', 'DISTINCT', 'SELECT n, s, empty, quoted', 'SELECT *']) {
      assert.deepEqual(
        await columnsOf(opened, `|> ${query}`),
        ['n number', 's text', 'empty unknown', 'quoted text'],
        query,
      );
    }
  });

  it('are known with their types when a file is opened, however many there are', async () => {
    const wide = Array.from(
      { length: 40 },
      (_, column) => [`c${column}`, column % 2 === 0 ? column : 'text'] as const,
    );
    const types = wide.map(([name, value]) => `${name} ${typeof value === 'number' ? 'number' : 'text'}`);
    const json = await open('wide.jsonl', `${JSON.stringify(Object.fromEntries(wide))}\n`.repeat(300));
    assert.deepEqual(written(json.info.columns), types);
    await json.close();
    const rows = `${wide.map(([, value]) => value).join(',')}\n`.repeat(300);
    const csv = await open('wide.csv', `${wide.map(([name]) => name).join(',')}\n${rows}`);
    assert.deepEqual(written(csv.info.columns), types);
    const { items } = await csv.page.call('complete', { query: 'c38', position: 3 });
    assert.deepEqual(
      items.slice(0, 1).map(({ label, detail }) => [label, detail]),
      [['c38', 'number']],
    );
  });

  it('are told to a page that comes later to a view', async () => {
    const opened = await open('b.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const { view } = await opened.page.call('run', { query: '|> SELECT *' });
    for (let visit = 0; visit < 2; visit++) {
      opened.columns.clear();
      await opened.page.call('rows', { view, first: 0, count: 10, columns: [] });
      assert.deepEqual(written(opened.columns.get(view) ?? []), whole);
    }
  });
});

describe('service/files without a record', () => {
  const files: readonly (readonly [string, string])[] = [
    ['header.csv', 'a,b,c\n'],
    ['header-without-end.csv', 'a,b,c'],
    ['blank.jsonl', '\n\n  \n'],
    ['blank.csv', '\n\n\n'],
    ['blank.json', '\n\n'],
    ['list.json', '[]'],
    ['inner-list.json', '{"items": []}'],
    ['mark.jsonl', '\ufeff'],
    ['mark.csv', '\ufeff'],
    ['mark.json', '\ufeff'],
    ['comments.jsonc', '// nothing\n/* here */\n'],
    ['far.jsonl', '\n'.repeat(3 << 20)],
  ];

  for (const [name, text] of files) {
    it(`are told from those that are still read: ${name}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
      const path = join(folder, name);
      await writeFile(path, text);
      let preview: Preview | undefined;
      try {
        preview = await Preview.open(path);
        if (!preview.info.state.exact) await preview.file((state) => state.exact);
        const { state } = await preview.page.call('info', null);
        assert.deepEqual([state.phase, state.records], ['ready', 0]);
      } finally {
        await preview?.close();
        await rm(folder, { recursive: true });
      }
    });
  }
});
