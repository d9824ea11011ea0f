import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnInfo } from '../../../src/protocol/file.ts';
import { CellKind, type Page, type ViewState } from '../../../src/protocol/preview.ts';
import type { QueryEdit, ValuePick } from '../../../src/protocol/queryText.ts';
import type { ColumnStatistics } from '../../../src/protocol/statistics.ts';
import { apartIn, asPicked, nothing, pickBars } from '../../../src/webview/plot/picked.ts';
import { barsOf } from '../../../src/webview/plot/shape.ts';
import { cellsOf, Preview } from '../../support/preview.ts';

/** Files as people have them, each with what is asked of it before something is clicked. */
const files: readonly {
  readonly what: string;
  readonly name: string;
  readonly text: string;
  readonly queries: readonly string[];
}[] = [
  {
    what: 'numbers and dates as a spreadsheet writes them',
    name: 'sheet.csv',
    text: [
      'customer;price;day;zip;note',
      'Ann;1.234,50;31.05.2024;01067;"a;b"',
      "Bob;-0,5;01.06.2024;10670;it's",
      'Ann;-0,50;02.06.2024;99999;',
      'Cem;1.234;31.12.9999;01067;""',
      'Ann;2;;;"say ""hi"""',
      'Bob;;-;007;50%',
      '',
    ].join('\n'),
    queries: [
      '',
      "customer <> 'Cem'",
      '|> LIMIT 4 OFFSET 1',
      "customer = 'Ann' |> LIMIT 2 |> ORDER BY price",
      '|> TABLESAMPLE 4 ROWS',
      '|> SELECT price AS p, day AS d, zip',
      '|> EXTEND 1 AS one |> ORDER BY price DESC',
      '|> AGGREGATE min(price) AS least, max(day) AS last, count(*) AS n GROUP BY customer',
    ],
  },
  {
    what: 'numbers that are written in several ways, in csv',
    name: 'ways.csv',
    text: 'n,d\n7,2024-01-05\n007,2024-01-05T00:00:00Z\n7.0,n/a\n+7,2024-01-05 01:00:00+01:00\n" 7",\n7e0,2024-02-01\n.5,2024-02-01\n0.50,2024-02-01\n-0,2024\n0,x\nn/a,y\n1_000,y\n1000,z\n',
    queries: ['', "n <> '7'", '|> LIMIT 9'],
  },
  ...(['csv', 'jsonl'] as const).map((form) => ({
    what: `columns that are called as places of records are, in ${form}`,
    name: `places.${form}`,
    text:
      form === 'csv'
        ? '_line,_record,_error,_value,x\n7,1,a,5,1\n8,1,,6,1\n8,2,b,5,2\n'
        : [7, 8, 8]
            .map(
              (line, at) => `{"_line":${line},"_record":${at},"_error":null,"_value":[5],"x":{"_line":1}}\n`,
            )
            .join(''),
    queries: ['', '_line < 4', '|> SELECT *', '|> SELECT _record, _line, *', '|> EXTEND 1 AS _offset'],
  })),
  {
    what: 'times of the first and the last years',
    name: 'times.jsonl',
    text: ['0001-01-01', '2024-05-31T18:30:00Z', '2024-05-31T18:30:00+02:00', '9999-12-31T23:59:59Z']
      .map((at) => `{"at":"${at}"}\n`)
      .join(''),
    queries: ['', "|> AGGREGATE count(*) AS n GROUP BY date_trunc('year', at) AS year"],
  },
  {
    what: 'numbers that no double stands for',
    name: 'long.jsonl',
    text: [
      [1, '1e400', '-1e400', '1e400', '0.1'],
      [2, '1.5e500', '5', '1e400', '0.1000000000000000000001'],
      [3, '3', '1e-400', '1e400', '0.09999999999999999999999'],
      [4, '1e308', '-2.5e400', '1e400', '0.2'],
    ]
      .map(([id, a, b, c, d]) => `{"id":${id},"above":${a},"below":${b},"only":${c},"near":${d}}\n`)
      .join(''),
    queries: ['', 'id <> 2', '|> ORDER BY id'],
  },
  {
    what: 'values of several types that a query takes for equal',
    name: 'mixed.jsonl',
    text: [
      { id: 1, v: 1, w: true, at: '2024-05-31T18:30:00Z', n: 5, many: 1 },
      { id: 2, v: '1', w: 'true', at: '2024-05-31', n: 'n/a', many: '1' },
      { id: 3, v: '1.0', w: 'TRUE', at: 1717180200, n: 6.5, many: ' 1' },
      { id: 4, v: ' 1 ', w: false, at: '1717180200', n: null, many: 'x' },
      { id: 5, v: 'x', w: 'false', at: 2024, n: 5, many: true },
      { id: 6, v: true, w: null, at: null, n: [5], many: 'true' },
      { id: 7, v: 'true', w: 1, at: '2024', n: 'x', many: 2 },
      { id: 8, v: null, w: '1', at: 'x', n: 7, many: '2' },
      ...Array.from({ length: 60 }, (_, at) => ({
        id: at + 9,
        v: 1e3,
        w: 'x',
        at: at * 1e8,
        n: -at,
        many: `m${at}`,
      })),
    ]
      .map((record) => `${JSON.stringify(record)}\n`)
      .join(''),
    queries: ['', 'id <> 3', "v = '1' |> LIMIT 3"],
  },
  {
    what: 'long values that begin with the same',
    name: 'begins.jsonl',
    text: ['', 'x', 'y', 'y', '\u{1f600}', '\u{1f600}x']
      .flatMap((end) => [
        {
          text: `${'a'.repeat(256)}${end}`,
          near: `${'b'.repeat(254)}${end}`,
          odd: `${'\u00e9'.repeat(127)}${end}`,
        },
        {
          text: `${'c'.repeat(300)}${end}`,
          near: `${'d'.repeat(255)}${end}`,
          odd: `${'e'.repeat(253)}${end}`,
        },
      ])
      .map((record) => `${JSON.stringify(record)}\n`)
      .join(''),
    queries: ['', "ends_with(text, 'y')", '|> LIMIT 5'],
  },
  {
    what: 'odd names and values',
    name: 'odd.jsonl',
    text: [
      { 'a b': "it's", 'x"y': 1, 'd.e': { 'f g': null }, 'tags[1]': [1], select: true },
      { 'a b': 'a\\b\n%_', 'x"y': -1.5e-7, 'd.e': { 'f g': '' }, 'tags[1]': [], select: false },
      { 'a b': '"', 'x"y': 12345678901234, 'd.e': { 'f g': 1 }, 'tags[1]': null, select: null },
    ]
      .map((record) => `${JSON.stringify(record)}\n`)
      .join(''),
    queries: ['', '|> EXTEND "x""y" AS "x y" |> ORDER BY "a b"'],
  },
];

