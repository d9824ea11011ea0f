/** Takes the pictures of plots that the README and the walkthrough show: `node test/vscode/page.mjs --pictures`. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { enterQuery } from './bed/grid.ts';
import { RealEngine } from './bed/realEngine.ts';
import { startBed, type BedServer, type OpenOptions } from './bed/server.ts';

const bytes = 20e6;
/** Where the pictures go; another folder to look at them in all themes and widths first. */
const target = process.env.ROWRIVER_PICTURES ?? 'media';
const isOfAll = process.env.ROWRIVER_PICTURES !== undefined;

describe('webview/pictures', () => {
  let bed: BedServer;
  let folder: string;
  let sample: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-pictures-'));
    sample = join(folder, 'requests.jsonl');
    await promisify(execFile)(process.execPath, ['dist/sample.js', sample, String(bytes)]);
    await mkdir(target, { recursive: true });
    bed = await startBed();
  });
  after(async () => {
    await bed.close();
    await rm(folder, { recursive: true });
  });

  async function taken(
    name: string,
    look: Pick<OpenOptions, 'width' | 'height' | 'scale' | 'theme'>,
    prepare: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { page, engine } = await RealEngine.onBed(bed, folder, look);
    try {
      await engine.open(sample, {});
      await page.locator('.footer', { hasText: /^\d[\d,]+ records/ }).waitFor();
      await prepare(page);
      await page.mouse.move(0, 0);
      await page.waitForFunction(
        () =>
          document.querySelector('.plot-partial, .stale, .pending') === null &&
          !/still reading|stacking/.test(document.body.innerText),
      );
      await page.screenshot({ path: join(target, `${name}.png`) });
    } finally {
      await engine.close();
      await page.context().close();
    }
  }

  async function plots(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Column Plots' }).click();
    await enterQuery(page, 'bytes > 40000');
    await page.locator('.head:not([hidden]) .plot .of-whole').first().waitFor();
  }

  async function everything(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Show Rows over Time' }).click();
    await plots(page);
    await page.getByRole('button', { name: 'Column', exact: true }).click();
    await page.getByLabel('stacked by').selectOption('method');
    await page.locator('.time-band .legend').getByText('DELETE').waitFor();
    await page
      .locator('.row .cell', { hasText: /^(GET|POST|PUT)$/ })
      .first()
      .click();
    await page.locator('.checklist').getByText('DELETE').waitFor();
  }

  async function result(page: Page): Promise<void> {
    await enterQuery(
      page,
      '|> AGGREGATE count(*) AS requests GROUP BY user.country AS country, method |> ORDER BY country, method',
    );
    await page.locator('.result-line').getByRole('button', { name: 'Plot', exact: true }).click();
    await page.locator('.chart .mark').nth(20).waitFor();
  }

  if (isOfAll) {
    for (const theme of ['dark', 'light', 'contrast'] as const) {
      for (const width of [1400, 900, 600]) {
        it(`of all that plots, ${theme}, ${width}`, async () => {
          await taken(`all-${theme}-${width}`, { width, height: 800, theme }, everything);
        });
        it(`of a result, ${theme}, ${width}`, () =>
          taken(`result-${theme}-${width}`, { width, height: 600, theme }, result));
      }
    }
  } else {
    it('of what a filter holds', () => taken('plots', { width: 1400, height: 860 }, everything));
    it('of the walkthrough, at the width that it has there', () =>
      taken(join('walkthrough', 'plots'), { width: 800, height: 490, scale: 1.55 }, plots));
    it('of a result', () => taken('result', { width: 1000, height: 520 }, result));
  }
});
