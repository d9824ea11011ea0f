/** What is exported and sent of rows with hidden columns: all of them, or those that show, as the user says. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';
import { isServed } from './bed/servedPage.ts';

/** An editor asks where to, and keeps the secrets of a service. */
const canSend = !isServed;

const rows = Array.from({ length: 40 }, (_, at) => ({
  id: at + 1,
  'a b': `"${at}", it's`,
  o: ['DE', 'US'][at % 2],
  n: at * 1.5,
}));
const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
const files = {
  'rows.csv': `id,a b,o,n\n${rows.map((row) => `${Object.values(row).map(quoted).join(',')}\n`).join('')}`,
  'rows.jsonl': rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
};

describe('webview with hidden columns', function () {
  this.timeout(120_000);
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let exports = 0;

  before(async () => {
    real = await RealPage.open('exported', { width: 900 });
    ({ page, engine } = real);
  });
  after(() => real.close());

  const exportButton = () => page.getByRole('button', { name: 'Export…', exact: true });
  const item = (name: string) => page.getByRole('menuitem', { name, exact: true });

  async function sendRows(): Promise<void> {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await item('Send Rows to a Service…').click();
  }

  async function hide(...names: readonly string[]): Promise<void> {
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    for (const name of names) await page.getByRole('button', { name: `Hide ${name}`, exact: true }).click();
    await page.keyboard.press('Escape');
  }

  /** What is written once something is pressed, as the values of its rows under their names. */
  async function exported(press: () => Promise<void>): Promise<Record<string, string>[]> {
    engine.user.target = join(real.folder, `out${++exports}.csv`);
    const written = engine.user.exported();
    await press();
    await written;
    const [names = [], ...values] = parsed(await readFile(engine.user.target, 'utf8'));
    return values.map((row) => Object.fromEntries(names.map((of, at) => [of, row[at]])));
  }

  function texts(
    of: readonly Record<string, unknown>[],
    ...names: readonly string[]
  ): Record<string, string>[] {
    return of.map((row) => Object.fromEntries(names.map((name) => [name, String(row[name])])));
  }

  for (const [name, content] of Object.entries(files)) {
    it(`${name}: asks whether they are exported or sent, and does as it is told`, async () => {
      const path = join(real.folder, name);
      await writeFile(path, content);
      await engine.open(path, {});
      await page.locator('.footer', { hasText: `${rows.length} records` }).waitFor();
      await gridAt(page, 0);
      assert.deepEqual(
        await exported(() => exportButton().click()),
        texts(rows, 'id', 'a b', 'o', 'n'),
        'nothing is hidden, nothing is asked',
      );
      if (canSend)
        assert.deepEqual(await exported(sendRows), texts(rows, 'id', 'a b', 'o', 'n'), 'nor of what is sent');
      await hide('a b', 'n');
      for (const [query, of] of [
        ['', rows],
        ["o = 'US' -- these", rows.filter(({ o }) => o === 'US')],
        ['|> ORDER BY id DESC |> LIMIT 3', rows.toReversed().slice(0, 3)],
      ] as const) {
        await enterQuery(page, query);
        await gridAt(page, 0);
        await exportButton().click();
        const all = await exported(() => item('All 4 Columns, 2 Hidden…').click());
        assert.deepEqual(all, texts(of, 'id', 'a b', 'o', 'n'), `all of ${query}`);
        await exportButton().click();
        const some = await exported(() => item('Only the 2 Columns Shown…').click());
        assert.deepEqual(some, texts(of, 'id', 'o'), `shown of ${query}`);
        if (!canSend) continue;
        await sendRows();
        const sent = await exported(() => item('Only the 2 Columns Shown…').click());
        assert.deepEqual(sent, texts(of, 'id', 'o'), `shown of ${query}, sent`);
        await sendRows();
        const allSent = await exported(() => item('All 4 Columns, 2 Hidden…').click());
        assert.deepEqual(allSent, texts(of, 'id', 'a b', 'o', 'n'), `all of ${query}, sent`);
      }
      // Columns that were moved are written in the order in which they show.
      await enterQuery(page, "o = 'US'");
      await gridAt(page, 0);
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByRole('button', { name: 'Hide n', exact: true }).click();
      await page.getByRole('button', { name: 'Pin o', exact: true }).click();
      await page.keyboard.press('Escape');
      await exportButton().click();
      const moved = await exported(() => item('Only the 3 Columns Shown…').click());
      assert.deepEqual(
        moved.map((row) => Object.entries(row)),
        texts(
          rows.filter(({ o }) => o === 'US'),
          'o',
          'id',
          'n',
        ).map((row) => Object.entries(row)),
      );
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByRole('button', { name: 'Hide n', exact: true }).click();
      await page.getByRole('button', { name: 'Pin o', exact: true }).click();
      await page.keyboard.press('Escape');
      // A result has columns of its own.
      await enterQuery(page, '|> AGGREGATE count(*) AS c GROUP BY o');
      await gridAt(page, 0);
      const groups = await exported(() => exportButton().click());
      assert.deepEqual(
        groups.sort((a, b) => a.o.localeCompare(b.o)),
        [
          { o: 'DE', c: '20' },
          { o: 'US', c: '20' },
        ],
      );
      await enterQuery(page, '');
      await gridAt(page, 0);
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByRole('button', { name: 'Show All', exact: true }).click();
      await page.keyboard.press('Escape');
    });
  }

  it('asks which rows are meant where a match is shown among the others', async () => {
    const path = join(real.folder, 'context.jsonl');
    await writeFile(path, files['rows.jsonl']);
    await engine.open(path, {});
    await page.locator('.footer', { hasText: `${rows.length} records` }).waitFor();
    await enterQuery(page, "o = 'US'");
    await page.locator('.result-line', { hasText: '20 of 40 records match' }).waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await item('Show in Context').click();
    await page.getByText('Filter paused').waitFor();
    await gridAt(page, 0);
    const matches = rows.filter(({ o }) => o === 'US');
    const ofFilter = 'Rows of the Paused Filter: 20 of 40 records match…';
    const all = ['id', 'a b', 'o', 'n'] as const;
    for (const [press, what] of [
      [() => exportButton().click(), 'exported'],
      [sendRows, 'sent'],
    ] as const) {
      if (what === 'sent' && !canSend) continue;
      await press();
      assert.deepEqual(await exported(() => item(ofFilter).click()), texts(matches, ...all), what);
      await press();
      const whole = await exported(() => item('Whole File: 40 records…').click());
      assert.deepEqual(whole, texts(rows, ...all), what);
    }
    await hide('n');
    await exportButton().click();
    await item(ofFilter).click();
    const some = await exported(() => item('Only the 3 Columns Shown…').click());
    assert.deepEqual(some, texts(matches, 'id', 'a b', 'o'));
    await exportButton().click();
    await item('Whole File: 40 records…').click();
    const shown = await exported(() => item('Only the 3 Columns Shown…').click());
    assert.deepEqual(shown, texts(rows, 'id', 'a b', 'o'));
  });
});

/** The rows of a CSV file, whose values may be in quotes. */
function parsed(text: string): string[][] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell]) =>
        cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
      ),
    );
}
