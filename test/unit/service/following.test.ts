import assert from 'node:assert/strict';
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ViewState } from '../../../src/protocol/preview.ts';
import { FollowedPreview, numberedLines } from '../../support/followedPreview.ts';
import { cellsOf, Preview } from '../../support/preview.ts';

describe('a preview that follows its file', () => {
  const bed = new FollowedPreview();
  const { at } = bed;

  async function open(path: string): Promise<Preview> {
    bed.preview = await Preview.open(path, {}, 2, at('cache'));
    return bed.preview;
  }

  /** As a page does that shows the first rows. */
  async function read(one: Preview): Promise<void> {
    await one.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
    await one.file(({ exact }) => exact);
  }

  async function cells({ page }: Preview, view: number, first: number, count: number): Promise<unknown> {
    const rows = await page.call('rows', { view, first, count, columns: [0] });
    return cellsOf(rows).map(([cell]) => cell);
  }

  it('takes records in once they are whole, and counts on in the filter that is shown', async () => {
    const path = at('a.jsonl');
    await writeFile(path, `${numberedLines(0, 10)}{"n":1`);
    const { page, info } = await open(path);
    assert.ok(bed.preview);
    assert.equal(info.grows, true);
    await read(bed.preview);
    const view = await page.call('run', { query: 'n >= 8 AND n <> 11' });
    assert.equal(view.matched, 2);
    const grown = bed.preview.view(({ matched }) => matched === 4);
    await page.call('follow', { on: true });
    await appendFile(path, `0}\n${numberedLines(11, 13)}{"n":`);
    const { records, phase } = await grown;
    assert.deepEqual([records, phase], [13, 'done']);
    assert.deepEqual(await cells(bed.preview, view.view, 0, 9), ['8', '9', '10', '12']);
    assert.deepEqual(await cells(bed.preview, 0, 9, 9), ['9', '10', '11', '12']);
    // What was counted for the filter before is not taken for that of the file as it is.
    const next = bed.preview.view(({ matched }) => matched === 5);
    await appendFile(path, '13}\n');
    await next;
    assert.equal((await page.call('run', { query: 'n > 12' })).matched, 1);
    assert.equal((await page.call('run', { query: 'n >= 8 AND n <> 11' })).matched, 5);
    const sums = await page.call('run', { query: '|> AGGREGATE sum(n) AS s, count(*) AS c' });
    assert.deepEqual(await cells(bed.preview, sums.view, 0, 1), [String((13 * 14) / 2)]);
  });

  it('answers as if the file had been opened as it is, whatever its blocks and columns were', async () => {
    const path = at('large.jsonl');
    const long = `,"text":"${'x'.repeat(500)}"`;
    let text = numberedLines(0, 5000, long);
    await writeFile(path, text.slice(0, -3));
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    // Columns and zones of the last block are kept.
    for (const query of ['n > 4000', 'n < 10', 'n % 7 = 0']) await page.call('run', { query });
    await page.call('follow', { on: true });
    await appendFile(path, text.slice(-3));
    for (const count of [5001, 5002, 9000, 9001]) {
      const more = numberedLines(count - (count === 9000 ? 3998 : 1), count, long);
      const from = text.length;
      text += more;
      const all = text.split('\n').length - 1;
      const grown = bed.preview.file(({ records, exact }) => exact && records === all);
      await appendFile(path, text.slice(from));
      await grown;
      for (const [query, expected] of [
        ['n > 4000', (n: number) => n > 4000],
        ['n % 7 = 0', (n: number) => n % 7 === 0],
        [`n = ${count - 1}`, (n: number) => n === count - 1],
      ] as const) {
        const numbers = text
          .split('\n')
          .slice(0, -1)
          .map((line) => (JSON.parse(line) as { n: number }).n);
        assert.equal((await page.call('run', { query })).matched, numbers.filter(expected).length, query);
      }
    }
  });

  it('answers figures of columns as of the file and the filter that have grown', async () => {
    const path = at('a.jsonl');
    await writeFile(path, numberedLines(0, 10));
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    const { view } = await page.call('run', { query: 'n >= 8' });
    const figures = async (): Promise<unknown> => {
      const { columns, whole, filtered } = await page.call('statistics', {
        view,
        columns: [0],
        depth: 'header',
      });
      const [{ whole: all, histogram }] = columns;
      const bars = histogram?.filtered?.reduce((sum, count) => sum + count, 0);
      return [whole, filtered?.rows, all?.numbers?.max, bars];
    };
    assert.deepEqual(await figures(), [{ share: 1, rows: 10, exact: true }, 2, '9', 2]);
    await page.call('follow', { on: true });
    for (const count of [11, 15]) {
      const grown = bed.preview.view(({ matched }) => matched === count - 8);
      await appendFile(path, numberedLines(count === 11 ? 10 : 11, count));
      await grown;
      assert.deepEqual(await figures(), [
        { share: 1, rows: count, exact: true },
        count - 8,
        String(count - 1),
        count - 8,
      ]);
    }
  });

  it('makes groups anew of what they were and what has come, and says where rows are of the records before', async () => {
    const path = at('a.jsonl');
    await writeFile(path, numberedLines(0, 10));
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    await page.call('follow', { on: true });
    const { view } = await page.call('run', {
      query: 'n > 1 |> AGGREGATE count(*) AS c, sum(n) AS s GROUP BY n % 2',
    });
    for (const [count, sums] of [
      [11, ['30', '24']],
      [12, ['30', '35']],
    ] as const) {
      const grown = bed.preview.view(({ made }) => made === count - 10);
      await appendFile(path, numberedLines(count - 1, count));
      const state: ViewState = await grown;
      assert.deepEqual([state.outdated, state.matched, state.records], [undefined, 2, count]);
      const rows = await page.call('rows', { view, first: 0, count: 9, columns: [2] });
      assert.deepEqual(cellsOf(rows).flat(), sums);
    }
    await page.call('run', { query: '|> ORDER BY n DESC' });
    const outdated = bed.preview.view((state) => state.outdated === true);
    await appendFile(path, numberedLines(12, 13));
    await outdated;
  });

  it('keeps rows of delimited text whole', async () => {
    const path = at('a.csv');
    await writeFile(path, 'n,text\n1,"one"\n');
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    await page.call('follow', { on: true });
    const grown = bed.preview.file(({ records }) => records === 2);
    await appendFile(path, '2,"two\nlines"\n3,"half\n');
    await grown;
    const done = bed.preview.file(({ records, malformed }) => records === 3 && malformed === 0);
    await appendFile(path, 'written"\n');
    await done;
    const rows = await page.call('rows', { view: 0, first: 0, count: 5, columns: [1] });
    assert.deepEqual(cellsOf(rows).flat(), ['one', 'two\nlines', 'half\nwritten']);
  });

  it('takes lines in quotes that were open over the beginning of a block for the one row that they become', async () => {
    const path = at('a.csv');
    const rows = Array.from({ length: 200_000 }, (_, n) => `${n},a\n`);
    const begin = `n,text\n${rows.join('')}`;
    const block = 1024 * 1024;
    const whole = begin.slice(0, begin.lastIndexOf('\n', block - 40) + 1);
    const count = whole.split('\n').length - 2;
    await writeFile(path, `${whole}-1,"${'5,b\n'.repeat(30)}`);
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    const matches = async (query: string): Promise<number> => (await page.call('run', { query })).matched;
    await matches('n = 5');
    const grown = bed.preview.file(({ records, exact }) => exact && records === count + 2);
    await page.call('follow', { on: true });
    await appendFile(path, '"\n5,c\n');
    await grown;
    assert.deepEqual(
      [await matches('n = -1'), await matches("n = 5 AND text = 'b'"), await matches('n = 5')],
      [1, 0, 2],
    );
  });

  it('counts a last row that is written on as the row that it has become', async () => {
    const path = at('a.csv');
    await writeFile(path, 'n,v\n1,10\n2,2');
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    const matches = async (query: string): Promise<number> => (await page.call('run', { query })).matched;
    // The column is kept from now on.
    assert.deepEqual([await matches('v = 2'), await matches('v < 20')], [1, 2]);
    const grown = bed.preview.file(({ records, exact }) => exact && records === 3);
    await page.call('follow', { on: true });
    await appendFile(path, '5\n3,30\n');
    await grown;
    assert.deepEqual(
      [await matches('v = 2'), await matches('v < 20'), await matches('v = 25'), await matches('v >= 25')],
      [0, 1, 1, 2],
    );
  });

  it('has figures of all rows, of the filter and over time as if the file had been opened as it is', async () => {
    const path = at('a.jsonl');
    const line = (n: number): string =>
      `{"n":${n},"word":"w${n % 3}","at":"2026-01-01T00:00:${String(n % 60).padStart(2, '0')}Z"}\n`;
    const text = (count: number): string => Array.from({ length: count }, (_, n) => line(n)).join('');
    await writeFile(path, text(30));
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    const query = "word <> 'w0'";
    const figures = async (page: Preview['page']): Promise<unknown> => {
      const { view } = await page.call('run', { query });
      const found = [];
      for (const of of [0, view]) {
        for (const depth of ['header', 'panel'] as const) {
          const { columns, whole, filtered } = await page.call('statistics', {
            view: of,
            columns: [0, 1, 2],
            depth,
          });
          // Of a filter a header may be given the bars alone, or all that is known.
          const drawn = columns.map(({ whole, histogram }) => ({ whole, histogram }));
          found.push({ columns: depth === 'panel' ? columns : drawn, whole, filtered });
        }
        found.push(await page.call('timeline', { view: of, column: 2, by: 1, bars: 10 }));
      }
      return found;
    };
    await page.call('follow', { on: true });
    await figures(page);
    let written = 30;
    for (const count of [36, 60]) {
      const grown = bed.preview.file(({ records, exact }) => exact && records === count);
      await appendFile(path, text(count).slice(text(written).length));
      await grown;
      written = count;
      const copy = at(`${count}.jsonl`);
      await writeFile(copy, text(count));
      const opened = await Preview.open(copy);
      try {
        assert.deepEqual(await figures(page), await figures(opened.page));
      } finally {
        await opened.close();
      }
    }
  });

  it('says when its name leads to another file, and follows that one once it is opened anew', async () => {
    const path = at('a.jsonl');
    await writeFile(path, numberedLines(0, 3));
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    await page.call('follow', { on: true });
    await writeFile(at('b'), numberedLines(10, 12));
    const changed = bed.preview.file(({ phase, following }) => phase === 'changed' && following === true);
    await rename(at('b'), path);
    await changed;
    assert.equal((await page.call('reload', null)).state.following, undefined);
    await read(bed.preview);
    await page.call('follow', { on: true });
    const grown = bed.preview.file(({ records }) => records === 3);
    await appendFile(path, numberedLines(12, 13));
    await grown;
    assert.deepEqual(await cells(bed.preview, 0, 0, 9), ['10', '11', '12']);
    const gone = bed.preview.file(({ phase }) => phase === 'gone');
    await rm(path);
    await gone;
    const back = bed.preview.file(({ phase }) => phase === 'changed');
    await writeFile(path, numberedLines(0, 1));
    await back;
  });

  it('does nothing of that before it is asked, nor afterwards', async () => {
    const path = at('a.jsonl');
    await writeFile(path, numberedLines(0, 3));
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    assert.equal((await page.call('follow', { on: true })).following, true);
    assert.equal((await page.call('follow', { on: false })).following, undefined);
    const told = bed.preview.file(({ phase, grownBy }) => phase === 'changed' && grownBy === 8);
    await appendFile(path, '{"n":9}\n');
    await told;
    const taken = bed.preview.file(({ records, phase }) => records === 4 && phase === 'ready');
    await page.call('follow', { on: true });
    await taken;
  });

  it('offers the members of what its first rows hold by now', async () => {
    const path = at('items.jsonl');
    await writeFile(path, '{"items":[{"sku":1}]}\n');
    const { page } = await open(path);
    assert.ok(bed.preview);
    await read(bed.preview);
    const offered = async () => {
      const query = '|> UNNEST items AS it |> WHERE it.';
      const { items } = await page.call('complete', { query, position: query.length });
      return items.map(({ label }) => label).filter((label) => label.startsWith('it.'));
    };
    assert.deepEqual(await offered(), ['it.sku']);
    const taken = bed.preview.file(({ records, phase }) => records === 2 && phase === 'ready');
    await page.call('follow', { on: true });
    await appendFile(path, '{"items":[{"price":2}]}\n');
    await taken;
    assert.deepEqual(await offered(), ['it.sku', 'it.price']);
  });
});
