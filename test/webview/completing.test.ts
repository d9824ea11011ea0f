/** What the filter offers while a query is written, and how it shows its words, over the real engine. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { areThere, textsAre } from './bed/grid.ts';
import { RealPage } from './bed/realPage.ts';

describe('webview of a query that is written', () => {
  let real: RealPage;
  let page: Page;

  before(async () => {
    real = await RealPage.open('completing', { width: 1400, height: 700 });
    ({ page } = real);
    const path = join(real.folder, 'orders.jsonl');
    const orders = [1, 2, 3].map((id) => ({ id, country: ['DE', 'FR'][id % 2], amount: id * 10 }));
    await writeFile(path, orders.map((order) => `${JSON.stringify(order)}\n`).join(''));
    await writeFile(join(real.folder, 'users.csv'), 'id,name\n1,Ann\n');
    await real.engine.open(path, {});
    await page.locator('.row .cell:not(.pending)').first().waitFor();
  });
  after(() => real.close());

  const offers = () => page.locator('.cm-tooltip-autocomplete li .cm-completionLabel');

  /** Writes a query anew; the last of it by single keys, as a list opens by them. */
  async function write(begin: string, typed: string): Promise<void> {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(begin);
    await page.keyboard.type(typed);
  }

  it('offers the columns that the rows have there, and takes one by Tab', async () => {
    await write('|> AGGREGATE count(*) AS total GROUP BY country |> DROP', ' ');
    await textsAre(offers(), ['country', 'total']);
    await page.keyboard.type('t');
    await textsAre(offers(), ['total', 'country']);
    await page.keyboard.press('Tab');
    await areThere(offers(), 0);
    await page.locator('.cm-content', { hasText: /DROP total$/ }).waitFor();
  });

  it('offers the files beside and the columns of one', async () => {
    await write("|> JOIN 'use", 'r');
    await textsAre(offers(), ['users.csv']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await areThere(offers(), 0);
    await page.keyboard.insertText(' AS u ON id = u');
    await page.keyboard.type('.');
    await textsAre(offers(), ['u.id', 'u.name']);
  });

  it('closes the list by Escape, and leaves the box by the next one', async () => {
    await write('|> DROP', ' c');
    await textsAre(offers(), ['country']);
    await page.keyboard.press('Escape');
    await areThere(offers(), 0);
    await page.locator('.cm-editor.cm-focused').waitFor();
    await page.keyboard.press('Escape');
    await areThere(page.locator('.cm-editor.cm-focused'), 0);
  });

  it('shows the words of operators as words, and columns of such names as columns', async () => {
    await write("first > 1 |> LEFT JOIN 'a.csv' AS x USING (id) |> FILL x.on |> TOP 5 OF last(top)", '');
    await textsAre(page.locator('.cm-content .q-keyword'), ['LEFT JOIN', 'AS', 'USING', 'FILL', 'TOP', 'OF']);
    await textsAre(page.locator('.cm-content .q-function'), ['last']);
    // Where the grammar reads a name, it is one.
    await write('|> SELECT top, fill AS rows |> TOP 5 OF rows |> DROP percent', '');
    await textsAre(page.locator('.cm-content .q-keyword'), ['SELECT', 'AS', 'TOP', 'OF', 'DROP']);
  });
});
