/** Plots, panel and DESCRIBE of files that are hard on statistics, through the real page over the real engine. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from '../support/axe.ts';
import {
  asCsv,
  asJsonl,
  badFiles,
  csvText,
  differentTexts,
  lateColumns,
  longCells,
  manyColumns,
  type BadFile,
} from '../support/badFiles.ts';
import { areThere, enterQuery, gridAt } from './bed/grid.ts';
import { RealEngine } from './bed/realEngine.ts';
import { startBed, type BedServer } from './bed/server.ts';

const files: readonly BadFile[] = [
  ...badFiles(15),
  lateColumns(15),
  longCells(3),
  differentTexts(20_000),
  manyColumns(5000, 3),
];

describe('webview/plots of files that are hard on statistics', () => {
  let bed: BedServer;
  let engine: RealEngine;
  let page: Page;
  let folder: string;
  const errors: Error[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-bad-'));
    bed = await startBed();
    ({ page, engine } = await RealEngine.onBed(bed, folder, { width: 1400 }));
    page.on('pageerror', (error) => errors.push(error));
  });
  after(async () => {
    await engine.close();
    await bed.close();
    await rm(folder, { recursive: true });
  });

  for (const format of ['jsonl', 'csv'] as const) {
    for (const [number, file] of files.entries()) {
      it(`${file.name}, as ${format}`, async () => {
        const path = join(folder, `${number}.${format}`);
        const text = format === 'csv' ? asCsv(file) : asJsonl(file);
        await writeFile(path, text);
        await enterQuery(page, '');
        await engine.open(path, {});
        const { rows, columns } = file;
        const counted = `${rows.length.toLocaleString('en-US')} record`;
        await page.locator('.footer', { hasText: new RegExp(`(^|\\D)${counted}`) }).waitFor();
        if (rows.length > 0) {
          const plots = page.getByRole('button', { name: 'Column Plots' });
          if ((await plots.getAttribute('aria-pressed')) === 'false') await plots.click();
          await page
            .locator('.head:not([hidden]) .head-name')
            .getByText(columns[0], { exact: true })
            .waitFor();
          const { rows: shown } = await gridAt(page, 0);
          const [cell] = rows[0];
          const expected = cell === undefined || cell === 'null' ? '' : csvText(cell);
          if (expected !== '') assert.equal(shown[0].cells.find(({ text }) => text !== '')?.text, expected);
          // Each column in sight has its figures, exact in the end.
          await page.waitForFunction(() => {
            const heads = [...document.querySelectorAll('.head:not([hidden])')];
            const plots = heads.filter((head) => head.querySelector('.head-name')?.textContent);
            return (
              plots.length > 0 &&
              plots.every((head) => head.querySelector('.plot')) &&
              document.querySelector('.plot-partial, .plot.stale') === null
            );
          });
          const drawn = await page.locator('.head:not([hidden]) .plot').allInnerTexts();
          if (file.name === 'one value') assert.ok(drawn.some((words) => words.trim() === '2024-01-01'));
          const own: readonly string[] = text.match(/NaN|Infinity/g) ?? [];
          for (const words of drawn)
            for (const [odd] of words.matchAll(/NaN|undefined|Infinity/g))
              assert.ok(own.includes(odd), words);
        }
        await page.mouse.move(0, 0);
        assert.deepEqual(await accessibilityFaults(page), []);
        await areThere(page.locator('.fault'), 0);
        assert.deepEqual(errors, []);
        if (process.env.ROWRIVER_PICTURES !== undefined)
          await page.screenshot({ path: join(process.env.ROWRIVER_PICTURES, `${number}-${format}.png`) });
      });
    }
  }
});