describe('a click in a preview', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  after(() => rm(folder, { recursive: true }));

  for (const { what, name, text, queries } of files) {
    describe(`of ${what}`, () => {
      let preview: Preview;
      before(async () => {
        await writeFile(join(folder, name), text);
        preview = await Preview.open(join(folder, name));
      });
      after(() => preview.close());

      for (const query of queries) {
        const behind = query === '' ? 'all rows' : query;
        it(`gives the rows that are counted in what is picked, of ${behind}`, async () => {
          const { view, columns, cells } = await shown(preview, query);
          const all: { readonly column: ColumnInfo; readonly pick: ValuePick; readonly count: number }[] = [];
          for (const column of columns) {
            for (const depth of ['header', 'panel'] as const) {
              const request = { view, columns: [column.id], depth };
              const answer = await preview.page.call('statistics', request);
              all.push(
                ...picksIn(answer.columns[0], column, name.endsWith('.jsonl')).map((picked) => ({
                  column,
                  ...picked,
                })),
              );
            }
          }
          for (const { column, pick, count } of all) {
            const edited = await edit(preview, query, { kind: 'pick', path: column.path, pick });
            const { matched } = await preview.page.call('run', { query: edited });
            assert.equal(matched, count, `${edited} of ${column.name}`);
            const picks = await preview.page.call('picks', { query: edited });
            const own = picks.find(({ path }) => path === column.path);
            assert.deepEqual(own?.pick, pick, `picked by ${edited}`);
            const value = pick.values.at(0);
            if (value === undefined) continue;
            const left = await edit(preview, query, { kind: 'exclude', path: column.path, value });
            const rest = await preview.page.call('run', { query: left });
            assert.equal(rest.matched, cells.length - count, left);
          }
          assert.ok(all.length > 2 * columns.length, `${all.length} picks of ${columns.length} columns`);
        });

        it(`filters and sorts by a cell, of ${behind}`, async () => {
          const { columns, cells, kinds } = await shown(preview, query);
          for (const [at, column] of columns.entries()) {
            const held = cells.map((row) => row[at]);
            for (const [row, text] of held.entries()) {
              const kind = kinds[row * columns.length + at];
              const isNull = kind <= CellKind.Null;
              const value = { text: isNull ? '' : text, kind };
              const equals = await edit(preview, query, {
                kind: 'add',
                path: column.path,
                test: 'equals',
                value,
              });
              const differs = await edit(preview, query, {
                kind: 'add',
                path: column.path,
                test: 'differs',
                value,
              });
              const found = await shown(preview, equals);
              const mine = found.cells.map(
                (cell) => cell[found.columns.findIndex(({ path }) => path === column.path)],
              );
              assert.ok(mine.includes(text) || isNull, `${equals} finds ${mine.join()}, not ${text}`);
              const others = await preview.page.call('run', { query: differs });
              assert.equal(others.matched, cells.length - mine.length, differs);
            }
            const { matched } = await preview.page.call('run', {
              query: await edit(preview, query, {
                kind: 'sort',
                path: column.path,
                direction: 'next',
                more: false,
              }),
            });
            assert.equal(matched, cells.length);
          }
        });
      }
    });
  }

  it('takes a number with zeros before it for the text that it is', async () => {
    const path = join(folder, 'codes.csv');
    await writeFile(path, 'code,n\n007,1\n7,2\n007,3\n7.0,4\n');
    const preview = await Preview.open(path);
    try {
      const value = { text: '007', kind: 'number', cut: false } as const;
      const picked = { ...nothing, values: [asPicked(value, {}, undefined)] };
      const cell = { text: '007', kind: CellKind.Number };
      const edits: QueryEdit[] = [
        { kind: 'pick', path: 'code', pick: picked },
        { kind: 'add', path: 'code', test: 'equals', value: cell },
      ];
      for (const one of edits) {
        const query = await edit(preview, '', one);
        const { cells } = await shown(preview, query);
        assert.deepEqual(
          cells.map(([, n]) => n),
          ['1', '3'],
          query,
        );
      }
      const above = await edit(preview, '', {
        kind: 'add',
        path: 'n',
        test: 'above',
        value: { text: '03', kind: CellKind.Number },
      });
      assert.deepEqual((await shown(preview, above)).cells, [['7.0', '4']]);
    } finally {
      await preview.close();
    }
  });
});

