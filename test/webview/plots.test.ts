/** Plots of what columns hold, in a real browser over a stand-in for the engine. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { accessibilityFaults } from '../support/axe.ts';
import { areThere } from './bed/grid.ts';
import { startBed, type BedServer, type OpenOptions } from './bed/server.ts';

/** The first number of a text, with its separators. */
function numberIn(text: string | null): number {
  return Number(/[\d,.]+/.exec(text ?? '')?.[0].replaceAll(',', ''));
}

describe('webview/plots', () => {
  let bed: BedServer;
  const opened: Page[] = [];

  before(async () => {
    bed = await startBed();
  });
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.context().close();
  });
  after(() => bed.close());

  async function open(options: OpenOptions = {}): Promise<Page> {
    const page = await bed.open({ file: '1000000', ...options });
    opened.push(page);
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.locator('.head:not([hidden]) .head-name').first().waitFor();
    return page;
  }

  async function withPlots(options: OpenOptions = {}): Promise<Page> {
    const page = await open(options);
    await page.getByRole('button', { name: 'Column Plots' }).click();
    await page.locator('.plot').first().waitFor();
    return page;
  }

  function plot(page: Page, name: string): Locator {
    return page
      .locator('.head:not([hidden])', { has: page.getByText(name, { exact: true }) })
      .locator('.plot');
  }

  function queryIs(page: Page, text: string | RegExp): Promise<void> {
    const hasText = typeof text === 'string' ? new RegExp(`^${text.replace(/[^\w\s]/g, '\\$&')}$`) : text;
    return page.locator('.cm-content').filter({ hasText }).waitFor();
  }

  function asked(page: Page): Promise<readonly { readonly columns: readonly number[] }[]> {
    return page.evaluate(() =>
      window.bed.calls
        .filter(({ method }) => method === 'statistics')
        .map(({ params }) => params as { columns: number[] }),
    );
  }

  describe('in headers', () => {
    it('are there when they are switched on, and come back with the page', async () => {
      const page = await open();
      assert.equal((await asked(page)).length, 0);
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await plot(page, 'status').locator('.bar').first().waitFor();
      await plot(page, 'level').locator('.part').first().waitFor();
      await plot(page, 'ts').locator('.bar').first().waitFor();
      await page.reload();
      await plot(page, 'status').locator('.bar').first().waitFor();
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await page.locator('.plot').first().waitFor({ state: 'detached' });
    });

    it('ask for no column that cannot be seen, and for those that can once they stay', async () => {
      const page = await withPlots({ file: 'wide' });
      const [first] = await asked(page);
      assert(first.columns.length < 20 && !first.columns.includes(3000));
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.keyboard.type('feature_3000');
      await page.keyboard.press('Enter');
      await plot(page, 'feature_3000').waitFor();
      const columns = (await asked(page)).flatMap((call) => call.columns);
      assert(columns.length < 60, `${columns.length} columns`);
    });

    it('pick a value with a click, more with Ctrl, and take it back', async () => {
      const page = await withPlots();
      const level = plot(page, 'level');
      await level.locator('.part[aria-label^=info]').click();
      await queryIs(page, "level = 'info'");
      await level.locator('.part.picked[aria-label^=info]').waitFor();
      await level.locator('.part[aria-label^=warn]').click({ modifiers: ['Control'] });
      await queryIs(page, "level IN ('info', 'warn')");
      await page.waitForFunction(() => document.querySelectorAll('.part.picked').length === 2);
      await level.locator('.part[aria-label^=info]').click({ modifiers: ['Control'] });
      await queryIs(page, "level = 'warn'");
      await level.locator('.part.picked[aria-label^=warn]').waitFor();
      await level.locator('.part[aria-label^=warn]').click();
      await page.locator('.badge').waitFor({ state: 'detached' });
    });

    it('pick a range by dragging, neither sort nor move the column, and show the whole in grey', async () => {
      const page = await withPlots();
      const box = await plot(page, 'status').locator('.bars').boundingBox();
      assert(box);
      await page.mouse.move(box.x + 1, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 12, { steps: 4 });
      await page.locator('.brush').waitFor();
      const told = await page.locator('.plot-tip').innerText();
      await page.mouse.up();
      await queryIs(page, /^status >= 200 AND status < \d+(\.\d+)?$/);
      const [, to] = /< ([\d.]+)$/.exec((await page.locator('.cm-content').textContent()) ?? '') ?? [];
      assert.match(told, new RegExp(`^200 to ${to}\n[\\d,]+ rows \\(\\d+%\\)$`), 'it told what is chosen');
      await plot(page, 'status').locator('.of-whole').first().waitFor();
      await plot(page, 'status').locator('.bar[aria-label$=" match"]').first().waitFor();
      await areThere(page.locator('[aria-sort]'), 0);
    });

    it('are walked by keys: down into them, along, and back', async () => {
      const page = await withPlots();
      await page.locator('.row .cell:visible').nth(2).click();
      await page.keyboard.press('Control+ArrowUp');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowDown');
      await page.locator('.value-bar:focus').waitFor();
      await page.keyboard.press('ArrowRight');
      const told = await page.locator('.value-bar:focus .part.current').getAttribute('aria-label');
      assert.match(told ?? '', /^\w+, [\d,]+ rows \(\d+%\)$/);
      await page.keyboard.press('Enter');
      await queryIs(page, `level = '${told?.replace(/,.*/, '')}'`);
      // The focus stays where it is while the rows become others.
      await page.locator('.part.picked').waitFor();
      await page.locator('.value-bar:focus').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.head:focus').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.locator('.cell:focus').waitFor();
    });

    it('say how much of the file they know', async () => {
      const page = await open({ file: 'halfRead' });
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await plot(page, 'status').getByText('first 3%').waitFor();
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await page.waitForFunction(() => window.bed.cancelled.length > 0);
    });

    it('are no longer counted for the rows before once a query is run', async () => {
      const page = await open({ file: 'halfRead' });
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await plot(page, 'status').getByText('first 3%').waitFor();
      await page.locator('.query-box .cm-content').fill("level = 'slowly'");
      await page.keyboard.press('Enter');
      // Not only when the query has its first rows.
      await page.waitForFunction(
        () => window.bed.cancelled.length > 0 && document.querySelector('.badge') === null,
      );
    });

    it('have words for what holds nothing', async () => {
      const page = await withPlots({ file: 'nulls' });
      await plot(page, 'status').getByText('no values').waitFor();
      for (const file of ['empty', 'one']) {
        const other = await open({ file });
        await other.getByRole('button', { name: 'Column Plots' }).click();
        if (file === 'one') await plot(other, 'status').waitFor();
      }
    });
  });

  describe('the column panel', () => {
    async function withPanel(options: OpenOptions = {}, column = 'level'): Promise<Page> {
      const page = await open(options);
      await page.locator('.row .cell:not(.pending)').first().waitFor();
      const head = page.locator('.head:not([hidden])', { has: page.getByText(column, { exact: true }) });
      await head.hover();
      await head.locator('.head-menu').click();
      await page.getByRole('menuitem', { name: 'Show Statistics' }).click();
      await page.getByRole('heading', { name: column, exact: true }).waitFor();
      return page;
    }

    it('lists the most frequent values to tick, alone or left out, and what the filter has of them', async () => {
      const page = await withPanel();
      await page.getByRole('checkbox', { name: /^info/ }).press('Space');
      await queryIs(page, "level = 'info'");
      const ticked = page.getByRole('checkbox', { name: /^info/, checked: true });
      await ticked.waitFor();
      await page.getByText(/^Of [\d,]+ rows that match/).waitFor();
      assert.ok(
        await ticked.evaluate((box) => box === document.activeElement),
        'the next value can be ticked without looking for the list again',
      );
      const matching = numberIn(await page.getByText(/^Of [\d,]+ rows that match/).textContent());
      const line = page.locator('.value-line', { hasText: 'warn' });
      const counted = numberIn(await line.locator('.value-count').textContent());
      const percent = numberIn(await line.locator('.value-share').textContent());
      assert.ok(
        Math.abs((100 * counted) / matching - percent) < 1,
        `${percent}% is the share of ${counted} in ${matching} matches`,
      );
      await page.getByRole('checkbox', { name: /^warn/ }).click();
      await queryIs(page, "level IN ('info', 'warn')");
      await page.getByRole('button', { name: 'Only debug' }).click();
      await queryIs(page, "level = 'debug'");
      await page.getByRole('button', { name: 'Exclude error' }).click();
      await queryIs(page, "level = 'debug' AND level <> 'error'");
    });

    it('follows the column of the active cell, and brushes its histogram by keys', async () => {
      const page = await withPanel();
      await page.locator('.row .cell.number:visible').first().click();
      await page.getByRole('heading', { name: 'status', exact: true }).waitFor();
      await page.locator('.wide-plot .bars').focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Enter');
      await queryIs(page, /^status >= 200 AND status < [\d.]+$/);
    });

    it('breaks no word, number or time, however narrow it is', async () => {
      for (const [column, title] of [
        ['level', 'info'],
        ['ts', 'min'],
      ] as const) {
        const page = await withPanel({ width: 1000 }, column);
        await page.locator('.side-body').getByText(title, { exact: true }).first().waitFor();
        await page.locator('.query-box .cm-content').fill('status >= 300');
        await page.keyboard.press('Enter');
        await page.getByText(/^Of [\d,]+ rows that match/).waitFor();
        const broken = await page.locator('.side-body').evaluate((body) => {
          const pieces = body.querySelectorAll('.unbroken, .value-count, .value-share');
          return [...pieces].flatMap((piece) => {
            const range = document.createRange();
            range.selectNodeContents(piece);
            const box = piece.getBoundingClientRect();
            const isIn = box.right <= body.getBoundingClientRect().right + 1;
            return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size < 2 && isIn
              ? []
              : [piece.textContent];
          });
        });
        assert.deepEqual(broken, [], `${column}: what is broken or cut`);
        const cut = await page
          .locator('.value-words')
          .evaluateAll((all) =>
            all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
          );
        assert.deepEqual(cut, [], `${column}: values that are cut`);
      }
    });

    it('copies what it says', async () => {
      const page = await withPanel({}, 'status');
      await page.getByText('mean', { exact: true }).waitFor();
      for (const [name, begins] of [
        ['Copy as Markdown', '| status | Value |\n| --- | ---: |\n| count | 1,000,000 |'],
        ['Copy as CSV', 'status,Value\ncount,"1,000,000"'],
      ] as const) {
        await page.getByRole('button', { name, exact: true }).click();
        await page.waitForFunction(
          (text) =>
            window.bed.calls.some(
              ({ method, params }) =>
                method === 'host/copy' && (params as { text: string }).text.startsWith(text),
            ),
          begins,
        );
      }
    });

    it('says so of a column without values', async () => {
      const page = await withPanel({ file: 'nulls' }, 'status');
      await page.getByRole('checkbox', { name: /^null or missing/ }).click();
      await queryIs(page, 'status IS NULL');
    });
  });

  describe('rows over time', () => {
    async function overTime(options: OpenOptions = {}): Promise<Page> {
      const page = await open(options);
      await page.locator('.row .cell:not(.pending)').first().waitFor();
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Show Rows over Time' }).click();
      return page;
    }

    it('are as many as the rows, zoomed by dragging, and zoomed out', async () => {
      const page = await overTime();
      await page.locator('.time-band').getByText('1,000,000 rows', { exact: true }).waitFor();
      const box = await page.locator('.time-plot .bars').boundingBox();
      assert(box);
      await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
      await page.mouse.down();
      const counted: number[] = [];
      for (const share of [0.2, 0.3, 0.4]) {
        await page.mouse.move(box.x + box.width * share, box.y + 20);
        counted.push(numberIn((await page.locator('.plot-tip').innerText()).split('\n')[1]));
      }
      assert.ok(
        counted[0] < counted[1] && counted[1] < counted[2],
        `rows of all that is chosen: ${counted.join(', ')}`,
      );
      await page.mouse.up();
      await queryIs(page, /^ts >= TIMESTAMP '[-: \d]+' AND ts < TIMESTAMP '[-: \d]+'$/);
    });

    it('are stacked by a column, with a legend', async () => {
      const page = await overTime();
      await page.getByLabel('stacked by').selectOption('level');
      await page.locator('.legend').getByText('error').waitFor();
      await page.locator('.time-plot .series-0').first().waitFor();
      const label = await page.locator('.time-plot .bar').nth(1).getAttribute('aria-label');
      assert.match(label ?? '', /error: [\d,]+, other values: [\d,]+$/);
    });

    it('are a table too, for who does not see them', async () => {
      const page = await overTime();
      await page.locator('.time-band').getByText('1,000,000 rows', { exact: true }).waitFor();
      const table = page.getByRole('table', { name: 'Rows over ts' });
      const numbers = async (column: number): Promise<number> => {
        const cells = await table.locator(`tbody td:nth-of-type(${column})`).allTextContents();
        return cells.reduce((sum, cell) => sum + numberIn(cell), 0);
      };
      assert.equal(await numbers(1), 1_000_000);
      await page.getByLabel('stacked by').selectOption('level');
      await table.getByRole('columnheader', { name: 'error' }).waitFor();
      const titles = await table.getByRole('columnheader').allTextContents();
      assert.deepEqual(titles.slice(0, 2), ['Times', 'Rows']);
      const parts = await Promise.all(titles.slice(2).map((_, at) => numbers(at + 2)));
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0),
        await numbers(1),
      );
      const bars = await page.locator('.time-plot .bar').count();
      await areThere(table.locator('tbody tr'), bars);
    });

    it('mark the first row in sight, and lead to a time by a click or by keys', async () => {
      const page = await overTime();
      await page.locator('.time-here').waitFor();
      await page.locator('.time-plot .bars').focus();
      for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
      const asksFor = async () =>
        page.evaluate(() => window.bed.calls.filter(({ method }) => method === 'locate').length);
      const before = await asksFor();
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (calls) => window.bed.calls.filter(({ method }) => method === 'locate').length > calls,
        before,
      );
    });

    it('say so where there is no time, and come back with the page', async () => {
      const page = await overTime({ file: 'kinds' });
      await page.locator('.time-band').getByText('no column of times').waitFor({ state: 'attached' });
      await page.reload();
      await page.locator('.time-band').waitFor();
      await page.locator('.time-band').getByRole('button', { name: 'Close' }).click();
      await page.locator('.time-band').waitFor({ state: 'detached' });
    });

    for (const theme of ['dark', 'light', 'contrast'] as const) {
      it(`have nothing that axe finds in the ${theme} theme`, async () => {
        const page = await overTime({ theme });
        await page.getByLabel('stacked by').selectOption('level');
        await page.locator('.legend').getByText('error').waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
      });
    }
  });

  describe('axe finds nothing', () => {
    for (const theme of ['dark', 'light', 'contrast'] as const) {
      it(`in the column panel of the ${theme} theme`, async () => {
        const page = await open({ theme });
        await page.getByRole('button', { name: 'Column', exact: true }).click();
        await page.locator('.wide-plot .bar').first().waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
        await page.locator('.row .cell:visible').nth(2).click();
        await page.locator('.checklist').waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
      });
    }

    for (const theme of ['dark', 'light', 'contrast'] as const) {
      it(`in the ${theme} theme`, async () => {
        const page = await withPlots({ theme });
        await plot(page, 'level').locator('.part', { hasText: 'info' }).click();
        await page.locator('.part.picked').waitFor();
        await plot(page, 'status').locator('.of-whole').first().waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
      });
    }
  });
});
