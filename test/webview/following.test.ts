/** A file that is followed: rows come in under the filter, and the view stays where the reader is. */
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { areThere, enterQuery, plotCounts } from './bed/grid.ts';
import { RealEngine } from './bed/realEngine.ts';
import { startBed, type BedServer } from './bed/server.ts';

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `{"n":${from + i},"word":"w${(from + i) % 3}"}\n`).join('');

describe('webview that follows a file', function () {
  this.timeout(60_000);
  let bed: BedServer;
  let engine: RealEngine;
  let page: Page;
  let folder: string;
  let path: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-following-'));
    bed = await startBed();
    ({ page, engine } = await RealEngine.onBed(bed, folder, { width: 1400 }));
  });
  beforeEach(async () => {
    if (files > 0 && (await follow().getAttribute('aria-checked')) === 'true') await follow().click();
    path = join(folder, `log${++files}.jsonl`);
    await writeFile(path, lines(0, 300));
    await engine.open(path, {});
    await footer('300 records').waitFor();
  });
  after(async () => {
    await engine.close();
    await bed.close();
    await rm(folder, { recursive: true });
  });

  const footer = (text: string | RegExp) => page.locator('.footer', { hasText: text });
  const follow = () => page.getByRole('switch', { name: 'Follow' });
  const fresh = () => page.locator('.footer .fresh');
  const cell = (text: string) => page.getByRole('gridcell', { name: text, exact: true });

  async function on(): Promise<void> {
    if ((await follow().getAttribute('aria-checked')) === 'false') await follow().click();
    await page.locator('[role=switch][aria-checked=true]').waitFor();
  }

  it('is off until it is asked for, and then stays where the reader is and counts what is new', async () => {
    assert.equal(await follow().getAttribute('aria-checked'), 'false');
    await on();
    await appendFile(path, lines(300, 307));
    await footer('307 records').waitFor();
    await fresh().getByText('7 New Rows').waitFor();
    await cell('0').waitFor();
    await fresh().click();
    await cell('306').waitFor();
    await fresh().waitFor({ state: 'detached' });
    // From now on the end is in sight, and stays there.
    await appendFile(path, lines(307, 400));
    await cell('399').waitFor();
    await areThere(fresh(), 0);
    await follow().click();
    await page.locator('[role=switch][aria-checked=false]').waitFor();
    await appendFile(path, lines(400, 401));
    await page.locator('.banner', { hasText: 'The file has grown by' }).waitFor();
    await footer('400 records').waitFor();
  });

  /** What of the rows in sight is marked as new, by their first cell. */
  const marked = () =>
    page
      .locator('.row:is(.new, .new-again):not([hidden]) .cell[aria-colindex="2"]:not([hidden])')
      .allTextContents();
  const isMarked = (text: string) =>
    page.locator('.row:is(.new, .new-again):not([hidden])', { has: cell(text) }).waitFor();

  it('marks the rows that came since the reader looked last', async () => {
    await enterQuery(page, 'n >= 296');
    await cell('299').waitFor();
    await on();
    assert.deepEqual(await marked(), []);
    await appendFile(path, lines(300, 302));
    await isMarked('301');
    assert.deepEqual((await marked()).sort(), ['300', '301']);
    const motion = (text: string) =>
      page
        .locator('.row:not([hidden])', { has: cell(text) })
        .evaluate((row) => getComputedStyle(row).animationName);
    assert.match(await motion('301'), /^new-row/);
    assert.equal(await motion('299'), 'none');
    // A row whose tint has faded is no longer marked once others have come.
    await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()));
    await appendFile(path, lines(302, 303));
    await isMarked('302');
    assert.deepEqual(await marked(), ['302']);
    await follow().click();
    await page.locator('[role=switch][aria-checked=false]').waitFor();
    await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()));
    await enterQuery(page, 'n >= 297');
    await cell('296').waitFor({ state: 'detached' });
    assert.deepEqual(await marked(), []);
  });

  it('marks those that the button counts, without motion or with a border where that is asked for', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    try {
      await enterQuery(page, 'n >= 0');
      await cell('0').waitFor();
      await on();
      await appendFile(path, lines(300, 304));
      await fresh().getByText('4 New Rows').waitFor();
      await fresh().click();
      await isMarked('303');
      assert.deepEqual((await marked()).sort(), ['300', '301', '302', '303']);
      const row = page.locator('.row:not([hidden])', { has: cell('300') });
      const look = (pseudo?: string) =>
        row.evaluate((element, of) => {
          const { animationName, backgroundColor, borderLeftWidth } = getComputedStyle(element, of);
          return { animationName, isTinted: backgroundColor !== 'rgba(0, 0, 0, 0)', borderLeftWidth };
        }, pseudo);
      const { animationName, isTinted } = await look();
      assert.deepEqual({ animationName, isTinted }, { animationName: 'none', isTinted: true });
      await page.evaluate(() => document.body.classList.add('vscode-high-contrast'));
      assert.equal((await look()).isTinted, false);
      assert.equal((await look('::after')).borderLeftWidth, '3px');
      // The reader has seen them: the next ones are new.
      await appendFile(path, lines(304, 305));
      await isMarked('304');
      assert.deepEqual(await marked(), ['304']);
    } finally {
      await page.evaluate(() => document.body.classList.remove('vscode-high-contrast'));
      await page.emulateMedia({ reducedMotion: null });
    }
  });

  const timed = (from: number, to: number): string =>
    Array.from(
      { length: to - from },
      (_, i) => `{"n":${from + i},"at":"2024-05-01T00:${String(10 + ((from + i) % 50))}:00Z"}\n`,
    ).join('');

  it('counts on in plots, over time and in the column panel, to the rows of the filter', async () => {
    await writeFile(path, timed(0, 300));
    await engine.open(path, {});
    await page.locator('.head-name', { hasText: 'at' }).waitFor();
    await on();
    await page.getByRole('button', { name: 'Column Plots' }).click();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Show Rows over Time' }).click();
    await page.getByRole('button', { name: 'Column', exact: true }).click();
    const band = page.locator('.time-band');
    const facts = page.locator('.side .facts');
    try {
      for (const [query, matching] of [
        ['', (count: number) => count],
        ['n >= 290', (count: number) => count - 290],
      ] as const) {
        const begin = query === '' ? 300 : 345;
        if (query !== '') await enterQuery(page, query);
        for (const count of [begin, begin + 7, begin + 45]) {
          if (count > begin) await appendFile(path, timed(count === begin + 7 ? begin : begin + 7, count));
          const counts = { whole: count, ...(query !== '' && { matching: matching(count) }) };

          await plotCounts(page, 'n', counts);
          await plotCounts(page, 'at', counts);
          await band.getByText(`${matching(count)} rows`, { exact: true }).waitFor();
          await facts.getByText(new RegExp(`^Of ${matching(count)} rows`)).waitFor();
          await areThere(page.locator('.plot.stale, .plot-partial'), 0);
        }
      }
    } finally {
      await page.getByRole('button', { name: 'Column Plots' }).click();
      await band.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Column', exact: true }).click();
    }
  });

  it('takes in what the filter selects, and offers to make anew what needs all rows', async () => {
    await enterQuery(page, "word = 'w1' AND n >= 290");
    await cell('298').waitFor();
    await on();
    await appendFile(path, lines(300, 303));
    await cell('301').waitFor();
    await areThere(cell('300'), 0);
    await enterQuery(page, '|> ORDER BY n DESC |> LIMIT 1');
    await cell('302').waitFor();
    await appendFile(path, lines(303, 310));
    await fresh().getByText('Run Again').click();
    await cell('309').waitFor();
    await fresh().waitFor({ state: 'detached' });
  });

  it('shows what a query finds from its first row on, none of it marked as new', async () => {
    await on();
    // Sorted rows come in after their table is shown, as rows of a file do that grows.
    for (const [query, first, last] of [
      ['|> ORDER BY n DESC', '299', '0'],
      ["word <> 'w0' |> ORDER BY n", '1', '299'],
      ['|> ORDER BY word, n', '0', '299'],
    ]) {
      await enterQuery(page, query);
      await page.locator('.head.sorted').first().waitFor();
      await page.locator('.row[aria-rowindex="2"]:not([hidden])', { has: cell(first) }).waitFor();
      await areThere(cell(last), 0);
      assert.deepEqual(await marked(), []);
    }
  });

  it('goes on in groups, with what has come', async () => {
    await enterQuery(page, '|> AGGREGATE count(*) AS c, max(n) AS m GROUP BY word |> ORDER BY m DESC');
    await cell('299').waitFor();
    await on();
    for (const count of [303, 306, 406]) {
      await appendFile(path, lines(count === 303 ? 300 : count === 306 ? 303 : 306, count));
      await cell(String(count - 1)).waitFor();
      await areThere(fresh(), 0);
    }
    const rows = page.locator('.row:not([hidden])');
    const shown = await rows.evaluateAll((all) => all.map((row) => row.textContent));
    assert.deepEqual(shown.sort(), ['1w0136405', '2w2135404', '3w1135403']);
  });

  it('takes in what comes to several files, in the order in which it comes, and says what becomes of them', async () => {
    const several = await mkdtemp(join(folder, 'several-'));
    const at = (name: string): string => join(several, name);
    await writeFile(at('a.jsonl'), lines(0, 2));
    await writeFile(at('b.jsonl'), lines(2, 4));
    const files = { folder: several, pattern: '*.jsonl' };
    await engine.openFile({ location: several, options: {}, files });
    await footer('4 records').waitFor();
    await enterQuery(page, 'n <> 5');
    await cell('3').waitFor();
    await on();
    await appendFile(at('a.jsonl'), lines(4, 7));
    await cell('6').waitFor();
    await writeFile(at('c.jsonl'), lines(7, 8));
    await cell('7').waitFor();
    // As it was given: in the folder, or by a path.
    await footer(/New file \S*c\.jsonl\./).waitFor();
    await footer('3 files').waitFor();
    const shown = page.locator('.row:not([hidden]) .cell[aria-colindex="3"]:not([hidden])');
    assert.deepEqual((await shown.allTextContents()).sort(), ['0', '1', '2', '3', '4', '6', '7']);
    await rename(at('a.jsonl'), at('a.jsonl.1'));
    await writeFile(at('a.jsonl'), lines(20, 21));
    await footer(/a\.jsonl was rotated or replaced\. The files were opened anew\./).waitFor();
    await cell('20').waitFor();
    await cell('6').waitFor({ state: 'detached' });
    await appendFile(at('a.jsonl'), lines(21, 22));
    await cell('21').waitFor();
  });

  it('shows the first records of a file that was empty, and does not call it another one', async () => {
    const empty = join(folder, 'empty.jsonl');
    await writeFile(empty, '');
    await engine.open(empty, {});
    await page.getByText('The file is empty').waitFor();
    await on();
    await appendFile(empty, lines(0, 2));
    await cell('1').waitFor();
    await footer('The file is no longer empty.').waitFor();
    await appendFile(empty, lines(2, 3));
    await cell('2').waitFor();
  });

  it('goes on in the file that its name leads to, with the same query', async () => {
    await enterQuery(page, 'n >= 299');
    await cell('299').waitFor();
    await on();
    await writeFile(`${path}.new`, lines(500, 502));
    await rename(`${path}.new`, path);
    await cell('501').waitFor();
    await footer('The file was replaced. This is the new one.').waitFor();
    await appendFile(path, lines(502, 504));
    await cell('503').waitFor();
    await page.locator('[role=switch][aria-checked=true]').waitFor();
  });
});
