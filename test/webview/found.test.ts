/** Text that is found in the rows, step by step. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { areThere, enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

describe('webview of text that is found', () => {
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;

  before(async () => {
    real = await RealPage.open('found', { width: 1400, height: 700 });
    ({ page, engine } = real);
  });
  after(() => real.close());

  /** Opens rows of one word each, and begins to find one from a row. */
  async function find(words: readonly string[], sought: string, row: number): Promise<void> {
    const path = join(real.folder, `${words.join('-')}.jsonl`);
    await writeFile(path, words.map((word) => `${JSON.stringify({ word })}\n`).join(''));
    await engine.open(path, {});
    await gridAt(page, 0);
    await page
      .locator(`.row[aria-rowindex="${row + 1}"]:not([hidden]) .cell[aria-colindex="2"]:visible`)
      .click();
    await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
    await page.getByRole('textbox', { name: 'Find in file' }).fill(sought);
  }
  async function goes(key: string, count: string, row: number): Promise<void> {
    await page.keyboard.press(key);
    await page.locator('.find-count').getByText(count, { exact: true }).waitFor();
    await page.locator(`.row.active[aria-rowindex="${row + 1}"]:not([hidden])`).waitFor();
  }

  it('is gone to in the active row first, then in those behind it', async () => {
    await find(['apple', 'pear', 'apple', 'apple'], 'apple', 1);
    await goes('Enter', '1 of 3', 1);
    await goes('Enter', '2 of 3', 3);
    await goes('Shift+Enter', '1 of 3', 1);
  });

  it('is gone to in the active row first, then in those before it', async () => {
    await find(['apple', 'pear', 'apple', 'plum'], 'apple', 3);
    await goes('Shift+Enter', '2 of 2', 3);
    await goes('Shift+Enter', '1 of 2', 1);
  });

  it('is gone to in the only row', async () => {
    await find(['apple'], 'apple', 1);
    await goes('Enter', '1 of 1', 1);
  });

  it('is marked in a value that is written over several lines', async () => {
    const path = join(real.folder, 'lines.json');
    await writeFile(path, JSON.stringify([{ size: [1, 2] }, { size: [3, 4] }, { size: [5] }], null, 2));
    await engine.open(path, {});
    await gridAt(page, 0);
    await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
    await page.getByRole('textbox', { name: 'Find in file' }).fill('[3,4]');
    await goes('Enter', '1 of 1', 2);
    await areThere(page.locator('.cell.found:visible', { hasText: '[3,4]' }), 1);
  });

  it('is gone to in a column that is far off, and told where its column is hidden', async () => {
    const path = join(real.folder, 'wide.csv');
    const names = Array.from({ length: 300 }, (_, at) => `c${at}`);
    const far = names.map((_, at) => (at === 280 ? 'needle' : 'x'));
    await writeFile(path, [names, names.map(() => 'y'), far, ['needles', ...far.slice(1)]].join('\n'));
    await engine.open(path, {});
    await gridAt(page, 0);
    await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
    await page.getByRole('textbox', { name: 'Find in file' }).fill('NEEDLE');
    await goes('Enter', '1 of 2', 2);
    await page.locator('.cell[aria-selected="true"]:visible', { hasText: /^needle$/ }).waitFor();
    const head = page.locator('.head:not([hidden])', { hasText: 'c280' });
    await head.hover();
    await head.locator('.head-menu').click();
    await page.getByRole('menuitem', { name: 'Hide', exact: true }).click();
    await page.getByRole('textbox', { name: 'Find in file' }).focus();
    await goes('Enter', '2 of 2', 3);
    await page.locator('.cell[aria-selected="true"]:visible', { hasText: /^needles$/ }).waitFor();
    await goes('Shift+Enter', '1 of 2, in the hidden column c280', 2);
  });

  it('is marked in records that cannot be read', async () => {
    const path = join(real.folder, 'stack.jsonl');
    await writeFile(path, '{"word":"apple"}\n{"word": pear\n{"word":"pear"}\n{"wor\n');
    await engine.open(path, {});
    await gridAt(page, 0);
    await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
    await page.getByRole('textbox', { name: 'Find in file' }).fill('pear');
    await goes('Enter', '1 of 2', 2);
    await areThere(page.locator('.cell.malformed.found:visible', { hasText: '{"word": pear' }), 1);
    await areThere(page.locator('.cell.found:visible'), 2);
  });

  it('is gone to in the name of a file, also of sorted rows', async () => {
    const folder = join(real.folder, 'several');
    await mkdir(folder);
    const line = (word: string) => `${JSON.stringify({ word })}\n`;
    await writeFile(join(folder, 'first.jsonl'), ['a', 'd', 'second'].map(line).join(''));
    await writeFile(join(folder, 'second.jsonl'), ['b', 'c', 'e'].map(line).join(''));
    await engine.openFile({ location: folder, options: {}, files: { folder, pattern: '*.jsonl' } });
    await gridAt(page, 0);
    for (const [query, row, last] of [
      ["word <> 'b'", 3, 5],
      ['|> ORDER BY word', 2, 6],
    ] as const) {
      await enterQuery(page, query);
      await gridAt(page, 0);
      await page.locator('.row[aria-rowindex="2"]:not([hidden]) .cell[aria-colindex="3"]:visible').click();
      await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
      await page.getByRole('textbox', { name: 'Find in the filtered rows' }).fill('Second');
      const all = query.startsWith('|>') ? 4 : 3;
      await goes('Enter', `1 of ${all}`, row);
      await goes('Enter', `2 of ${all}`, row + 1);
      await page
        .locator('.row.active .cell[aria-selected="true"]:visible', { hasText: 'second.jsonl' })
        .waitFor();
      await goes('Shift+Enter', `1 of ${all}`, row);
      await page.keyboard.press('Shift+Enter');
      await page.locator('.find-count').getByText('No earlier row').waitFor();
      await goes('Shift+Enter', `${all} of ${all}`, last);
    }
    await enterQuery(page, '');
    await gridAt(page, 0);
  });

  it('is sought from the active row again once that is another one', async () => {
    await find(['apple', 'apple', 'pear', 'apple'], 'apple', 2);
    await goes('Enter', '2 of 3', 2);
    await page.locator('.row[aria-rowindex="2"]:not([hidden]) .cell[aria-colindex="2"]:visible').click();
    await page.getByRole('textbox', { name: 'Find in file' }).focus();
    await goes('Enter', '1 of 3', 1);
    await goes('Enter', '2 of 3', 2);
  });
});
