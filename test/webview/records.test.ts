/** The record of a row: shown beside the rows, and found again in the file. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { areThere, clickHead, enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

describe('webview of the record of a row', () => {
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;

  before(async () => {
    real = await RealPage.open('records', { width: 1400, height: 700 });
    ({ page, engine } = real);
  });
  after(() => real.close());

  /** @param records texts are lines as they are */
  async function open(name: string, records: readonly unknown[]): Promise<void> {
    const path = join(real.folder, name);
    const lines = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)));
    await writeFile(path, lines.map((line) => `${line}\n`).join(''));
    await engine.open(path, {});
    await enterQuery(page, '');
    await gridAt(page, 0);
  }

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const cell = (text: string) =>
    page.locator('.row:not([hidden]) .cell:visible').getByText(text, { exact: true });
  /** The number and the cell of the active row. */
  const active = (number: string, text: string) =>
    page.waitForFunction(
      (wanted) => {
        const row = document.querySelector('.row.active:not([hidden])');
        const found = [row?.querySelector('.gutter'), row?.querySelector('.cell.current')];
        return JSON.stringify(found.map((one) => one?.textContent)) === wanted;
      },
      JSON.stringify([number, text]),
    );

  describe('of sorted rows', () => {
    const records = Array.from({ length: 900 }, (_, id) => ({ id, ms: (id * 541) % 907, name: `n${id}` }));
    before(() => open('sorted.jsonl', records));
    beforeEach(() => enterQuery(page, ''));

    const inContext = async () => {
      await button('More').click();
      await page.getByRole('menuitem', { name: 'Show in Context' }).click();
      await page.getByText('Filter paused').waitFor();
    };
    async function sorted(query: string, name: string, number: string): Promise<void> {
      await enterQuery(page, query);
      await gridAt(page, 0);
      await cell(name).click();
      await active(number, name);
    }

    it('is found by a value of its own that the query has made another one of', async () => {
      await enterQuery(page, 'id % 100 = 12 |> SET name = upper(name), ms = 0');
      await gridAt(page, 0);
      await cell('N512').click();
      await button('Record').click();
      const line = page.getByRole('treeitem').filter({ hasText: 'n512' });
      await line.hover();
      await line.getByRole('button', { name: 'Add to Filter' }).click();
      await page.locator('.chip', { hasText: "name = 'n512'" }).waitFor();
      await page.locator('.result-line', { hasText: '1 of 900 records' }).waitFor();
      await cell('N512').waitFor();
      await button('Record').click();
    });

    it('has its columns where the file has them, and the keys in the header of the one that it is sorted by', async () => {
      const wide = Array.from({ length: 40 }, (_, at): [string, number] => [`column${at}`, at]);
      await open('places.jsonl', [
        Object.fromEntries([...wide, ['last', 2]]),
        Object.fromEntries([['last', 1], ...wide.toReversed()]),
      ]);
      const last = page.locator('.head:not([hidden])', { hasText: 'last' });
      await page.locator('.row:not([hidden]) .cell:visible').nth(1).click();
      for (const key of ['Control+ArrowRight', 'Control+ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
      await last.and(page.locator(':focus')).waitFor();
      for (const order of ['ascending', 'descending']) {
        await page.keyboard.press('Enter');
        await page.locator(`.head[aria-sort="${order}"]:focus`, { hasText: 'last' }).waitFor();
        await page.locator('.head:not([hidden])[aria-colindex="41"]', { hasText: 'column39' }).waitFor();
      }
      await open('sorted.jsonl', records);
    });

    it('is sorted by members that have no name', async () => {
      await open('nameless.jsonl', [
        { '': 'x', a: { '': 2 } },
        { '': 'y', a: { '': 1 } },
      ]);
      const first = page.locator('.row[aria-rowindex="2"]:not([hidden]) .cell:visible');
      for (const [name, text, value] of [
        ['""', 'ORDER BY `` DESC', 'y'],
        ['a.', 'ORDER BY a.`` DESC', '2'],
      ] as const) {
        await clickHead(page, name, 2);
        await page.locator('.cm-content').getByText(text, { exact: true }).waitFor();
        await first.getByText(value, { exact: true }).waitFor();
        await enterQuery(page, '');
        await first.getByText('x', { exact: true }).waitFor();
      }
      await open('sorted.jsonl', records);
    });

    it('is numbered as it says', async () => {
      const corner = page.locator('.head.gutter');
      await sorted('|> ORDER BY id DESC', 'n899', '1');
      await corner.and(page.getByTitle('Row number', { exact: true })).waitFor();
      await sorted('id = 512', 'n512', '513');
      await corner.and(page.getByTitle('Record number in the file', { exact: true })).waitFor();
    });

    it('is shown in context, and left for the sorted rows', async () => {
      await sorted('id % 100 = 12 |> ORDER BY id DESC', 'n512', '4');
      await inContext();
      await active('513', 'n512');
      await button('Back to the Matches').click();
      await active('4', 'n512');
    });

    it('is shown in context of a column that stands elsewhere in the file', async () => {
      await sorted('id % 100 = 12 |> SELECT name, id |> ORDER BY id DESC', 'n512', '4');
      await inContext();
      await active('513', 'n512');
    });

    it('is where it was in the file when the sort is cleared', async () => {
      await sorted('id % 100 = 12 |> ORDER BY id DESC', 'n512', '4');
      await button('Clear All').click();
      await active('513', 'n512');
    });

    it('is not offered for a row of several, which says why', async () => {
      await sorted('AGGREGATE max(name) AS name GROUP BY id % 10 AS digit |> ORDER BY digit', 'n93', '4');
      await button('More').click();
      const why = page.locator('[role=menuitem]:disabled[title="This row is of no single record."]');
      await why.getByText('Show in Context').waitFor();
      await page.keyboard.press('Escape');
    });

    it('is sorted among the matches only, as a sort of the file is none of theirs', async () => {
      await sorted('id % 100 = 12 |> SELECT name |> ORDER BY name DESC', 'n512', '4');
      await inContext();
      await page.locator('.head-name').getByText('ms', { exact: true }).click();
      await page.locator('.footer').getByText('The filter is paused').waitFor();
      await page.getByText('Filter paused').waitFor();
      await button('Back to the Matches').click();
    });
  });

  describe('as a tree', () => {
    const long = `${'word '.repeat(3000)}needle end`;

    before(async () => {
      await open('various.jsonl', [
        { id: 1, user: { name: 'Ann', city: 'Berlin' }, tags: { x: 'one' }, note: 'first' },
        { id: 2, extra: { z: 'odd' }, user: { name: 'Bob', city: 'Paris' }, tags: { x: 'two' } },
        'no record',
        { id: 4, user: { name: 'Cy', city: 'Rome' }, tags: { x: 'four' }, note: 'fourth' },
        { list: Array.from({ length: 250 }, (_, at) => `item ${at + 1}`), last: true },
        { messages: [{ role: 'user', content: long }] },
      ]);
      await button('Record').click();
    });
    beforeEach(async () => {
      await goTo(5);
      await goTo(1);
    });

    const heading = (record: number) =>
      page.getByRole('heading', { name: `Record ${record}`, exact: true }).waitFor();
    /** Puts the cell in the first column of a record, whose tree is there then. */
    async function goTo(record: number): Promise<void> {
      const row = page.locator(`.row[aria-rowindex="${record + 1}"]:not([hidden])`);
      await row.locator('.cell[aria-colindex="2"]:visible').click();
      await heading(record);
    }
    const line = (text: string) => page.locator('.tree-line', { hasText: text });
    /** Waits until a line with this text has the focus and is the one that is chosen. */
    const focused = (text: string) =>
      page.waitForFunction((wanted) => {
        const { activeElement: one } = document;
        const isChosen = one?.getAttribute('aria-selected') === 'true';
        return isChosen && one.matches('.tree-line') && one.textContent.includes(wanted);
      }, text);
    async function step(key: 'Alt+ArrowDown' | 'Alt+ArrowUp', record: number): Promise<void> {
      await page.keyboard.press(key);
      await heading(record);
    }

    it('keeps the line that is chosen from record to record, for the keys as well', async () => {
      await line('Berlin').click();
      await step('Alt+ArrowDown', 2);
      await focused('Paris');
      const copied = engine.user.copied();
      await page.keyboard.press('Control+c');
      assert.equal(await copied, 'Paris');
      await page.keyboard.press('ArrowDown');
      await focused('tags');
      await step('Alt+ArrowUp', 1);
      await focused('tags');
    });

    it('follows the column of the grid from then on when there is another one', async () => {
      await line('Berlin').click();
      await page.locator('.row:not([hidden]) .cell', { hasText: 'first' }).click();
      await page.locator('.tree-line[aria-selected="true"]', { hasText: 'note' }).waitFor();
    });

    it('shows the top, with nothing marked, of a record whose number is clicked', async () => {
      await page.locator('.row:not([hidden]) .cell', { hasText: 'first' }).click();
      await page.locator('.tree-line[aria-selected="true"]', { hasText: 'note' }).waitFor();
      for (const record of [1, 4]) {
        await page.locator(`.row[aria-rowindex="${record + 1}"]:not([hidden]) .gutter`).click();
        await heading(record);
        await areThere(page.locator('.tree-line[aria-selected="true"]'), 0);
      }
      await page.locator('.row[aria-rowindex="6"]:not([hidden]) .gutter').click();
      await heading(5);
      await line('last').waitFor();
      await areThere(page.locator('.tree-line[aria-selected="true"]'), 0);
      assert.equal(await page.locator('.side-body').evaluate(({ scrollTop }) => scrollTop), 0);
    });

    it('keeps the focus where a record has no such line, and no tree', async () => {
      await line('first').click();
      await step('Alt+ArrowDown', 2);
      await focused('tags');
      await page.keyboard.press('Alt+ArrowDown');
      await page.waitForFunction(() => document.activeElement?.matches('.side-body .raw'));
      await step('Alt+ArrowDown', 4);
      await focused('');
    });

    it('comes back to a line that one of the records is without', async () => {
      await line('first').click();
      await step('Alt+ArrowDown', 2);
      await focused('tags');
      await step('Alt+ArrowUp', 1);
      await focused('first');
    });

    it('keeps the focus in the panel where a search finds nothing', async () => {
      const search = page.getByRole('searchbox', { name: 'Search in record' });
      await search.fill('berl');
      await line('Berlin').click();
      await step('Alt+ArrowDown', 2);
      await page.getByText('No matches').waitFor();
      await page.waitForFunction(() => document.activeElement?.matches('.side'));
      await step('Alt+ArrowUp', 1);
      await focused('Berlin');
      await search.fill('');
    });

    it('unfolds what the record before had unfolded, by its name', async () => {
      const folded = page.locator('.tree-line[aria-expanded="false"]', { hasText: 'user' });
      await line('user').click();
      await page.keyboard.press('ArrowLeft');
      await folded.waitFor();
      await step('Alt+ArrowDown', 2);
      await line('odd').waitFor();
      await line('two').waitFor();
      await folded.waitFor();
      await page.keyboard.press('ArrowRight');
      await folded.waitFor({ state: 'detached' });
    });

    it('goes on from the first of the last members when they are shown', async () => {
      await goTo(5);
      await line('list').click();
      await page.keyboard.press('ArrowRight');
      for (let at = 0; at <= 100; at++) await page.keyboard.press('ArrowDown');
      await focused('Show 100 more');
      await page.keyboard.press('Enter');
      await line('item 200').waitFor();
      await focused('Show 100 more');
      await page.keyboard.press('Enter');
      await focused('item 201');
      await page.keyboard.press('ArrowDown');
      await focused('item 202');
    });

    it('is left for the rows by Escape, and stays', async () => {
      await goTo(2);
      await line('user').click();
      await focused('user');
      await page.keyboard.press('Escape');
      await page.locator('.cell.current:focus').waitFor();
      await heading(2);
    });

    /** The line of the long text, unfolded. */
    async function longLine(): Promise<Locator> {
      await goTo(6);
      const item = page.locator('.tree-line[aria-level="3"]');
      await item.first().click();
      if ((await item.first().getAttribute('aria-expanded')) === 'false')
        await page.keyboard.press('ArrowRight');
      await line('content').waitFor();
      return line('content');
    }
    const whole = (one: Locator) => one.filter({ hasText: long }).waitFor();

    it('shows a long text in a list by Enter, or where that is pressed, and less again', async () => {
      const content = await longLine();
      const cut = () => content.filter({ hasText: 'needle' }).waitFor({ state: 'detached' });
      await content.getByText('Show All 15.0 kB').waitFor();
      await content.click({ position: { x: 100, y: 10 } });
      await page.keyboard.press('Enter');
      await whole(content);
      await page.keyboard.press('Enter');
      await cut();
      await content.getByText('Show All').click();
      await whole(content);
      await content.getByText('Show Less').click();
      await cut();
    });

    it('shows the part of a long text that holds what is searched for', async () => {
      await longLine();
      const search = page.getByRole('searchbox', { name: 'Search in record' });
      await search.fill('needle');
      await line('content').locator('mark', { hasText: 'needle' }).waitFor();
      await line('content').getByText('Show All').click();
      await whole(line('content'));
      await line('content').locator('mark', { hasText: 'needle' }).waitFor();
      await line('content').getByText('Show Less').click();
      await search.fill('');
    });
  });

  it('of a problem is gone to among the matches where it is one of them, else in the file', async () => {
    const records = Array.from({ length: 300 }, (_, at) => (at % 100 === 50 ? `{"at":${at}` : { at }));
    records[150] = 'not JSON';
    await open('problems.jsonl', records);
    await button('3 malformed').click();
    const kind = page.locator('.problem-kind', { hasText: 'ends in the middle' });
    const problem = (place: string) => page.locator('.problem', { hasText: place }).click();
    const activeRow = (number: string) =>
      page
        .locator('.row.active:not([hidden])')
        .filter({ hasText: new RegExp(`^${number}\\D`) })
        .waitFor();
    const isPaused = page.getByText('Filter paused');
    await kind.click();
    await page.locator('.result-line', { hasText: '2 of 300 records match' }).waitFor();
    await problem('Record 251');
    await activeRow('251');
    await areThere(page.locator('.row:not([hidden])'), 2);
    await isPaused.waitFor({ state: 'detached' });
    await problem('Record 151');
    await activeRow('151');
    await isPaused.waitFor();
    await button('Back to the Matches').click();
    await activeRow('251');
    await areThere(page.locator('.row:not([hidden])'), 2);
    await problem('Record 151');
    await isPaused.waitFor();
    await kind.click();
    await isPaused.waitFor({ state: 'detached' });
    await areThere(page.locator('.row:not([hidden])'), 2);
    await button('Close').click();
  });
});
