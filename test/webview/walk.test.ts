/**
 * Walks through the real page over the real engine: what a person does in a row (types, clicks headers and bars, opens
 * parts, scrolls), drawn at random, with the visible cells compared after each step. The matrix asks each question of
 * each layout; a walk finds what one step leaves behind for the next.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { runs } from '../support/long.ts';
import { layouts, Written } from '../unit/matrix/layouts.ts';
import { Rows, columnName, type Row } from '../unit/matrix/records.ts';
import { clickHead, enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';
import {
  Answer,
  compare,
  fileRows,
  members,
  recordRows,
  rowNumbers,
  type Question,
} from './matrixQuestions.ts';

/** The conditions of the queries. */
const conditions: Readonly<Record<string, (row: Row) => boolean>> = {
  "o = 'DE'": (row) => row.text('o') === 'DE',
  "o = 'US'": (row) => row.text('o') === 'US',
  "o = 'JP'": (row) => row.text('o') === 'JP',
  "o = 'XX'": () => false,
  'w > 0': (row) => (row.number('w') ?? 0) > 0,
  "part = 'p3'": (row) => row.text('part') === 'p3',
  'id <= 40': ({ id }) => id <= 40,
  "u LIKE '%a%'": (row) => row.text('u')?.includes('a') === true,
};
const sorts = ['key', 'o', 'user.b'] as const;
type SortColumn = (typeof sorts)[number];

type Step =
  | { readonly kind: 'type'; readonly query: string }
  | { readonly kind: 'sort'; readonly column: SortColumn }
  | { readonly kind: 'pick'; readonly value: string }
  | { readonly kind: 'press'; readonly button: 'Column Plots' | 'Problems' | 'Column' | 'Record' }
  | { readonly kind: 'scroll'; readonly share: 0 | 0.5 | 1 }
  | { readonly kind: 'clear' };

const query = fc
  .tuple(
    fc.subarray(Object.keys(conditions), { maxLength: 2 }),
    fc.subarray(
      ['ORDER BY key', 'ORDER BY key DESC', 'ORDER BY user.b', 'ORDER BY o DESC', 'LIMIT 7', 'LIMIT 150'],
      { maxLength: 2 },
    ),
  )
  .map(([where, operators]) => [where.join(' AND '), ...operators].filter(Boolean).join(' |> '))
  // A pipeline without conditions begins with its first operator.
  .map((text) => (/^(ORDER|LIMIT)/.test(text) ? `|> ${text}` : text));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('type'), query }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sort'), column: fc.constantFrom(...sorts) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pick'), value: fc.constantFrom('DE', 'US', 'JP') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('press'),
      button: fc.constantFrom('Column Plots', 'Problems', 'Column', 'Record'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scroll'), share: fc.constantFrom(0, 0.5, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear') }) },
);

/** One of each way in which rows are found: lines, rows of a table, items of a list. */
const walked = ['JSON Lines', 'CSV', 'array, pretty-printed'];

