import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CellKind } from '../../../src/protocol/preview.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

describe('a preview of numbers and dates that are written in another way', () => {
  let folder = '';
  let preview: Preview;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'data.csv');
    // What the other columns of numbers tell of `open` is not the same.
    await writeFile(
      path,
      'n;d;open;t;us\n1.234;31.05.2024;1,234;a;1,234.5\n-0,50;01.06.2024;7,500;b;\n2;1.6.2024;1;c;\n',
    );
    preview = await Preview.open(path);
  });
  after(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });

  it('marks the columns, and asks where it is open', async () => {
    assert.deepEqual(
      preview.info.columns.map(({ written }) => written),
      ['1.234,5', 'dd.mm.yyyy', undefined, undefined, '1,234.5'],
    );
    assert.deepEqual(preview.info.reading?.written, ['1.234,5', 'dd.mm.yyyy', '1,234.5']);
    assert.deepEqual(preview.info.open, [
      {
        name: 'open',
        example: '1,234',
        choices: [
          { written: '1.234,5', value: '1.234', options: { decimal: ',' } },
          { written: '1,234.5', value: '1234', options: { decimal: '.' } },
        ],
      },
    ]);
    const [doubt] = await preview.page.call('check', { query: 'open > 5' });
    assert.match(told(doubt), /^open is read as text: 1,234 can be 1\.234 or 1234\./);
    const query = '|> EXTEND open AS o |> AGGREGATE sum(o) AS s';
    const [error] = await preview.page.call('check', { query });
    assert.equal(error.severity, 'error');
    const refused = /sum\(…\) cannot be computed while open is read as text: .* Choose one above the rows/;
    await assert.rejects(preview.page.call('run', { query }), refused);
  });

  it('shows numbers as numbers, of the file and of what a query makes', async () => {
    const page = await preview.page.call('rows', { view: 0, first: 0, count: 3, columns: [0, 1, 2] });
    const { Number, Text } = CellKind;
    assert.deepEqual([...page.kinds], [Number, Text, Text, Number, Text, Text, Number, Text, Number]);
    assert.equal(cellsOf(page)[0][0], '1.234');
    const made = await preview.page.call('run', { query: '|> SELECT n AS m |> WHERE m < 100' });
    assert.equal(made.columns?.[0].written, '1.234,5');
    const cells = await preview.page.call('rows', { view: made.view, first: 0, count: 2, columns: [0] });
    assert.deepEqual(cellsOf(cells), [['-0,50'], ['2']]);
    assert.deepEqual([...cells.kinds], [Number, Number]);
  });

  it('says that a column holds numbers, however a query gets it', async () => {
    for (const query of ['|> ORDER BY t', '|> SELECT n, t', '|> SELECT n |> DISTINCT', '|> FILL n, t']) {
      const made = await preview.page.call('run', { query });
      const columns = made.columns ?? [];
      // A row that is shown may have more to say.
      const ids = columns.map(({ id }) => id);
      await preview.page.call('rows', { view: made.view, first: 0, count: 3, columns: ids });
      const [first] = preview.columns.get(made.view) ?? columns;
      assert.deepEqual([first.name, first.type, first.written], ['n', 'number', '1.234,5'], query);
    }
    // The rows of a table are there when it is told.
    const table = await preview.page.call('run', { query: '|> ORDER BY n' });
    assert.equal(table.columns?.[0].type, 'number');
  });

  it('filters by the value of a cell', async () => {
    const edited = async (
      query: string,
      path: string,
      text: string,
      test: 'equals' | 'above',
    ): Promise<string> => {
      const value = { text, kind: CellKind.Number };
      return (await preview.page.call('edit', { query, edit: { kind: 'add', path, test, value } })).query;
    };
    assert.equal(await edited('', 'n', '1.234', 'equals'), 'n = 1234');
    assert.equal(await edited('', 'n', '-0,50', 'above'), 'n > -0.50');
    assert.match(await edited('|> SELECT n AS m', 'm', '1.234', 'equals'), /m = 1234$/);
    assert.equal(await edited('', 'd', '31.05.2024', 'equals'), "d = '31.05.2024'");
  });

  it('counts numbers and times as such in the rows that a query makes', async () => {
    const held = async (query: string, column: number): Promise<unknown[]> => {
      const { view } = await preview.page.call('run', { query });
      const request = { view, columns: [column], depth: 'panel' } as const;
      const [{ whole, histogram }] = (await preview.page.call('statistics', request)).columns;
      const range = whole?.numbers ?? whole?.times;
      return [range?.kind, range?.count, range?.min, range?.max, histogram?.kind];
    };
    for (const query of [
      '',
      '|> EXTEND 1 AS one |> ORDER BY t',
      '|> AGGREGATE min(n) AS n, max(d) AS d GROUP BY t |> DROP t',
    ]) {
      assert.deepEqual(await held(query, 0), ['number', 3, '-0.50', '1234', 'number'], query);
      assert.deepEqual(await held(query, 1), ['time', 3, '2024-05-31', '2024-06-01', 'time'], query);
    }
  });

  it('stacks the rows of days that a query has put in order', async () => {
    for (const query of ['', '|> EXTEND 1 AS one |> ORDER BY t DESC']) {
      const { view } = await preview.page.call('run', { query });
      const { series, places } = await preview.page.call('timeline', { view, column: 1, by: 3, bars: 2 });
      const bars = series.map(({ value, counts }) => [value?.text, ...counts]);
      assert.equal(places[1], Date.UTC(2024, 5, 1), query);
      assert.deepEqual(
        bars.sort(),
        [
          ['a', 1, 0],
          ['b', 0, 1],
          ['c', 0, 1],
        ],
        query,
      );
    }
  });

  it('copies no query for other engines that would answer otherwise there', async () => {
    const call = (query: string): Promise<unknown> => preview.host.call('printQuery', { session: 1, query });
    await assert.rejects(call('n > 1000'), /n is written as 1\.234,5, which other engines read as text/);
    await assert.rejects(call('|> ORDER BY d'), /d is written as dd\.mm\.yyyy/);
    for (const query of ['SELECT [n, 1] AS l', 'AGGREGATE array_agg(n) AS l', 'UNNEST n AS x'])
      await assert.rejects(call(`|> ${query}`), /n is written as 1\.234,5/, query);
    assert.ok(await call("n = '1.234' AND t LIKE 'a%'"));
  });
});
