/** The page in a real browser, over a stand-in for the engine: what a user sees and does. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { accessibilityFaults } from '../support/axe.ts';
import { areThere, textsAre } from './bed/grid.ts';
import { startBed, type BedServer, type OpenOptions } from './bed/server.ts';
import type { Theme } from './bed/themes.ts';

const billion = 1_000_000_000;

interface Manifest {
  readonly contributes: {
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when: string }[]>>;
  };
}

describe('webview/page', () => {
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
    const page = await bed.open(options);
    opened.push(page);
    page.on('pageerror', (error) => {
      throw error;
    });
    await page
      .locator('.row .cell:not(.pending), .empty-state:not(:has(.codicon-loading))')
      .first()
      .waitFor();
    return page;
  }

  async function filter(page: Page, query: string): Promise<void> {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(query);
    await page.keyboard.press('Escape');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Enter');
  }

  /** Until what was done before has been painted. */
  async function painted(page: Page): Promise<void> {
    await page.evaluate(
      () =>
        new Promise((done) => {
          requestAnimationFrame(() => requestAnimationFrame(done));
        }),
    );
  }

  /** Waits until what a page says of itself is this: all of it, or what a pattern finds in it. */
  async function shows(locator: Locator, text: string | RegExp): Promise<void> {
    const hasText = typeof text === 'string' ? new RegExp(`^${text.replace(/[^\w\s]/g, '\\$&')}$`) : text;
    await locator.filter({ hasText }).waitFor();
  }

  /** The last that the editor was told for its status bar. */
  async function statusSays(page: Page, words: RegExp): Promise<void> {
    await page.waitForFunction((pattern) => {
      const told = window.bed.calls.findLast(({ method }) => method === 'host/status')?.params;
      return new RegExp(pattern).test(JSON.stringify(told));
    }, `"text":"${words.source}"`);
  }

  /** Record numbers in sight, top to bottom, once all of them are there. */
  async function records(page: Page): Promise<number[]> {
    await painted(page);
    await page.waitForFunction(
      () => ![...document.querySelectorAll('.cell.pending')].some((cell) => cell.checkVisibility()),
    );
    return page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.row:not([hidden])')]
        .map((row) => ({
          top: row.getBoundingClientRect().top,
          record: Number(row.querySelector('.gutter')?.textContent.replace(/\D/g, '')),
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ record }) => record),
    );
  }

  /** The number that the active row says of its record, and where it is: both of the same frame. */
  function activeRow(page: Page): Promise<{ record: string; y: number } | undefined> {
    return page.evaluate(() => {
      const row = document.querySelector('.row.active:not([hidden])');
      const record = row?.querySelector('.gutter')?.textContent;
      return row && record ? { record, y: row.getBoundingClientRect().y } : undefined;
    });
  }

  function head(page: Page, name: string): Locator {
    return page.locator('.head:not([hidden])', { has: page.getByText(name, { exact: true }) });
  }

  /** Until the fourth column, the third after the record numbers, is that wide. */
  function widthIs(page: Page, width: number): Promise<unknown> {
    return page.waitForFunction(
      (wide) =>
        document.querySelector('.head[aria-colindex="4"]:not([hidden])')?.getBoundingClientRect().width ===
        wide,
      width,
    );
  }

  function rowOf(page: Page, record: string): Locator {
    return page.locator('.row:not([hidden])', {
      has: page.locator('.gutter').getByText(record, { exact: true }),
    });
  }

  /** The last call of that name, once there is one. */
  async function lastCall(page: Page, method: string): Promise<unknown> {
    const found = await page.waitForFunction(
      (name) => window.bed.calls.findLast((call) => call.method === name),
      method,
    );
    return found.evaluate((call) => call?.params);
  }

  describe('scrolling a billion rows', () => {
    it('moves a few rows by a wheel notch, wherever it is', async () => {
      const page = await open();
      for (const share of [0, 0.5]) {
        await page.evaluate(
          (at) =>
            new Promise((rested) => {
              const scroller = document.querySelector('.scroller');
              if (!scroller || at === 0) rested(undefined);
              else {
                scroller.addEventListener('scrollend', rested, { once: true });
                scroller.scrollTop = scroller.scrollHeight * at;
              }
            }),
          share,
        );
        const [before = 0] = await records(page);
        assert(before > billion * share * 0.9);
        await page.locator('.body').hover();
        await page.mouse.wheel(0, 100);
        await rowOf(page, before.toLocaleString('en-US')).waitFor({ state: 'hidden' });
        const [after = 0] = await records(page);
        assert(after - before >= 1 && after - before <= 8, `moved ${after - before} rows`);
      }
    });

    it('reaches the last row with End, the first with Home, the next page with Page Down', async () => {
      const page = await open();
      await page.locator('.row .cell.number:visible').first().click();
      await page.keyboard.press('PageDown');
      await page.locator('.row[aria-rowindex="60"]').waitFor();
      const second = await records(page);
      const rows = second.length;
      assert(Math.abs((second.at(0) ?? 0) - rows) <= 2, `second page begins at ${second.at(0)}`);
      await page.keyboard.press('End');
      await rowOf(page, '1,000,000,000').waitFor();
      const last = await records(page);
      assert.equal(last.at(-1), billion);
      assert.deepEqual(
        last,
        last.map((_, index) => billion - last.length + 1 + index),
      );
      await page.keyboard.press('Home');
      await rowOf(page, '1').waitFor();
      assert.equal((await records(page)).at(0), 1);
    });

    it('tells where the dragged thumb would land, and lands there', async () => {
      const page = await open();
      const box = await page.locator('.scroller').boundingBox();
      assert(box);
      const x = box.x + box.width - 6;
      await page.mouse.move(x, box.y + 22);
      await page.mouse.down();
      await page.mouse.move(x, box.y + 300, { steps: 3 });
      await painted(page);
      const hint = await page.locator('.thumb-hint').textContent();
      const told = Number(/Record ([\d,]+) of 1,000,000,000/.exec(hint ?? '')?.[1]?.replace(/,/g, ''));
      await page.mouse.up();
      const [first = 0] = await records(page);
      assert(told > 100_000_000 && Math.abs(first - told) <= 2, `${hint} and then ${first}`);
    });

    it('keeps where the browser has scrolled to when sizes change before it tells of it', async () => {
      const page = await open();
      const kept = await page.evaluate(
        () =>
          new Promise<boolean>((done) => {
            const scroller = document.querySelector('.scroller');
            if (!scroller) throw new Error('no grid');
            scroller.addEventListener('scrollend', () => done(scroller.scrollTop === 4000), { once: true });
            scroller.scrollTop = 4000;
            document.querySelector<HTMLElement>('button[aria-label="Column Plots"]')?.click();
          }),
      );
      assert(kept, 'the rows went back to where they were before');
    });

    it('keeps only what is in sight in the document', async () => {
      const page = await open({ file: 'wide' });
      await page.evaluate(() => {
        const scroller = document.querySelector('.scroller');
        if (scroller) {
          scroller.scrollTop = 4_000_000;
          scroller.scrollLeft = 300_000;
        }
      });
      await page
        .locator('.head:not([hidden]) .head-name', { hasText: /feature_\d{4}/ })
        .first()
        .waitFor();
      assert((await page.locator('.cell').count()) < 1200);
      const places = await page.evaluate(() => {
        const lefts = (selector: string) =>
          [...document.querySelectorAll(selector)].map(
            (element) =>
              `${element.getAttribute('aria-colindex')} at ${element.getBoundingClientRect().left}`,
          );
        const row = document.querySelector('.row:not([hidden])')?.getAttribute('aria-rowindex');
        return {
          heads: lefts('.head:not([hidden])').sort(),
          cells: lefts(`.row[aria-rowindex="${row}"]:not([hidden]) .cell:not([hidden])`).sort(),
        };
      });
      assert.deepEqual(places.cells, places.heads);
      assert((await page.locator('.head').count()) < 40);
      await page.locator('.row .cell.number:visible').first().click();
      await page.keyboard.press('Control+ArrowRight');
      await page.locator('.head:not([hidden]) .head-name', { hasText: 'feature_4999' }).waitFor();
    });

    it('shows placeholders while rows are on their way, and calls off what nobody looks at', async () => {
      const page = await open();
      await page.evaluate(async () => {
        window.bed.obey({ order: 'delay', delay: 600_000 });
        const scroller = document.querySelector('.scroller');
        for (let step = 1; step <= 12; step++) {
          if (scroller) scroller.scrollTop = step * 500_000;
          await new Promise((done) => requestAnimationFrame(done));
        }
      });
      const waiting = page.locator('.row:not([hidden])', { has: page.locator('.cell.pending') }).first();
      assert(Number(await waiting.getAttribute('aria-rowindex')) > 700_000_000);
      await page.waitForFunction(() => window.bed.cancelled.length > 0);
      const asked = await page.evaluate(
        () => window.bed.calls.filter((call) => call.method === 'rows').length,
      );
      assert(asked < 40, `${asked} calls`);
    });
  });

  describe('the filter', () => {
    it('has a text in the header of a row whose record is not known yet', async () => {
      const page = await open();
      await filter(page, "level = 'error'");
      await page.evaluate(() => {
        window.bed.obey({ order: 'delay', delay: 600_000 });
        const scroller = document.querySelector('.scroller');
        if (scroller) scroller.scrollTop = scroller.scrollHeight / 2;
      });
      await page.locator('.row:not([hidden]) .gutter[aria-label="not loaded yet"]').first().waitFor();
      assert.deepEqual(await accessibilityFaults(page), []);
    });

    it('says what is wrong while typing, and underlines it', async () => {
      const page = await open();
      await page.locator('.cm-content').click();
      await page.keyboard.type('stauts >= 500');
      await page.getByText('Did you mean status?').first().waitFor();
      await shows(page.locator('.cm-lintRange-error'), 'stauts');
    });

    it('completes columns', async () => {
      const page = await open();
      await page.locator('.cm-content').click();
      await page.keyboard.type('user.c');
      await page.locator('.cm-tooltip-autocomplete li', { hasText: 'user.country' }).waitFor();
      await page.locator('.cm-tooltip-autocomplete li', { hasText: 'user.country' }).click();
      await shows(page.locator('.cm-content'), 'user.country');
    });

    it('runs what is written, and inserts what is offered by Tab or once it is chosen', async () => {
      const page = await open();
      const box = page.locator('.cm-content');
      const offer = page.locator('.cm-tooltip-autocomplete li', { hasText: 'user.country' });
      for (const [keys, text] of [
        [['Tab'], 'user.country'],
        [['ArrowDown', 'Enter'], 'user.country'],
        [['Enter'], 'user.c'],
      ] as const) {
        await box.click();
        await page.keyboard.press('Control+a');
        await page.keyboard.type('user.c');
        await offer.waitFor();
        for (const key of keys) await page.keyboard.press(key);
        await offer.waitFor({ state: 'detached' });
        await shows(box, text);
        await areThere(page.locator('.chip'), keys.at(0) === 'Enter' ? 1 : 0);
      }
      await page.locator('.chip', { hasText: 'user.c' }).waitFor();
    });

    it('keeps the query that is run while the place of the one before is still looked up', async () => {
      const page = await open({ delay: 300 });
      await filter(page, 'status >= 500');
      await page.locator('.chip', { hasText: '500' }).waitFor();
      await page.locator('.row .cell.number:not(.pending):visible').first().click();
      await page.evaluate(() => {
        const clear = [...document.querySelectorAll('button')].find(({ textContent }) =>
          textContent.includes('Clear All'),
        );
        clear?.click();
      });
      await page.locator('.cm-content').focus();
      await page.keyboard.insertText('status >= 400');
      await page.keyboard.press('Enter');
      await page.locator('.chip', { hasText: '400' }).waitFor();
      // Rows that are far from each other come one after the other, which takes longer than clearing waits.
      await page.locator('.row .cell.number:not(.pending):visible').first().click();
      for (const key of ['End', 'Home', 'End']) {
        await page.keyboard.press(key);
        await page.locator('.row.active .cell.current:not(.pending)').waitFor();
      }
      await areThere(page.locator('.chip', { hasText: '400' }), 1);
    });

    it('shows matches while it runs, and can be cancelled with them', async () => {
      const page = await open({ query: 300_000 });
      await filter(page, 'status >= 500');
      await page.getByText('Filtered', { exact: true }).waitFor();
      await page
        .getByText(/records match/)
        .first()
        .waitFor();
      await page.getByText(/GB of 312\.0 GB/).waitFor();
      await page.locator('[role=grid][aria-rowcount="-1"]').waitFor();
      await page.locator('.result-line').getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Cancelled. Rows so far are shown.').waitFor();
      assert((await records(page)).length > 10);
    });

    it('says of a sort that was cancelled that it has no rows, and runs it again', async () => {
      const page = await open({ query: 300_000 });
      await filter(page, 'sorted nothing');
      await page.getByText('Reading the records').waitFor();
      await page.locator('.result-line').getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('The query was cancelled before it had rows').waitFor();
      await shows(page.locator('.result-line'), /records scanned/);
      await areThere(page.getByText(/No records match|Rows so far/), 0);
      await page.getByRole('button', { name: 'Run Again' }).click();
      await page.getByText('Reading the records').waitFor();
    });

    it('says which query the rows are of when the next one has an error', async () => {
      const page = await open({ query: 300_000 });
      await filter(page, 'status >= 500');
      await page
        .getByText(/records match/)
        .first()
        .waitFor();
      await filter(page, 'boom');
      const before = page.locator('.rows-before');
      await shows(
        before,
        /^Rows of the last query \([\d,]+ of .*, cancelled before its end\): status >= 500$/,
      );
      await statusSays(page, /[\d,]+ of [\d,]+ records match/);
    });

    it('tells the editor how far a query is while it runs', async () => {
      const page = await open({ query: 300_000 });
      await filter(page, 'status >= 500');
      await statusSays(page, /[^"]*spin[^"]* records match/);
    });

    it('cuts nothing off that can be clicked, and folds what are many conditions', async () => {
      for (const width of [1400, 900, 600]) {
        const page = await open({ width });
        const long = `message ILIKE '%${'a long text '.repeat(8)}%'`;
        await filter(
          page,
          ['a = 1', long, 'b = 2', 'c = 3', 'd = 4', 'e = 5', 'f = 6', 'g = 7'].join(' AND '),
        );
        await page.locator('.chip').first().waitFor();
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll('.filter-bar button')]
            .map((button) => ({ label: button.getAttribute('aria-label') ?? button.textContent, button }))
            .filter(({ button }) => {
              const { left, right, top, bottom } = button.getBoundingClientRect();
              const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
              return left < 0 || right > innerWidth || !button.contains(hit);
            })
            .map(({ label }) => label),
        );
        assert.deepEqual(cut, [], `at ${width} px`);
        await areThere(page.locator('.chip'), 6);
        await page.getByRole('button', { name: '+2 more' }).click();
        await page.getByRole('button', { name: 'Remove g = 7' }).click();
        await page.waitForFunction(() => document.querySelectorAll('.chip').length === 7);
      }
    });

    it('says once what is wrong with a query', async () => {
      const page = await open();
      await filter(page, 'stauts >= 500');
      await page.locator('.query-message.error').waitFor();
      await painted(page);
      await page.waitForFunction(() => !document.querySelector('.danger'));
      const told = (await page.locator('.query-message').textContent())?.trim() ?? '';
      await areThere(page.getByText(told), 1);
      await areThere(page.locator('.result-line'), 0);
      await page.getByRole('button', { name: 'Use status' }).click();
      await page.locator('.query-message').waitFor({ state: 'detached' });
      await shows(page.locator('.cm-content'), 'status >= 500');
      await filter(page, 'boom');
      await shows(page.locator('.fault'), /input\/output error/);
    });

    it('names what a result is sorted by', async () => {
      const page = await open();
      await filter(page, 'sorted');
      await page.getByText(/Sorted by at, descending/).waitFor();
    });

    it('shows no condition of the query before', async () => {
      const page = await open();
      await filter(page, 'status >= 500');
      await page.locator('.chip').waitFor();
      await filter(page, "level = 'unread'");
      await shows(page.locator('.matches'), /of 1,000,000,000 records match/);
      await page.locator('.chip').waitFor({ state: 'detached' });
    });

    it('takes conditions away by their chips', async () => {
      const page = await open();
      await filter(page, "status >= 500 AND level = 'error'");
      await page.getByRole('button', { name: 'Remove status >= 500' }).click();
      await page.waitForFunction(() => document.querySelectorAll('.chip').length === 1);
      await shows(page.locator('.cm-content'), "level = 'error'");
    });

    it('goes on to the next chip by keys, and to the box where none is left', async () => {
      const page = await open();
      await filter(page, "status >= 500 AND level = 'error' AND level <> 'info'");
      const remove = (condition: string) => page.getByRole('button', { name: `Remove ${condition}` });
      const held = async (wanted: string) => page.locator(`:focus:is([aria-label="${wanted}"])`).waitFor();
      await remove('status >= 500').press('Enter');
      await held("Remove level = 'error'");
      await remove("level <> 'info'").press('Enter');
      await held("Remove level = 'error'");
      await page.keyboard.press('Enter');
      await held('Filter');
      await areThere(page.locator('.chip'), 0);
    });

    it('selects a condition in the box by its chip', async () => {
      const page = await open();
      await filter(page, "status >= 500 AND level = 'error'");
      const chip = page.getByRole('button', { name: "Edit level = 'error'" });
      await chip.click();
      await page.keyboard.type("level = 'info'");
      await shows(page.locator('.cm-content'), "status >= 500 AND level = 'info'");
      // What the box holds by now is another query than the one that the chip is of.
      await chip.press('Enter');
      await shows(page.locator('.cm-content'), "status >= 500 AND level = 'error'");
      await page.keyboard.type('ok');
      await shows(page.locator('.cm-content'), 'status >= 500 AND ok');
      const context = page.locator('.chips').getAttribute('data-vscode-context');
      assert.match((await context) ?? '', /"preventDefaultContextMenuItems":true/);
    });

    // A slow engine answers after the page has gone back to the file.
    for (const delay of [0, 600]) {
      it(`keeps the selected record where it is when it is cleared, with an engine that takes ${delay} ms`, async () => {
        const page = await open({ delay });
        await filter(page, 'status >= 500');
        await page.locator('.chip').waitFor();
        await page.locator('.row .cell.number:visible').nth(3).click();
        await page.keyboard.press('PageDown');
        await page.keyboard.press('PageDown');
        await records(page);
        const before = await activeRow(page);
        assert(before);
        const { record } = before;
        await page.getByRole('button', { name: 'Clear All' }).click();
        await page.locator('.badge').waitFor({ state: 'detached' });
        // Up to here the rows may be those of the matches.
        await painted(page);
        const found = await page.waitForFunction((text) => {
          const row = document.querySelector('.row.active:not([hidden])');
          if (row?.querySelector('.gutter')?.textContent !== text) return undefined;
          return { y: row.getBoundingClientRect().y };
        }, record);
        const after = await found.jsonValue();
        assert(after);
        const all = await records(page);
        const place = all.indexOf(Number(record.replace(/,/g, '')));
        assert(place > 0 && all.at(place - 1) === Number(record.replace(/,/g, '')) - 1);
        // The line of counts above the grid is gone, so the grid has moved up.
        assert(Math.abs(after.y - before.y) < 60, `moved from ${before.y} to ${after.y}`);
      });
    }

    it('shows a match in context, and goes back to the matches', async () => {
      const page = await open();
      await filter(page, 'status >= 500');
      await page.locator('.chip').waitFor();
      const filtered = await records(page);
      await page.locator('.row:not([hidden]) .cell.number:visible').nth(20).click();
      await painted(page);
      const active = page.locator('.row.active .gutter');
      const record = (await active.textContent()) ?? '';
      const number = Number(record.replace(/,/g, ''));
      await page.evaluate(() => window.bed.obey({ order: 'command', command: { name: 'showInContext' } }));
      await page.getByText('Filter paused').waitFor();
      await rowOf(page, (number - 1).toLocaleString('en-US')).waitFor();
      await shows(active, record);
      await page.getByRole('button', { name: 'Back to the Matches' }).click();
      await rowOf(page, (number - 1).toLocaleString('en-US')).waitFor({ state: 'hidden' });
      assert.deepEqual(await records(page), filtered);
      await shows(active, record);
    });

    it('runs a query that the editor hands it, and asks about the rows that are shown', async () => {
      const page = await open();
      await filter(page, "level = 'info'");
      await page.locator('.chip').waitFor();
      const shown = 'status >= 500 AND ms > 10';
      await page.evaluate(
        (query) => window.bed.obey({ order: 'command', command: { name: 'showQuery', query } }),
        shown,
      );
      await page.locator('.chip').nth(1).waitFor();
      await shows(page.locator('.cm-content').first(), shown);
      await page.evaluate(() => window.bed.obey({ order: 'command', command: { name: 'askAboutFile' } }));
      assert.deepEqual(await lastCall(page, 'host/askAboutFile'), { query: shown });
    });

    it('has a button for the cluster that queries of the file ran on, beside Run', async () => {
      const page = await open();
      const again = page.getByRole('button', { name: 'Run on Spark: Production' });
      assert.equal(await again.count(), 0);
      await page.evaluate(() => window.bed.obey({ order: 'ranOnSpark', label: 'Production' }));
      await again.waitFor();
      await page.locator('.cm-content').click();
      await page.keyboard.type('status >= 500');
      await again.click();
      const asked = { query: 'status >= 500', again: true };
      assert.deepEqual(await lastCall(page, 'host/runOnSpark'), asked);
      assert.equal(await page.locator('.chip').count(), 0, 'nothing runs here');
      assert.deepEqual(await accessibilityFaults(page), []);
    });

    it('goes through the history with the arrows and back to the draft', async () => {
      const page = await open();
      await page.locator('.cm-content').click();
      await page.keyboard.type('ms > 1');
      await page.keyboard.press('Escape');
      await page.locator('.cm-content').focus();
      await page.keyboard.press('ArrowUp');
      await shows(page.locator('.cm-content'), /user\.country = 'DE'/);
      await page.keyboard.press('ArrowDown');
      await shows(page.locator('.cm-content'), 'ms > 1');
    });

    it('goes through the history from the query that was run last, in whatever way', async () => {
      const page = await open();
      const box = page.locator('.cm-content');
      for (const query of ['ms > 1', 'ms > 2', 'ms > 3']) {
        await filter(page, query);
        await page.getByRole('button', { name: `Edit ${query}` }).waitFor();
      }
      await box.focus();
      await page.keyboard.press('ArrowUp');
      await shows(box, 'ms > 2');
      await page.keyboard.press('ArrowUp');
      await shows(box, 'ms > 1');
      await page.getByRole('button', { name: 'Run (Enter)' }).click();
      await page.getByRole('button', { name: 'Edit ms > 1' }).waitFor();
      await box.focus();
      await page.keyboard.press('ArrowUp');
      await shows(box, 'ms > 3');
      await page.getByRole('button', { name: 'Clear All' }).click();
      await page.locator('.chip').waitFor({ state: 'detached' });
      await box.focus();
      await page.keyboard.press('ArrowUp');
      await shows(box, 'ms > 1');
    });

    it('keeps filters under a name', async () => {
      const page = await open();
      await page.locator('.cm-content').click();
      await page.keyboard.type('ms > 900');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Saved Filters and History' }).click();
      await page.getByRole('textbox', { name: 'Name for this filter' }).fill('Slow');
      await page.keyboard.press('Enter');
      await page.locator('.choice', { hasText: 'Slow' }).waitFor();
      const kept = (await lastCall(page, 'host/keepFilters')) as { saved: { name: string; query: string }[] };
      assert.deepEqual(kept.saved.at(-1), { name: 'Slow', query: 'ms > 900' });
    });

    it('has room for the numbers of records far down, however few match', async () => {
      const page = await open();
      await filter(page, 'few');
      await page.getByText('10 of 1,000,000,000 records match').first().waitFor();
      const cut = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('.row:not([hidden]) .gutter')]
            .filter((cell) => cell.scrollWidth > cell.clientWidth)
            .map((cell) => cell.textContent),
        );
      assert.equal((await records(page)).at(-1), 900_000_002);
      assert.deepEqual(await cut(), []);
    });

    it('says what went wrong with a query, and keeps the rows', async () => {
      const page = await open();
      await filter(page, 'boom');
      await page.getByText('input/output error').first().waitFor();
      assert.equal((await records(page)).at(0), 1);
    });

    it('says what was looked at when nothing matches', async () => {
      const page = await open();
      await filter(page, 'nothing');
      await page.getByText('No records match').waitFor();
      await page.getByText('Searched 1,000,000,000 records, 312.0 GB.').waitFor();
      await filter(page, 'stauts >= 500');
      await page.getByText('The last query matched no records').waitFor();
      await page.getByRole('button', { name: 'Clear Filter' }).click();
      await rowOf(page, '1').waitFor();
    });
  });

  describe('columns', () => {
    it('are resized by their edge, fitted by a double click, and by keys', async () => {
      const page = await open();
      const status = head(page, 'status');
      const box = await status.boundingBox();
      assert(box);
      const before = box.width;
      await page.mouse.move(box.x + box.width, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width + 80, box.y + 10, { steps: 4 });
      await page.mouse.up();
      await widthIs(page, before + 80);
      const edge = await status.boundingBox();
      assert(edge);
      await page.mouse.dblclick(edge.x + edge.width - 1, edge.y + 10);
      await page.waitForFunction((wide) => {
        const now = document
          .querySelector('.head[aria-colindex="4"]:not([hidden])')
          ?.getBoundingClientRect().width;
        return now !== undefined && now < wide;
      }, before + 40);
      const fitted = (await status.boundingBox())?.width ?? 0;
      await status.click();
      await page.keyboard.press('Alt+ArrowRight');
      await widthIs(page, fitted + 16);
    });

    it('come into sight as a whole where they are sorted by', async () => {
      const page = await open({ width: 600 });
      // The first rows make the columns as wide as they need.
      await painted(page);
      // At one moment: what one answer names may have moved before the next one.
      const cut = await page.evaluate(() => {
        const right = document.querySelector('.strip-clip')?.getBoundingClientRect().right ?? 0;
        for (const head of document.querySelectorAll('.strip .head:not([hidden])')) {
          const box = head.getBoundingClientRect();
          const name = head.querySelector('.head-name')?.textContent;
          if (name && box.left < right - 12 && box.right > right + 1) {
            return { name, right, x: Math.min(box.left + 20, right - 4), y: box.top + 10 };
          }
        }
        return undefined;
      });
      assert(cut, 'a column is cut');
      await page.mouse.click(cut.x, cut.y);
      await page.locator('.strip .head[aria-sort="ascending"]').filter({ hasText: cut.name }).waitFor();
      await page.waitForFunction(
        ({ name, right }) =>
          [...document.querySelectorAll('.strip .head:not([hidden])')].some(
            (head) =>
              head.querySelector('.head-name')?.textContent === name &&
              head.getBoundingClientRect().right <= right + 1,
          ),
        cut,
      );
    });

    const drag = async (page: Page, [fromX, fromY]: readonly [number, number], toX: number) => {
      await page.mouse.move(fromX, fromY);
      await page.mouse.down();
      await page.mouse.move(toX, fromY, { steps: 5 });
      await page.mouse.up();
    };

    it('are moved by dragging and by keys', async () => {
      const page = await open();
      const names = () =>
        page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('.strip .head:not([hidden])')]
            .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
            .map((element) => element.textContent),
        );
      const from = await head(page, 'status').boundingBox();
      const to = await head(page, 'ts').boundingBox();
      assert(from && to);
      await drag(page, [from.x + 40, from.y + 10], to.x + 30);
      await page.waitForFunction(
        () => document.querySelector('.strip .head[aria-colindex="2"]')?.textContent === 'status',
      );
      assert.deepEqual((await names()).slice(0, 3), ['status', 'ts', 'level']);
      await page.keyboard.press('Control+Shift+ArrowRight');
      await page.waitForFunction(
        () => document.querySelector('.strip .head[aria-colindex="2"]')?.textContent === 'ts',
      );
      assert.deepEqual((await names()).slice(0, 3), ['ts', 'status', 'level']);
    });

    it('stay as they were where Escape calls a drag off', async () => {
      const page = await open();
      const order = () =>
        page.locator('.strip .head:not([hidden])').evaluateAll((heads) =>
          heads.map((head) => {
            const { left, width } = head.getBoundingClientRect();
            return [head.textContent, left, width];
          }),
        );
      const before = await order();
      const from = await head(page, 'status').boundingBox();
      const to = await head(page, 'ts').boundingBox();
      assert(from && to);
      for (const [x, toX] of [
        [from.x + from.width, from.x + from.width + 80],
        [from.x + 40, to.x + 30],
        // Nor does a click that is called off sort.
        [from.x + 40, from.x + 40],
      ] as const) {
        await page.mouse.move(x, from.y + 10);
        await page.mouse.down();
        await page.mouse.move(toX, from.y + 10, { steps: 4 });
        await page.keyboard.press('Escape');
        await page.mouse.up();
        await page.evaluate(() => new Promise((painted) => requestAnimationFrame(painted)));
        assert.deepEqual(await order(), before);
      }
      await areThere(page.locator('.chip'), 0);
      await areThere(page.locator('.head-sort:visible'), 0);
      // The next drag is one again.
      await drag(page, [from.x + 40, from.y + 10], to.x + 30);
      await page.waitForFunction(
        () => document.querySelector('.strip .head[aria-colindex="2"]')?.textContent === 'status',
      );
    });

    it('sort by clicks and by keys, and the query says so', async () => {
      const page = await open();
      const text = page.locator('.cm-content');
      const sorts = (name: string) => head(page, name).getAttribute('aria-sort');
      await head(page, 'status').locator('.head-name').click();
      await shows(text, 'ORDER BY status');
      await page
        .getByText(/Sorted by status/)
        .first()
        .waitFor();
      assert.equal(await sorts('status'), 'ascending');
      await page.keyboard.press('Enter');
      await shows(text, 'ORDER BY status DESC');
      await page.locator('.head[aria-sort=descending]').waitFor();
      await head(page, 'method')
        .locator('.head-name')
        .click({ modifiers: ['Shift'] });
      await shows(text, 'ORDER BY status DESC, method');
      await head(page, 'method').getByTitle('Sorted in ascending order, key 2 of 2').waitFor();
      assert.deepEqual([await sorts('status'), await sorts('method')], ['descending', null]);
      await page.keyboard.press('Shift+Enter');
      await shows(text, 'ORDER BY status DESC, method DESC');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await shows(text, 'ORDER BY path');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await page.locator('.badge').waitFor({ state: 'detached' });
      await page.locator('.head[aria-sort]').waitFor({ state: 'detached' });
    });

    it('sort as fast as they are clicked, keep the filter, and are selected with Ctrl', async () => {
      const page = await open({ query: 3000 });
      const text = page.locator('.cm-content');
      await filter(page, "level = 'error'");
      await page.locator('.chip').waitFor();
      await head(page, 'status').locator('.head-name').dblclick();
      await shows(text, "level = 'error' |> ORDER BY status DESC");
      await head(page, 'path')
        .locator('.head-name')
        .click({ modifiers: ['Control'] });
      await page.locator('.head.selected', { hasText: 'path' }).waitFor();
      await head(page, 'level')
        .locator('.head-name')
        .click({ modifiers: ['Control', 'Shift'] });
      await page.waitForFunction(() => document.querySelectorAll('.head.selected').length === 4);
      await shows(text, "level = 'error' |> ORDER BY status DESC");
    });

    it('are hidden, shown, pinned and found by name', async () => {
      const page = await open({ file: 'wide' });
      await page.evaluate(() =>
        window.bed.obey({
          order: 'command',
          command: { name: 'column', action: 'hide', context: { column: 1, row: -1 } },
        }),
      );
      await head(page, 'feature_1').waitFor({ state: 'detached' });
      await page.evaluate(() =>
        window.bed.obey({
          order: 'command',
          command: { name: 'column', action: 'pin', context: { column: 5, row: -1 } },
        }),
      );
      await page.locator('.pinned-part .head', { hasText: 'feature_5' }).waitFor();
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.keyboard.type('feature_4321');
      await page.keyboard.press('Enter');
      await head(page, 'feature_4321').waitFor();
      await shows(page.locator('.pinned-part .head').first(), 'feature_5');
      await page.locator('.row .cell.pending:not([hidden])').first().waitFor({ state: 'detached' });
      const text = await page.locator('.row[aria-rowindex="2"] .cell.current:not([hidden])').textContent();
      assert.equal(text, 'r0c4321');
    });
  });

  describe('cells', () => {
    it('show null, empty, missing and malformed apart, and numbers as they stand', async () => {
      const page = await open({ file: 'kinds' });
      const value = (row: number) => page.locator(`.row[aria-rowindex="${row + 2}"] [aria-colindex="3"]`);
      const classes = new Set<string | null>();
      for (const row of [0, 1, 2, 3]) classes.add(await value(row).getAttribute('class'));
      assert.equal(classes.size, 4);
      await shows(value(4), '12345678901234567890');
      await shows(value(5), '1.10');
      assert.equal(await value(4).evaluate((cell) => getComputedStyle(cell).textAlign), 'right');
      assert.equal(await value(7).evaluate((cell) => getComputedStyle(cell).textAlign), 'left');
      assert.match((await value(12).textContent()) ?? '', /\u2026$/);
      await areThere(page.locator('.cell.malformed:visible'), 1);
      assert.equal(await value(2).getAttribute('aria-label'), 'missing');
    });

    it('are selected by pointer and keys, and copied', async () => {
      const page = await open();
      await page.locator('.row[aria-rowindex="2"] [aria-colindex="3"]').click();
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowDown');
      await page.getByText('2 \u00d7 2 cells selected').waitFor();
      await page.keyboard.press('Control+c');
      await page.getByText('Copied 4 cells').first().waitFor();
      const copied = (await lastCall(page, 'host/copy')) as { text: string };
      assert.match(copied.text, /^\w+\t\d+\n\w+\t\d+$/);
      await page.evaluate(() =>
        window.bed.obey({
          order: 'command',
          command: { name: 'cell', action: 'copyJson', context: { column: 1, row: 0 } },
        }),
      );
      await page.waitForFunction(() => {
        const call = window.bed.calls.findLast(({ method }) => method === 'host/copy');
        return JSON.stringify(call?.params).includes('[');
      });
      const json = (await lastCall(page, 'host/copy')) as { text: string };
      const rows = JSON.parse(json.text) as Record<string, unknown>[];
      assert.deepEqual(
        rows.map((row) => Object.keys(row)),
        [
          ['level', 'status'],
          ['level', 'status'],
        ],
      );
    });

    it('are copied whole where they are shown cut', async () => {
      const page = await open({ file: 'kinds' });
      await page.locator('.row[aria-rowindex="14"] [aria-colindex="3"]').click();
      await page.keyboard.press('Control+c');
      await page.getByText('Copied').first().waitFor();
      const copied = (await lastCall(page, 'host/copy')) as { text: string };
      assert.equal(copied.text.length, 4096);
    });

    it('tell the native menu what they are, and take its commands', async () => {
      const page = await open();
      const cell = page.locator('.row[aria-rowindex="3"] [aria-colindex="4"]');
      await cell.click({ button: 'right' });
      const context = JSON.parse((await cell.getAttribute('data-vscode-context')) ?? '{}') as Record<
        string,
        unknown
      >;
      assert.deepEqual(context, {
        webviewSection: 'cell',
        column: 2,
        row: 1,
        pinned: false,
        sorted: false,
        hides: false,
        preventDefaultContextMenuItems: true,
      });
      await page.evaluate(() =>
        window.bed.obey({
          order: 'command',
          command: { name: 'cell', test: 'above', context: { column: 2, row: 1 } },
        }),
      );
      await page.locator('.chip').waitFor();
      await shows(page.locator('.cm-content'), /^status > \d+$/);
      await head(page, 'level').click({ button: 'right' });
      const onHead = JSON.parse(
        (await head(page, 'level').getAttribute('data-vscode-context')) ?? '{}',
      ) as object;
      assert.deepEqual(
        { ...onHead },
        {
          webviewSection: 'header',
          column: 1,
          row: -1,
          pinned: false,
          sorted: false,
          hides: false,
          preventDefaultContextMenuItems: true,
        },
      );
    });
  });

  it('offers conditions in the native menu only where there is a value', async () => {
    const page = await open({ file: 'kinds' });
    const { contributes } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
    const whens = contributes.menus['webview/context'] ?? [];
    const offered = (section: string) =>
      whens
        .filter(({ when }) => when.includes(`'${section}'`) || new RegExp(`[(|]${section}[|)]`).test(when))
        .map(({ command }) => command);
    const sectionOf = async (target: Locator) => {
      await target.click({ button: 'right' });
      const context = JSON.parse((await target.getAttribute('data-vscode-context')) ?? '{}') as {
        webviewSection?: string;
      };
      return context.webviewSection;
    };
    assert.equal(await sectionOf(page.locator('.row:not([hidden]) .gutter').first()), 'record');
    assert.equal(await sectionOf(page.locator('.cell.malformed:visible')), 'record');
    assert.equal(await sectionOf(page.locator('.row .cell.number:visible').first()), 'cell');
    assert.equal(await sectionOf(page.locator('.row .cell.null:visible').first()), 'null');
    assert.equal(await sectionOf(page.locator('.row .cell.missing:visible').first()), 'null');
    assert(offered('null').includes('rowriver.cell.is-null'));
    assert(!offered('null').includes('rowriver.cell.above'));
    assert(offered('cell').includes('rowriver.cell.above'));
    assert(offered('record').includes('rowriver.cell.openRecord'));
    assert(!offered('record').includes('rowriver.cell.equals'));
  });

  describe('the record', () => {
    it('shows exact numbers and unfolds JSON inside of text', async () => {
      const page = await open();
      const line = (name: string) =>
        page.locator('.tree-line', { has: page.locator('.key').getByText(name, { exact: true }) });
      await line('trace')
        .locator('.value', { hasText: /^12345678901234\d{6}$/ })
        .waitFor();
      await line('payload').locator('.twisty').click();
      await line('items').locator('.twisty').click();
      await page.locator('.tree-line', { hasText: 'list of 1' }).waitFor();
      await page.locator('.tree-line[aria-level="5"], .tree-line[aria-level="4"]').first().waitFor();
    });

    it('is walked by keys, copies paths and adds to the filter', async () => {
      const page = await open();
      await page.locator('.tree-line').first().click();
      await page.locator('.tree-line').first().focus();
      for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowDown');
      const current = page.locator('.tree-line[tabindex="0"]');
      await shows(current, /^name/);
      await page.getByRole('button', { name: 'Copy Path' }).locator('visible=true').click();
      await page.waitForFunction(() => window.bed.calls.some(({ method }) => method === 'host/copy'));
      assert.deepEqual(await lastCall(page, 'host/copy'), { text: 'user.name' });
      await current.getByRole('button', { name: 'Add to Filter' }).click();
      await page.locator('.chip').waitFor();
      await shows(page.locator('.cm-content'), /^user\.name = '\w+'$/);
    });

    it('shows the fields of a delimited file by the types of their columns', async () => {
      const page = await open({ file: 'wide' });
      const line = (name: string) =>
        page.locator('.tree-line', { has: page.getByText(name, { exact: true }) });
      await line('feature_0').locator('.value.number').waitFor();
      await line('feature_1').locator('.value.text').waitFor();
    });

    it('goes to the next and the previous one', async () => {
      const page = await open();
      await page.getByRole('heading', { name: 'Record 1', exact: true }).waitFor();
      await page.getByRole('button', { name: /Next Record/ }).click();
      await page.getByRole('heading', { name: 'Record 2', exact: true }).waitFor();
      await page.keyboard.press('Alt+ArrowDown');
      await page.getByRole('heading', { name: 'Record 3', exact: true }).waitFor();
      await page.keyboard.press('Alt+ArrowUp');
      await page.getByRole('heading', { name: 'Record 2', exact: true }).waitFor();
    });
  });

  it('lists problems and jumps to them', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^Problems/ }).press('Enter');
    await page.locator('.problem:focus').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await areThere(page.locator('.problem[tabindex="0"]'), 1);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.row.active .gutter')?.textContent === '10,024');
    await shows(page.locator('.problem').first(), /Expected a comma/);
  });

  it('finds text in the whole file, forwards and backwards', async () => {
    const page = await open();
    await page.locator('.row .cell.number:visible').first().click();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('error');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.cell.current')?.textContent === 'error');
    const first = await page.locator('.row.active .gutter', { hasText: /\d/ }).textContent();
    const number = page.locator('.find-count');
    await number.filter({ hasText: /^[\d,]+ of 142,857,142$/ }).waitFor();
    const place = Number(/^\d+/.exec((await number.textContent()) ?? '')?.[0]);
    await page.keyboard.press('Enter');
    await number.filter({ hasText: new RegExp(`^${place + 1} of`) }).waitFor();
    await page.waitForFunction(
      (was) => document.querySelector('.row.active .gutter')?.textContent !== was,
      first,
    );
    await page.keyboard.press('Shift+Enter');
    await page.waitForFunction(
      (was) => document.querySelector('.row.active .gutter')?.textContent === was,
      first,
    );
    await page.keyboard.press('Escape');
    await page.locator('.find-bar').waitFor({ state: 'detached' });
    assert(await page.evaluate(() => document.activeElement?.closest('[role=grid]') !== null));
  });

  it('loses no key that is typed before the box is there that it is for', async () => {
    const page = await open();
    await page.locator('.row .cell.number:visible').first().click();
    const before = async (keys: string, typed: string) => {
      await page.evaluate(() => window.bed.delayKeys());
      await page.keyboard.press(keys);
      await page.keyboard.type(typed);
    };
    const answered = () => page.evaluate(() => window.bed.answerKeys());

    await before('Control+f', 'erxx');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await answered();
    const find = page.getByRole('textbox', { name: 'Find in file' });
    await page.waitForFunction(() => document.activeElement?.matches('.find-bar input'));
    await page.keyboard.type('ror');
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('.find-bar input')?.value === 'error',
    );
    await find.press('Enter');
    await page.waitForFunction(() => document.querySelector('.cell.current')?.textContent === 'error');
    await find.press('Escape');

    await before('Control+g', '50 %');
    await page.keyboard.press('Enter');
    await answered();
    await page.waitForFunction(
      () => document.querySelector('.row.active .gutter')?.textContent === '500,000,001',
    );

    await before('Control+l', 'status >= 500');
    await page.keyboard.press('Enter');
    await answered();
    await shows(page.locator('.matches'), /of 1,000,000,000 records match/);
    await shows(page.locator('.cm-content'), 'status >= 500');

    await page.locator('.row .cell.number:visible').first().click();
    await before('Control+Shift+O', 'lev');
    await answered();
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('.popover input')?.value === 'lev',
    );
    // What is typed in the grid for nothing goes nowhere.
    await page.keyboard.press('Escape');
    await page.locator('.row .cell.number:visible').first().click();
    await page.keyboard.type('nothing');
    await page.keyboard.press('Control+g');
    await page.keyboard.type('7');
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('.popover input')?.value === '7',
    );
  });

  it('goes to the next match once for each press of its key', async () => {
    const page = await open();
    await page.locator('.row .cell.number:visible').first().click();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('error');
    for (let press = 1; press <= 3; press++) {
      const from = await page.locator('.row.active .gutter', { hasText: /\d/ }).textContent();
      await page.keyboard.press('F3');
      await page.waitForFunction(
        (was) => document.querySelector('.row.active .gutter')?.textContent !== was,
        from,
      );
    }
    await page
      .locator('.find-count')
      .filter({ hasText: /^[\d,]+ of 142,857,142$/ })
      .waitFor();
    const asked = await page.evaluate(
      () => window.bed.calls.filter(({ method }) => method === 'find').length,
    );
    assert.equal(asked, 3);
  });

  it('goes to a record, a share of the file, and says where there is none', async () => {
    const page = await open();
    await page.locator('.row .cell.number:visible').first().click();
    for (const [typed, record] of [
      ['123,456,789', '123,456,789'],
      ['50%', '500,000,001'],
      ['b3120', '11'],
      ['2023-11-15', '46,717'],
    ] as const) {
      await page.keyboard.press('Control+g');
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (text) => document.querySelector('.row.active .gutter')?.textContent === text,
        record,
      );
    }
    await page.locator('.cell.current:visible', { hasText: '2023-11-15T00:00:00' }).waitFor();
    await page.keyboard.press('Control+g');
    await page.keyboard.type('2124-01-01');
    await page.keyboard.press('Enter');
    await page.getByText('There is no column of sorted times in this file.').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+g');
    await page.keyboard.type('99999999999');
    await page.keyboard.press('Enter');
    const missed = page.locator('.footer').getByText('No record 99,999,999,999. This is the last row.');
    await missed.waitFor();
    await page.keyboard.press('ArrowUp');
    await missed.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+g');
    await page.keyboard.type('the end');
    await page.keyboard.press('Enter');
    await page.getByText('This is not a record number, line, byte, percentage or time.').waitFor();
  });

  it('begins in the grid, and shows the whole value of a cell', async () => {
    const page = await open({ file: 'kinds' });
    await page.waitForFunction(() => document.activeElement?.classList.contains('cell'));
    await page.keyboard.press('ArrowRight');
    for (let row = 1; row < 10; row++) await page.keyboard.press('ArrowDown');
    await page.locator('.cell.current.json:visible').waitFor();
    await page.keyboard.press('Enter');
    const value = page.getByRole('dialog', { name: 'Value of value' });
    await value.getByRole('treeitem').first().waitFor();
    assert.match((await value.textContent()) ?? '', /list of 3/);
    await page.keyboard.press('Escape');
    await value.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.classList.contains('cell'));
  });

  it('follows the column of the grid in the record, and searches the record', async () => {
    const page = await open();
    const detail = page.getByRole('region', { name: 'Record' });
    await detail.getByRole('treeitem').nth(3).waitFor();
    for (let lane = 0; lane < 5; lane++) await page.keyboard.press('ArrowRight');
    await detail.locator('[aria-selected=true] .key').filter({ hasText: 'name' }).waitFor();
    await detail.getByRole('searchbox').fill('COUNTRY');
    await detail.getByRole('treeitem').nth(3).waitFor({ state: 'detached' });
    await textsAre(detail.locator('.key'), ['user', 'country']);
    await textsAre(detail.locator('mark'), ['country']);
    await detail.getByRole('searchbox').fill('user');
    await detail.locator('.key', { hasText: 'name' }).waitFor();
    await detail.getByRole('searchbox').fill('no such word');
    await detail.getByText('No matches').waitFor();
  });

  it('has the same words in the menu of a header as the editor has', async () => {
    const { contributes } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
    const words = JSON.parse(await readFile('package.nls.json', 'utf8')) as Partial<Record<string, string>>;
    const editors = (contributes.menus['webview/context'] ?? [])
      .filter(({ when }) => when.includes("'header'") && !when.includes('&& pinned'))
      .map(({ command }) => words[command.replace('rowriver.', 'command.')]?.replace('...', '\u2026'));
    const page = await open();
    await head(page, 'status').hover();
    await head(page, 'status').locator('.head-menu').click();
    const own = await page.locator('[role=menuitem] .menu-label').allTextContents();
    assert.deepEqual(own, editors);
  });

  it('asks before it runs a query again that took long', async () => {
    const page = await open();
    await filter(page, "level = 'error'");
    await page.locator('.badge').waitFor();
    await page.locator('.danger').waitFor({ state: 'detached' });
    await painted(page);
    await page.evaluate(() => {
      const state = JSON.parse(sessionStorage.getItem('state') ?? '{}') as Record<string, unknown>;
      sessionStorage.setItem('state', JSON.stringify({ ...state, took: 72_000 }));
    });
    await page.reload();
    await page.getByText('The query was not run again: it took 1 min 12 s last time.').waitFor();
    await shows(page.locator('.cm-content'), "level = 'error'");
    await rowOf(page, '1').waitFor();
    assert(!(await page.evaluate(() => window.bed.calls.some(({ method }) => method === 'run'))));
    await page.getByRole('button', { name: 'Run Again' }).click();
    await page.getByText('Filtered', { exact: true }).waitFor();
    await page.getByText('The query was not run again').waitFor({ state: 'detached' });
  });

  describe('states', () => {
    it('leaves the columns in sight where there are no rows, and claims nothing of an empty file', async () => {
      const page = await open({ file: 'empty' });
      await page.getByText('The file is empty').waitFor();
      const inSight = () =>
        page.evaluate(() => {
          const head = document.querySelector('.head:not(.gutter)')?.getBoundingClientRect();
          return head && document.elementFromPoint(head.x + 20, head.y + 10)?.closest('.head') !== null;
        });
      assert(await inSight());
      await areThere(page.locator('.empty-state p:not(.actions)'), 0);
      await areThere(page.locator('.footer button'), 0);
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await filter(page, 'nothing');
      await page.getByText('No records match').waitFor();
      assert(await inSight());
    });

    for (const [file, words] of [
      ['denied', 'permission denied'],
      ['empty', 'The file is empty'],
    ] as const) {
      it(`says so when the file is ${file}`, async () => {
        const page = await open({ file });
        await page.getByText(words).waitFor();
        await page.getByRole('button', { name: 'Open as Text' }).click();
        assert(
          await page.evaluate(() => window.bed.calls.some(({ method }) => method === 'host/openAsText')),
        );
      });
    }

    it('keeps the query when the changed file is reloaded', async () => {
      const page = await open();
      await filter(page, 'status >= 500');
      await page.locator('.chip').waitFor();
      await page.evaluate(() => window.bed.obey({ order: 'state', state: { phase: 'changed' } }));
      await page.getByRole('button', { name: 'Reload with Filter' }).click();
      await page.locator('.banner').waitFor({ state: 'detached' });
      await page.waitForFunction(
        () => window.bed.calls.filter(({ method }) => method === 'run').length === 2,
      );
      assert.deepEqual(await lastCall(page, 'run'), { query: 'status >= 500' });
    });

    it('tells that the file is gone', async () => {
      const page = await open();
      await page.evaluate(() => window.bed.obey({ order: 'state', state: { phase: 'gone' } }));
      await page.getByText('The file was deleted, moved or renamed.').waitFor();
    });

    it('tries again where the file could not be read on', async () => {
      const page = await open();
      await page.evaluate(() =>
        window.bed.obey({
          order: 'state',
          state: { phase: 'failed', said: { text: 'Input/output error.', values: [] } },
        }),
      );
      await page.getByRole('button', { name: 'Try Again' }).click();
      await page.getByText('Input/output error.').waitFor({ state: 'hidden' });
      assert.deepEqual(await lastCall(page, 'retry'), { view: 0 });
    });

    it('tries again where a query could not be run on, on top of the matches that it has', async () => {
      const page = await open({ file: '3000' });
      await filter(page, 'halfway');
      await page.getByText('The file could not be read on at byte 1,048,576.').waitFor();
      const before = await records(page);
      await page.getByRole('button', { name: 'Try Again' }).click();
      await page.locator('.matches').waitFor();
      assert.deepEqual(await lastCall(page, 'retry'), { view: 1 });
      assert.deepEqual(await records(page), before);
      await page.locator('[role=grid]:not([aria-rowcount="-1"])').waitFor();
    });

    it('tells that the engine was started anew, and is where it was', async () => {
      const page = await open();
      await filter(page, 'status >= 500');
      await page.locator('.chip').waitFor();
      await page.locator('.row .cell.number:visible').nth(4).click();
      for (let step = 0; step < 3; step++) await page.keyboard.press('PageDown');
      const before = await records(page);
      // Until its record has come, it has no number.
      const active = await page.locator('.row.active .gutter', { hasText: /\d/ }).textContent();
      await page.evaluate(() => window.bed.obey({ order: 'restart', message: 'The engine was restarted.' }));
      await page.getByText('The engine was restarted.').waitFor();
      await page.waitForFunction(
        () => window.bed.calls.filter(({ method }) => method === 'run').length === 2,
      );
      await page.waitForFunction(
        (text) => document.querySelector('.row.active .gutter')?.textContent === text,
        active,
      );
      const after = await records(page);
      // The banner above the grid takes the place of a row or two.
      assert.deepEqual(after, before.slice(0, after.length));
    });

    it('has one element for the active row, however far it jumps', async () => {
      const page = await open();
      await page.locator('.row .cell.number:visible').first().click();
      for (let step = 0; step < 12; step++) {
        const [key, row] = step % 2 === 0 ? ['Control+End', '1000000001'] : ['Control+Home', '2'];
        await page.keyboard.press(key);
        await page.locator(`.row.active:not([hidden])[aria-rowindex="${row}"]`).waitFor();
        await areThere(page.locator('.row.active'), 1);
      }
    });

    it('takes columns and rows that are seen later, without moving', async () => {
      const page = await open({ file: '1000' });
      await page.locator('.row .cell.number:visible').first().click();
      await page.keyboard.press('PageDown');
      const before = await records(page);
      await page.evaluate(() => {
        window.bed.obey({ order: 'state', state: { records: 5000, exact: false, phase: 'indexing' } });
        window.bed.obey({ order: 'columns' });
      });
      await page.getByText('about 5,000 records').waitFor();
      assert.deepEqual(await records(page), before);
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.locator('.choice', { hasText: 'late' }).waitFor();
    });
  });

  it('comes back as it was: query, columns, place, selection', async () => {
    const page = await open();
    await filter(page, 'status >= 500');
    await page.locator('.chip').waitFor();
    await page.evaluate(() =>
      window.bed.obey({
        order: 'command',
        command: { name: 'column', action: 'hide', context: { column: 1, row: -1 } },
      }),
    );
    await page.locator('.row .cell.number:visible').nth(4).click();
    for (let step = 0; step < 3; step++) await page.keyboard.press('PageDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('2 \u00d7 2 cells selected').waitFor();
    const before = await records(page);
    await page.waitForFunction(
      (row) => JSON.stringify(window.bed.state ?? {}).includes(`"row":${row}`),
      await page.evaluate(
        () => Number(document.querySelector('.row.active')?.getAttribute('aria-rowindex')) - 2,
      ),
    );
    await page.reload();
    await page.locator('.chip').waitFor();
    await page.waitForFunction(
      (first) => {
        const texts = [...document.querySelectorAll('.row:not([hidden]) .gutter')].map(
          (cell) => cell.textContent,
        );
        return texts.includes(first.toLocaleString('en-US'));
      },
      before.at(3) ?? 0,
    );
    assert.deepEqual(await records(page), before);
    await page.getByText('2 \u00d7 2 cells selected').waitFor();
    await areThere(head(page, 'level'), 0);
    await shows(page.locator('.cm-content'), 'status >= 500');
  });

  it('comes back to the last row', async () => {
    const page = await open({ file: '1000', query: 0 });
    await filter(page, 'status >= 500');
    await page.locator('[role=grid]:not([aria-rowcount="-1"])').waitFor();
    await page.locator('.row .cell.number:visible').first().click();
    await page.keyboard.press('ControlOrMeta+End');
    const last = await page.getByRole('grid').getAttribute('aria-rowcount');
    const active = page.locator(`.row.active[aria-rowindex="${last}"]`);
    await active.waitFor();
    const before = await records(page);
    await page.reload();
    await page.locator('.chip').waitFor();
    await active.waitFor();
    assert.deepEqual(await records(page), before);
  });

  it('comes back to the match whose context was shown', async () => {
    const page = await open({ file: '1000', query: 0 });
    await filter(page, 'status >= 500');
    await page.locator('[role=grid]:not([aria-rowcount="-1"])').waitFor();
    await page.locator('.row[aria-rowindex="9"] .cell.number:visible').first().click();
    const numbers = () => page.locator('.row.active .gutter').innerText();
    const match = await numbers();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Show in Context' }).click();
    await page.getByText('Filter paused').waitFor();
    await page.locator(`.row.active[aria-rowindex="${Number(match) + 1}"]`).waitFor();
    await page.reload();
    await page.locator('.chip').waitFor();
    await page.locator('.row.active[aria-rowindex="9"]').waitFor();
    assert.equal(await numbers(), match);
  });

  it('stays where its reader has scrolled to while the rows come back', async () => {
    const page = await open({ query: 4000 });
    await filter(page, 'status >= 500');
    await page.locator('[role=grid][aria-rowcount="-1"]').waitFor();
    await page.locator('[role=grid]:not([aria-rowcount="-1"])').waitFor();
    await page.locator('.row .cell.number:visible').first().click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.locator('.row.active .cell:focus').waitFor();
    await page.reload();
    // The first of the matches is not the first record.
    const first = page.locator('.row[aria-rowindex="2"]', { has: page.locator('.cell:not(.pending)') });
    await first.locator('.gutter').filter({ hasNotText: /^1?$/ }).hover();
    await page.mouse.wheel(0, 400);
    await page.locator('[role=grid]:not([aria-rowcount="-1"])').waitFor();
    // What is kept is the earlier place as long as the page is on its way there, and then the one where it is.
    await page.mouse.wheel(0, 40);
    await page.waitForFunction(() => {
      const { top } = (window.bed.state as { place: { top: number } }).place;
      return top > 0 && top < 1000;
    });
    assert((await records(page)).every((record) => record < 10_000));
  });

  it('keeps the active row in sight when something takes room from the grid', async () => {
    const page = await open({ file: '1000' });
    await page.locator('.row .cell.number:visible').first().click();
    await page.keyboard.press('ControlOrMeta+End');
    const active = page.locator('.row.active[aria-rowindex="1001"]');
    await active.waitFor();
    await page.evaluate(() =>
      window.bed.obey({
        order: 'state',
        state: { phase: 'changed', said: { text: 'The file has changed.', values: [] } },
      }),
    );
    await page.getByText('The file has changed.').first().waitFor();
    await painted(page);
    const edge = await page
      .locator('.scroller')
      .evaluate((scroller) => scroller.getBoundingClientRect().bottom);
    const row = await active.evaluate((element) => element.getBoundingClientRect().bottom);
    assert(row > 0 && row <= edge, `it ends at ${row}, the pane at ${edge}`);
  });

  it('keeps each place at once, for the tab may be hidden the next moment', async () => {
    const page = await open();
    await page.locator('.row .cell.number:visible').first().click();
    const kept = await page.evaluate(async () => {
      for (let press = 0; press < 3; press++) {
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }),
        );
      }
      await Promise.resolve();
      return JSON.stringify(window.bed.state);
    });
    assert.match(kept, /"row":3,/);
  });

  it('lets no form and no base address lead out of it', async () => {
    const page = await open();
    const refused = await page.evaluate(async () => {
      const found: string[] = [];
      const both = new Promise<void>((resolve) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          found.push(effectiveDirective);
          if (found.length === 2) resolve();
        });
      });
      document.head.append(
        Object.assign(document.createElement('base'), { href: 'https://elsewhere.example/' }),
      );
      const form = Object.assign(document.createElement('form'), { action: 'https://elsewhere.example/' });
      document.body.append(form);
      form.submit();
      await both;
      return found.sort();
    });
    assert.deepEqual(refused, ['base-uri', 'form-action']);
  });

  it('listens to messages of its own origin alone', async () => {
    const page = await open();
    await page.evaluate(() => {
      const told = (origin: string, message: string) => {
        const data = { type: 'event', name: 'restarted', value: { message } };
        window.dispatchEvent(new MessageEvent('message', { data, origin }));
      };
      told(window.origin, 'From the editor.');
      told('https://elsewhere.example', 'From elsewhere.');
    });
    await shows(page.locator('.banner span'), 'From the editor.');
    await painted(page);
    await areThere(page.getByText('From elsewhere.'), 0);
  });

  it('shows hostile text as text, and runs none of it', async () => {
    const page = await open({ file: 'hostile' });
    const violations = await page.evaluateHandle(() => {
      const seen: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => seen.push(event.violatedDirective));
      return seen;
    });
    for (let step = 0; step < 16; step++) {
      await page
        .locator(`.row[aria-rowindex="${step + 2}"] .cell:visible`)
        .nth(1)
        .click();
      await page.getByRole('heading', { name: `Record ${step + 1}`, exact: true }).waitFor();
    }
    await page.getByRole('button', { name: /^Problems/ }).click();
    await page.locator('.problem').first().waitFor();
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    await areThere(page.locator('#app img:not(.cm-widgetBuffer), #app svg, #app script, #app b'), 0);
    assert.deepEqual(await violations.jsonValue(), []);
    const shown = await page.locator('#app').textContent();
    assert.doesNotMatch(
      shown ?? '',
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/,
    );
    assert.match(shown ?? '', /\u27e8RLO\u27e9/);
  });

  describe('axe finds nothing', () => {
    const axe = async (page: Page) => assert.deepEqual(await accessibilityFaults(page), []);

    for (const theme of ['dark', 'light', 'contrast'] as Theme[]) {
      it(`in the ${theme} theme`, async () => {
        const page = await open({ theme });
        await axe(page);
        await filter(page, "status >= 500 AND level = 'error'");
        await page.locator('.chip').first().waitFor();
        await page.locator('.row .cell.number:visible').nth(4).click();
        await page.keyboard.press('Shift+ArrowDown');
        await page.keyboard.press('Control+f');
        await page.locator('.find-bar').waitFor();
        await axe(page);
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: /^Problems/ }).click();
        await page.locator('.problem').first().waitFor();
        await page.getByRole('button', { name: 'Columns' }).click();
        await axe(page);
        await page.keyboard.press('Escape');
        await page.locator('.cm-content').click();
        await page.keyboard.press('Control+a');
        await page.keyboard.type('stauts');
        await page.getByText('Did you mean status?').first().waitFor();
        await axe(page);
      });

      it(`over every kind of cell in the ${theme} theme`, async () => {
        const page = await open({ theme, file: 'kinds' });
        await page.locator('.cell.malformed:visible').click();
        await axe(page);
        await page
          .locator('.head:not([hidden])')
          .nth(1)
          .click({ modifiers: ['Control'] });
        await page.keyboard.press('Alt+ArrowDown');
        await page.getByRole('menu').waitFor();
        await axe(page);
      });
    }
  });
});