describe('webview/walk', () => {
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;

  before(async () => {
    real = await RealPage.open('walk', { width: 4000, height: 700 });
    ({ page, engine, folder } = real);
  });

  after(() => real.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  /** What the query box holds; a placeholder is nothing. */
  const queryText = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('.query-box .cm-line')]
        .map((line) => (line.querySelector('.cm-placeholder') ? '' : line.textContent))
        .join('\n'),
    );

  /** Does a step; says how far down the rows are to be looked at. */
  async function take(one: Step, rows: Rows): Promise<number> {
    switch (one.kind) {
      case 'type':
        await enterQuery(page, one.query);
        return 0;
      case 'sort': {
        const before = orderOf(await shownQuery(), one.column);
        await clickHead(page, columnName(rows.kind, one.column), 1);
        await gridAt(page, 0);
        const expected = { none: 'up', up: 'down', down: 'none' }[before];
        assert.equal(orderOf(await queryText(), one.column), expected, 'the order after a click');
        return 0;
      }
      case 'pick': {
        if ((await button('Column Plots').getAttribute('aria-pressed')) === 'false')
          await button('Column Plots').click();
        await gridAt(page, 0);
        const bar = page
          .locator('.head:not([hidden])', { has: page.getByText('o', { exact: true }) })
          .locator(`.plot [role=option][aria-label^="${one.value},"]`);
        // A result without such rows has no such bar.
        if ((await bar.count()) > 0) await bar.click();
        return 0;
      }
      case 'press':
        // The button says how many problems there are.
        await (
          one.button === 'Problems' ? page.getByRole('button', { name: /^Problems/ }) : button(one.button)
        ).click();
        return 0;
      case 'scroll':
        return one.share;
      case 'clear':
        if (await button('Clear All').isVisible()) await button('Clear All').click();
        return 0;
    }
  }

  /** The query that is shown, once the page is at rest. */
  async function shownQuery(): Promise<string> {
    await gridAt(page, 0);
    return queryText();
  }

  for (const layout of layouts.filter(({ via, kind }) => via === 'file' && kind !== 'log')) {
    if (!walked.includes(layout.name)) continue;
    for (const count of [300, 9000]) {
      it(`${layout.name}, ${count} records`, async () => {
        const written = new Written(count);
        const rows = new Rows(layout.kind, written.records, layout.style);
        const path = join(folder, layout.file);
        await writeFile(path, layout.bytes(written));
        await engine.open(path, { rows: layout.rows, pattern: layout.pattern });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10, size: 'max' }), async (steps) => {
            await enterQuery(page, '');
            await gridAt(page, 0);
            for (const one of steps) {
              const share = await take(one, rows);
              const shown = await gridAt(page, share);
              const text = await queryText();
              new Answer(questionOf(text), rows).compare(shown, share, true);
            }
          }),
          { numRuns: runs(count === 300 ? 4 : 2, 60), endOnFailure: true },
        );
        await enterQuery(page, '');
        await gridAt(page, 0);
      });
    }
  }
});

/** What a query of the walks asks, by plain JavaScript. */
function questionOf(text: string): Question {
  // ORDER BY may stand behind conditions, or at the beginning, without a pipe.
  const [where, ...operators] = text.replace(/(^|[^>] )(?=ORDER BY)/, '$1|> ').split(/\s*\|>\s*/);
  if (text === '') return { query: '', asFile: true, rows: fileRows };
  const isTable = operators.some((operator) => /^(ORDER BY|WHERE) /.test(operator));
  const chosen = testOf(where.replace(/^WHERE /, ''), text);
  return {
    query: text,
    asFile: !isTable,
    rows: (rows) => {
      let found = rows.where(chosen);
      for (const operator of operators) found = operated(found, operator, text);
      return isTable ? rowNumbers(found.map(members)) : recordRows(found);
    },
  };
}

function testOf(where: string, text: string): (row: Row) => boolean {
  const tests = where
    .split(' AND ')
    .filter(Boolean)
    .map((condition) => {
      assert(condition in conditions, `unknown condition: ${text}`);
      return conditions[condition];
    });
  return (row) => tests.every((test) => test(row));
}

function operated(rows: Row[], operator: string, text: string): Row[] {
  // A click filters the rows that a LIMIT has left.
  const where = /^WHERE (.+)$/.exec(operator);
  if (where) return rows.filter(testOf(where[1], text));
  const limit = /^LIMIT (\d+)$/.exec(operator);
  if (limit) return rows.slice(0, Number(limit[1]));
  const order = /^ORDER BY "?(key|o|user\.b)"?( DESC)?$/.exec(operator);
  assert(order, `unknown operator: ${text}`);
  const [, column, descending] = order;
  const direction = descending ? -1 : 1;
  if (column !== 'user.b')
    return rows.toSorted((a, b) =>
      column === 'key'
        ? compare(a.text('key'), b.text('key'), direction)
        : compare(a.text('o'), b.text('o'), direction),
    );
  const number = (row: Row) => row.number('user.b') ?? direction * Infinity;
  return rows.toSorted((a, b) => (number(a) === number(b) ? 0 : direction * (number(a) - number(b))));
}

/** How the last ORDER BY of a query sorts by a column, where that is the one that a click changes. */
function orderOf(text: string, column: SortColumn): 'none' | 'up' | 'down' {
  const order = text
    .split(/\s*\|>\s*/)
    .findLast((operator) => operator.startsWith('ORDER BY'))
    ?.replaceAll('"', '');
  if (order === `ORDER BY ${column}`) return 'up';
  return order === `ORDER BY ${column} DESC` ? 'down' : 'none';
}
