/** Rows that cannot be computed: the grid says why in their place, and shows the others. */
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

const query = '|> EXTEND repeat(word, 9000000) AS long |> EXTEND 1 AS one';
const why = 'repeat would make more than 16,777,216 characters, which is the maximum.';

describe('webview of rows that fail', function () {
  this.timeout(120_000);
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;

  before(async () => {
    real = await RealPage.open('failing', { width: 900 });
    ({ page, engine } = real);
    const path = join(real.folder, 'words.jsonl');
    // Only two letters are too long so often.
    const words = Array.from({ length: 300 }, (_, at) => (at === 2 || at === 295 ? 'ab' : ''));
    await writeFile(path, words.map((word, id) => `${JSON.stringify({ id, word })}\n`).join(''));
    await engine.open(path, {});
    await page.locator('.footer', { hasText: '300 records' }).waitFor();
    await gridAt(page, 0);
    await enterQuery(page, query);
    await page.locator('.head:not([hidden]) .head-name', { hasText: 'one' }).waitFor();
  });
  after(() => real.close());

  for (const share of [0, 1]) {
    it(`says why in the place of the row, and shows those around it, at ${share}`, async () => {
      const { rows } = await gridAt(page, share);
      const expected = share === 0 ? 2 : 295;
      assert.equal(rows.find(({ index }) => index === expected)?.raw, why);
      for (const { index, raw, cells } of rows.filter((row) => row.index !== expected)) {
        assert.equal(raw, undefined, `row ${index}`);
        assert.deepEqual(
          cells.map(({ text }) => text),
          [String(index), '""', '""', '1'],
        );
      }
    });
  }

  it('does not copy them as if they were empty, and shows why where their cells are opened', async () => {
    await gridAt(page, 0);
    await page.locator('.row[aria-rowindex="2"] .cell[aria-colindex="2"]:not([hidden])').click();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+c');
    await page.locator('.footer', { hasText: why }).waitFor();
    await page.locator('.row[aria-rowindex="4"] .cell.failed:not([hidden])').click();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText(why).waitFor();
    await page.keyboard.press('Escape');
  });

  it('says why rows do not come that the file has lost', async () => {
    const path = join(real.folder, 'lost.jsonl');
    const count = 60_000;
    await writeFile(
      path,
      Array.from({ length: count }, (_, id) => `{"id":${id},"text":"some words"}\n`).join(''),
    );
    await engine.open(path, {});
    await enterQuery(page, '');
    await page.locator('.footer', { hasText: '60,000 records' }).waitFor();
    await gridAt(page, 0);
    await truncate(path, 100);
    await page.locator('.scroller').evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight / 2));
    const why = /^\S+lost\.jsonl has changed since it was opened/;
    await page.locator('.row:not([hidden]) .cell.failed', { hasText: why }).first().waitFor();
  });
});
