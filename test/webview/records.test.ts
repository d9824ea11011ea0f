/** The record of a row: shown beside the rows, and found again in the file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { enterQuery, gridAt } from './bed/grid.ts';
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

  async function open(name: string, records: readonly unknown[]): Promise<void> {
    const path = join(real.folder, name);
    await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await engine.open(path, {});
    await enterQuery(page, '');
    await gridAt(page, 0);
  }

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const cell = (text: string) => page.locator('.row:not([hidden]) .cell').getByText(text, { exact: true });
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
    before(async () => {
      const records = Array.from({ length: 900 }, (_, id) => ({ id, ms: (id * 541) % 907, name: `n${id}` }));
      await open('sorted.jsonl', records);
    });
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

    it('is said not to be there for a row of several', async () => {
      await sorted('AGGREGATE max(name) AS name GROUP BY id % 10 AS digit |> ORDER BY digit', 'n93', '4');
      await inContext();
      await page.locator('.footer').getByText('This row is of no single record.').waitFor();
    });
  });
});
