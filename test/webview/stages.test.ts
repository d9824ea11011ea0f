/** What each stage of a query or an export takes, through the real page over the real engine. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { accessibilityFaults } from '../support/axe.ts';
import { enterQuery } from './bed/grid.ts';
import { RealBed, type Look } from './bed/realBed.ts';
import type { RealEngine } from './bed/realEngine.ts';

const themes = ['dark', 'light', 'contrast'] as const;
const ofQuery = 'Stages of the query';
const ofExport = 'Stages of the export to out.csv';

describe('webview/stages', () => {
  let bed: RealBed;
  let folder: string;
  let file: string;
  let fails: string;
  let hangs: string;

  before(async () => {
    bed = await RealBed.open('stages');
    ({ folder } = bed);
    file = join(folder, 'stages.jsonl');
    fails = join(folder, 'fails.mjs');
    hangs = join(folder, 'hangs.mjs');
    const lines = Array.from({ length: 40 }, (_, n) => (n === 1 ? '{"n":\n' : `{"n":${n}}\n`));
    await writeFile(file, lines.join(''));
    await writeFile(
      fails,
      "export function stage(row) { if (row.n % 7 === 3) throw new Error('three'); return { twice: 2 * row.n }; }\n",
    );
    await writeFile(hangs, 'export function stage() { for (;;); }\n');
  });
  after(() => bed.close());

  const shown = (look: Look, work: (page: Page, engine: RealEngine) => Promise<void>): Promise<void> =>
    bed.shown(look, async (page, engine) => {
      await engine.open(file, {});
      await work(page, engine);
    });

  const band = (page: Page, title: string): Locator => page.getByRole('region', { name: title, exact: true });
  const button = (page: Page): Locator => page.getByRole('button', { name: 'Stages', exact: true });

  async function textsOf(page: Page, title: string): Promise<string[]> {
    const texts = await band(page, title).getByRole('listitem').allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  }

  /** "Read: 40 in → 39 out". */
  function rowsOf(texts: readonly string[]): string[] {
    return texts.map((text) => text.replace(/^(.*?)(?: slowest)? ([\d,]+ in → [\d,]+ out).*$/, '$1: $2'));
  }

  for (const theme of themes) {
    it(`are boxes with what went in and out of them, the slowest one named (${theme})`, async () => {
      await shown({ width: theme === 'dark' ? 1400 : 600, theme }, async (page) => {
        await enterQuery(page, `n >= 3 |> CALL '${fails}' |> ORDER BY twice DESC |> LIMIT 10`);
        await page.locator('.matches', { hasText: /^10 rows/ }).waitFor();
        await button(page).focus();
        await page.keyboard.press('Enter');
        await band(page, ofQuery).waitFor();
        assert.equal(await button(page).getAttribute('aria-expanded'), 'true');
        const texts = await textsOf(page, ofQuery);
        assert.deepEqual(rowsOf(texts), [
          'Read: 40 in → 39 out',
          'WHERE: 39 in → 37 out',
          'CALL: 37 in → 31 out',
          'ORDER BY: 31 in → 10 out',
          'LIMIT: 10 in → 10 out',
          'Keep rows: 10 in → 10 out',
        ]);
        assert.match(texts[0], /1 malformed \(3%\)/);
        assert.match(texts[2], /6 failed \(16%\)/);
        assert.ok(texts.every((text) => text.includes('of the time')));
        const slowest = texts.filter((text) => text.includes(' slowest '));
        assert.equal(slowest.length, 1);
        const name = slowest[0].slice(0, slowest[0].indexOf(' slowest '));
        await band(page, ofQuery).getByRole('status').getByText(`Slowest: ${name} (`).waitFor();
        const hidden = await page.locator('.stages').evaluate((list) => list.scrollWidth - list.clientWidth);
        assert.equal(hidden, 0);
        assert.deepEqual(await accessibilityFaults(page), []);
        await band(page, ofQuery).getByRole('button', { name: 'Close' }).click();
        await page.locator('.stage-band').waitFor({ state: 'detached' });
      });
    });
  }

  it('are there while a query runs, and stand still once it is cancelled', async () => {
    await shown({ width: 900 }, async (page) => {
      await enterQuery(page, `|> CALL '${hangs}'`);
      await button(page).click();
      await band(page, ofQuery)
        .getByText(/^running: /)
        .waitFor();
      await page.locator('.stage', { hasText: '40 in → 39 out' }).waitFor();
      assert.equal(await band(page, ofQuery).getByRole('status').innerText(), '');
      await page.getByRole('button', { name: 'Cancel', description: 'Cancel' }).click();
      await band(page, ofQuery)
        .getByText(/^cancelled: /)
        .waitFor();
      await page.locator('.stage', { hasText: '40 in → 39 out' }).waitFor();
    });
  });

  it('say so where rows are made when they are shown', async () => {
    await shown({ width: 900 }, async (page) => {
      await enterQuery(page, 'n >= 3 |> EXTEND 2 * n AS twice');
      await button(page).click();
      await page.locator('.stage', { hasText: /EXTEND.*37 in → 37 out.*made when they are shown/ }).waitFor();
    });
  });

  it('of an export are shown from the foot of the page, until the next query', async () => {
    await shown({ width: 900 }, async (page, engine) => {
      engine.user.target = join(folder, 'out.csv');
      const start = page.getByRole('button', { name: 'Export…', exact: true });
      const foot = page.locator('.footer');
      await enterQuery(page, `|> CALL '${hangs}' |> SELECT n`);
      // The query is the one that is exported once something of it is shown.
      await page.locator('.badge').waitFor();
      await start.click();
      await foot.getByRole('button', { name: /^Exporting to out\.csv/ }).click();
      await band(page, ofExport)
        .getByText(/^running: /)
        .waitFor();
      assert.match((await textsOf(page, ofExport)).at(-1) ?? '', /^Write /);
      engine.cancelExport();
      await band(page, ofExport)
        .getByText(/^cancelled: /)
        .waitFor();
      await foot.getByRole('button', { name: 'Export to out.csv cancelled' }).waitFor();
      assert.deepEqual(await accessibilityFaults(page), []);

      await enterQuery(page, 'n >= 3');
      await page.locator('.matches', { hasText: /^37 / }).waitFor();
      await page.locator('.exported').waitFor({ state: 'detached' });
      await start.click();
      await foot.getByRole('button', { name: 'Exported to out.csv' }).click();
      await band(page, ofExport)
        .getByText(/^done: /)
        .waitFor();
      assert.deepEqual(rowsOf(await textsOf(page, ofExport)).slice(-3), [
        'Read: 40 in → 39 out',
        'WHERE: 39 in → 37 out',
        'Write: 37 in → 37 out',
      ]);
      await band(page, ofExport).getByRole('button', { name: 'Close' }).click();
      await page.locator('.exported').waitFor({ state: 'detached' });
    });
  });

  it('are not there where nothing was read', async () => {
    const page = await bed.server.open({});
    await enterQuery(page, 'few');
    await page.locator('.badge').waitFor();
    await page.getByRole('button', { name: 'Run (Enter)', exact: true }).waitFor();
    await button(page).click();
    await band(page, ofQuery).getByText('Nothing was read for these rows').waitFor();
    await page.context().close();
  });
});
