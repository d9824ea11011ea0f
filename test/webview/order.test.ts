/** Several files as one table, whose records are put in order of a column. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { areThere, enterQuery } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

/** Records at these seconds, which they are called after. */
const lines = (service: string, ...seconds: readonly number[]): string =>
  seconds
    .map((at) => JSON.stringify({ service, time: new Date(Date.UTC(2026, 0, 1, 10, 0, at)), word: `w${at}` }))
    .map((line) => `${line}\n`)
    .join('');

describe('webview of several files in order of time', function () {
  this.timeout(60_000);
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;
  let tables = 0;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    real = await RealPage.open('order', { width: 1400 });
    ({ page, engine } = real);
  });
  beforeEach(async () => {
    folder = join(real.folder, String(++tables));
    await mkdir(folder);
    await writeFile(at('api.jsonl'), lines('api', 1, 4, 5));
    await writeFile(at('db.jsonl'), lines('db', 2, 3, 6));
    await open();
    await shows('w1', 'w4', 'w5', 'w2', 'w3', 'w6');
  });
  after(() => real.close());

  function open(): Promise<void> {
    return engine.openFile({ location: folder, options: {}, files: { folder, pattern: '*.jsonl' } });
  }

  const files = (text: string) => page.locator('.footer').getByRole('button', { name: text, exact: true });

  /** Waits until the rows have these words, from the first one on. */
  async function shows(...words: readonly string[]): Promise<void> {
    for (const [row, word] of words.entries())
      await page.locator(`.row[aria-rowindex="${row + 2}"]:not([hidden])`, { hasText: word }).waitFor();
    await areThere(page.locator('.row:not([hidden])'), words.length);
  }

  it('is chosen in the footer, by keyboard as well, for all that is asked of them', async () => {
    await files('2 files').focus();
    engine.user.answers.push('In order of time');
    await page.keyboard.press('Enter');
    await files('2 files in order of time').waitFor();
    // What is called like a time comes first.
    assert.deepEqual(engine.user.offered, [
      ...['One file after the other', 'In order of time', 'In order of service', 'In order of word'],
      'Other...',
    ]);
    await shows('w1', 'w2', 'w3', 'w4', 'w5', 'w6');
    await enterQuery(page, "service = 'api' OR word = 'w3'");
    await shows('w1', 'w3', 'w4', 'w5');
    await enterQuery(page, "|> SELECT word, lag(word) OVER () AS before |> WHERE before = 'w3'");
    await shows('w4');
    await enterQuery(page, '');
    // There is no place for what comes later.
    await areThere(page.getByRole('switch', { name: 'Follow' }), 0);
    await appendFile(at('api.jsonl'), lines('api', 7));
    await page.getByRole('button', { name: 'Reload' }).click();
    await shows('w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7');
    engine.user.answers.push('One file after the other');
    await files('2 files in order of time').click();
    await files('2 files').waitFor();
    await shows('w1', 'w4', 'w5', 'w7', 'w2', 'w3', 'w6');
  });

  it('says that a compressed file cannot be put in order, and offers to read the files another way', async () => {
    await engine.openFile({ location: folder, options: {}, files: { folder, pattern: '*.jsonl*' } });
    await shows('w1', 'w4', 'w5', 'w2', 'w3', 'w6');
    engine.user.answers.push('In order of time');
    await files('2 files').click();
    await files('2 files in order of time').waitFor();
    // Too long to be held unpacked.
    await writeFile(at('old.jsonl.gz'), gzipSync(lines('old', 0).repeat(300_000)));
    await appendFile(at('api.jsonl'), lines('api', 7));
    await page.getByRole('button', { name: 'Reload' }).click();
    const alert = page.locator('.empty-state');
    await alert.getByText(/^Files that are compressed, .* cannot be shown in order of time\./).waitFor();
    engine.user.answers.push('Order of records', 'One file after the other');
    await alert.getByRole('button', { name: 'Read File As…' }).click();
    await files('3 files').waitFor();
    await page.locator('.row[aria-rowindex="5"]', { hasText: 'w7' }).waitFor();
  });

  it('says which files are not in order themselves', async () => {
    await writeFile(at('db.jsonl'), lines('db', 2, 6, 3));
    await open();
    engine.user.answers.push('In order of time');
    await files('2 files').click();
    await files('2 files in order of time').waitFor();
    await shows('w1', 'w2', 'w4', 'w5', 'w6', 'w3');
    await files('not all in order').click();
    const note =
      'db.jsonl is not in order of time: 1 record comes after a later one (record 3). It stays behind it.';
    await page.getByRole('list', { name: 'Files that are not in order' }).getByText(note).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });
});
