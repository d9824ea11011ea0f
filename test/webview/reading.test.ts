/** A file that is read in another way: nothing of the page goes on showing what was read before. */
import assert from 'node:assert/strict';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Page } from 'playwright-core';
import { areThere, enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';
import { itInEditor } from './bed/servedPage.ts';

const otherFile = 'its page goes on to another file';

/** Two tables in one file, each with times and words that the other has not. */
const tables = [
  'id,made,region\n',
  ...Array.from({ length: 40 }, (_, id) => `${id},2024-05-01 10:${10 + (id % 50)}:00,North ${id % 4}\n`),
  '\nReturns\n\n',
  'reason,made,amount,by\n',
  ...Array.from({ length: 12 }, (_, id) => `late ${id},2021-01-0${1 + (id % 9)} 08:00:00,${id * 3},c${id}\n`),
].join('');

describe('webview after a file is read in another way', function () {
  this.timeout(60_000);
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;
  let path: string;

  before(async () => {
    real = await RealPage.open('reading', { width: 1400 });
    ({ page, engine, folder } = real);
    path = join(folder, 'tables.csv');
    await writeFile(path, tables);
  });
  beforeEach(() => read(1));
  after(() => real.close());

  async function read(table: 1 | 2): Promise<void> {
    await engine.open(path, { table });
    await page.locator('.footer', { hasText: table === 1 ? '40 records' : '12 records' }).waitFor();
  }

  const tool = (name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true });
  const side = (text: string) => page.locator('.side', { hasText: text });

  it('shows the record that is now in the active row', async () => {
    await tool('Record').click();
    await side('North 0').waitFor();
    await read(2);
    await side('late 0').waitFor();
    await areThere(side('North'), 0);
    await tool('Record').click();
    await side('late').waitFor({ state: 'detached' });
    await read(1);
    await tool('Record').click();
    await side('North 0').waitFor();
    await tool('Record').click();
  });

  it('counts what is searched for in the rows that are now there', async () => {
    await tool('Find (Ctrl+F)').click();
    const count = (text: string) => page.locator('.find-count', { hasText: new RegExp(`^${text}$`) });
    await page.locator('.find-bar input').fill('late');
    await count('Not found').waitFor();
    await read(2);
    await count('12 rows').waitFor();
    await enterQuery(page, 'amount = 9');
    await count('1 row').waitFor();
    await enterQuery(page, '');
    await count('12 rows').waitFor();
    await page.locator('.find-bar').getByRole('button', { name: 'Close' }).click();
  });

  it('checks the query against the columns that are now there', async () => {
    await page.locator('.cm-content').click();
    await page.keyboard.insertText("reason = 'x'");
    const warning = page.locator('.query-message', { hasText: 'reason' });
    await warning.waitFor();
    await read(2);
    await warning.waitFor({ state: 'detached' });
    await read(1);
    await warning.waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
  });

  it('warns of each column that is not there', async () => {
    await page.locator('.cm-content').click();
    await page.keyboard.insertText("regon = 'North 1' AND mad > '2024' AND id = 1");
    const warnings = page.locator('.query-message.warning');
    await warnings.nth(1).waitFor();
    const [first = '', second = ''] = await warnings.allInnerTexts();
    assert.match(first, /^ Unknown column regon; did you mean region\?/);
    assert.match(second, /^ Unknown column mad; did you mean made\?/);
    // Each is mended by itself. Completions would lie over the button.
    await page.keyboard.press('Escape');
    await warnings.first().getByRole('button').click();
    await warnings.nth(1).waitFor({ state: 'detached' });
    await warnings.first().getByText('Unknown column mad').waitFor();
    await enterQuery(page, '');
  });

  it('says that no record has a column once a query has looked for it in all of them', async () => {
    const path = join(folder, 'records.jsonl');
    await writeFile(path, Array.from({ length: 2000 }, (_, id) => `{"id":${id}}\n`).join(''));
    await engine.open(path, {});
    await page.locator('.footer', { hasText: '2,000 records' }).waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.insertText('it > 3');
    const warning = (words: string) => page.locator('.query-message.warning', { hasText: words });
    await warning('Unknown column it (not in the sampled records)').waitFor();
    // The list of completions, where one is open, would take Enter; else this leaves the box.
    await page.keyboard.press('Escape');
    await page.locator('.cm-content').click();
    await page.keyboard.press('Enter');
    await warning('Unknown column it (not in any record)').waitFor();
    await enterQuery(page, '');
  });

  it('shows the times that are now there', async () => {
    const more = (entry: string) =>
      tool('More')
        .click()
        .then(() => page.getByRole('menuitem', { name: entry }).click());
    await more('Show Rows over Time');
    const band = (text: string) => page.locator('.time-band', { hasText: text });
    await band('2024').waitFor();
    await read(2);
    await band('2021').waitFor();
    await areThere(band('2024'), 0);
    await more('Hide Rows over Time');
  });

  it('closes what belongs to a column of the file as it was read before', async () => {
    await page.locator('.row .cell:not(.gutter)').first().click();
    await page.keyboard.press('Enter');
    const value = page.getByRole('dialog', { name: 'Value of id' });
    await value.waitFor();
    await read(2);
    await value.waitFor({ state: 'detached' });
  });

  itInEditor(
    'lists the problems that are now there, whose number moves no other button',
    otherFile,
    async () => {
      const damaged = join(folder, 'damaged.jsonl');
      await writeFile(damaged, '{"a":1}\n{"a":\n'.repeat(150));
      const others = ['Columns', 'Find (Ctrl+F)', 'Export\u2026', 'More'];
      const places = () => Promise.all(others.map((name) => tool(name).boundingBox()));
      const before = await places();
      await engine.open(damaged, {});
      await tool('Problems: 150').waitFor();
      assert.deepEqual(await places(), before);
      await tool('Problems: 150').click();
      await side('150 malformed records').waitFor();
      await page.getByRole('button', { name: 'Next Page' }).click();
      await side('101 to 150 of 150').waitFor();
      await read(1);
      await side('No malformed records.').waitFor();
      await engine.open(damaged, {});
      await side('1 to 100 of 150').waitFor();
      await page.locator('.side').getByRole('button', { name: 'Close' }).click();
    },
  );

  it('says no more than that of a file that cannot be read again, and brings the query back with it', async () => {
    const gone = join(folder, 'gone.csv');
    await writeFile(gone, tables);
    await engine.open(gone, { table: 1 });
    await enterQuery(page, 'id >= 30');
    await page.locator('.matches', { hasText: '10 of 40 records match' }).waitFor();
    await unlink(gone);
    await page.locator('.banner').getByRole('button').first().click();
    await page.getByText("This file can't be shown").waitFor();
    await areThere(page.locator('.banner'), 0);
    await areThere(page.locator('.footer > *'), 0);
    await writeFile(gone, tables);
    await page.getByRole('button', { name: 'Try Again' }).click();
    await page.locator('.matches', { hasText: '10 of 40 records match' }).waitFor();
    await enterQuery(page, '');
  });

  it('says from the first how many rows a Parquet file has, and how much of it is read', async () => {
    const count = 60_000;
    const at = join(folder, 'rows.parquet');
    // Rows that become longer: a guess by the first ones is too high.
    const data = Array.from({ length: count }, (_, row) => 'x'.repeat(row / 500));
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING' }] });
    await writeFile(at, Buffer.from(bytes));
    await gridAt(page, 0);
    const watch = (): void => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const parts = [...document.querySelectorAll('.footer > span')].map(({ textContent }) => textContent);
        seen.push(parts.join('; '));
      }).observe(document, { subtree: true, childList: true, characterData: true });
    };
    await page.addInitScript(watch);
    await page.evaluate(watch);
    await engine.open(at, {});
    await page.locator('.footer', { hasText: '60,000 records' }).waitFor();
    await gridAt(page, 1);
    const seen = await page.evaluate(() => Reflect.get(window, 'seen') as string[]);
    const of = seen.slice(seen.findIndex((text) => text.includes('60,000') || text.includes('about')));
    assert.deepEqual(
      of.filter((text) => text.startsWith('about')),
      [],
    );
    assert.match(of.at(0) ?? '', /^60,000 records; 0% read/);
    assert(!of.some((text) => text.includes('100% read')), of.join('\n'));
  });
});