async function edit(preview: Preview, query: string, edit: QueryEdit): Promise<string> {
  return (await preview.page.call('edit', { query, edit })).query;
}

/** All rows of a query, and its columns. */
async function shown(
  preview: Preview,
  query: string,
): Promise<{ view: number; columns: readonly ColumnInfo[]; cells: string[][]; kinds: Uint8Array }> {
  const state: ViewState = await preview.page.call('run', { query });
  const { view, matched } = state;
  const page = (of: readonly ColumnInfo[]): Promise<Page> =>
    preview.page.call('rows', {
      view,
      first: 0,
      count: Math.max(1, matched),
      columns: of.map(({ id }) => id),
    });
  const known = state.columns ?? preview.info.columns;
  // Which members rows have is known when they are read.
  await page(known);
  const columns = preview.columns.get(state.columns ? view : 0) ?? known;
  const rows = await page(columns);
  return { view, columns, cells: cellsOf(rows), kinds: rows.kinds };
}

/** What can be picked of a column, with the rows that are counted for it. */
function picksIn(
  found: ColumnStatistics,
  column: ColumnInfo,
  isTyped: boolean,
): { readonly pick: ValuePick; readonly count: number }[] {
  const held = found.filtered ?? found.whole;
  assert.ok(held, column.name);
  const { histogram } = found;
  const bars = histogram ? barsOf(histogram, 20) : [];
  const apart = apartIn(isTyped, found.whole);
  return [
    ...held.top.values.map((value) => ({
      pick: { ...nothing, values: [asPicked(value, column, apart)] },
      count: value.count,
    })),
    ...bars.flatMap((bar, at) =>
      histogram && bar.filtered > 0
        ? [{ pick: pickBars(histogram.kind, bars, [at], apart), count: bar.filtered }]
        : [],
    ),
    // As a drag picks them, and one more with Ctrl.
    ...[
      [0, 1, 2, 3],
      [0, 1, bars.length - 1],
    ].flatMap((chosen) =>
      histogram && bars.length > 4
        ? [
            {
              pick: pickBars(histogram.kind, bars, chosen, apart),
              count: chosen.reduce((sum, at) => sum + bars[at].filtered, 0),
            },
          ]
        : [],
    ),
    { pick: { ...nothing, nulls: true }, count: held.kinds.null + held.kinds.missing },
  ];
}
