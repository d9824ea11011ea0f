/** Values of any text that are ticked and excluded: what is listed of them is what the filter leaves, and what the box says. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { areThere, enterQuery, gridAt } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

/** Each is a value of the column, more often than the one before. */
const texts: readonly (string | null)[] = [
  'plain',
  "it's",
  '"q"',
  '',
  null,
  ' both ',
  'a\tb',
  'one\ntwo',
  'one\r\ntwo',
  'one\rtwo',
  'one two',
  '-- no comment\nAND',
  '/* nor */ this',
  'c:\\new',
  '100%',
  '\u202egnp.exe',
  'long \r\n"and" it\'s\t'.repeat(100),
];
const records = texts.flatMap((text, at) => Array.from({ length: at + 2 }, () => ({ of: at, text })));

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
const files = {
  'texts.jsonl': records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  'texts.csv': `of,text\n${records.map(({ of, text }) => `${of},${text === null ? '' : quote(text)}\n`).join('')}`,
};

describe('webview with values that are picked', function () {
  this.timeout(120_000);
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;

  before(async () => {
    real = await RealPage.open('picked', { width: 1400 });
    ({ page, engine } = real);
  });
  after(() => real.close());

  /** Opens a file, with the panel of a column beside its rows. */
  async function open(path: string): Promise<void> {
    await engine.open(path, {});
    const button = page.getByRole('toolbar').getByRole('button', { name: 'Column', exact: true });
    if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
  }

  const line = (at: number) => page.locator('.checklist .value-line').nth(at);

  async function matches(count: number, what: string): Promise<void> {
    const { result, message } = await gridAt(page, 0);
    const all = records.length;
    assert.equal(result.replace(/\d+$/, ''), `${count} of ${all} records match`, `${what} ${message}`);
  }

  /** The whole file again, and its values in the list. */
  async function showAll(): Promise<void> {
    await enterQuery(page, '');
    await gridAt(page, 0);
    await page.locator('.side-body > .plot:not(.stale)').waitFor();
  }

  /** Runs what the box holds. */
  async function runAgain(): Promise<void> {
    const box = page.locator('.cm-content');
    await box.focus();
    await page.keyboard.press('Enter');
  }

  for (const [name, content] of Object.entries(files)) {
    it(`${name}: finds as many rows as are listed, also when the query is run again from the box`, async () => {
      const path = join(real.folder, name);
      await writeFile(path, content);
      await open(path);
      await page.locator('.footer', { hasText: `${records.length} records` }).waitFor();
      await page.getByRole('gridcell', { name: 'plain', exact: true }).first().click();
      await page.locator('.side h2', { hasText: 'text' }).waitFor();
      await line(texts.length - 1).waitFor();
      for (const at of texts.keys()) {
        // Of a table's texts, only those of several lines are written in another way.
        if (name.endsWith('.csv') && !/[\r\n]/.test(texts[at] ?? '')) continue;
        const words = await line(at).locator('.value-words').innerText();
        const count = Number(await line(at).locator('.value-count').innerText());
        await line(at).locator('input').click();
        await matches(count, `ticked: ${words}`);
        assert(await line(at).locator('input').isChecked(), words);
        await runAgain();
        await matches(count, `run again: ${words}`);
        await showAll();
        await line(at).hover();
        await line(at)
          .getByRole('button', { name: /^Exclude/ })
          .click();
        await matches(records.length - count, `excluded: ${words}`);
        await showAll();
      }
    });
  }

  /** Values that a query takes for equal, and long ones that begin with the same. */
  const alike: Readonly<Record<string, readonly (string | number | boolean | null)[]>> = {
    'mixed.jsonl': [1, '1', '1.0', true, 'true', false, 'x', null, 2],
    'ways.csv': ['7', '007', '7.0', '+7', '7e0', 'n/a'],
    'long.jsonl': ['a', 'b', 'b'].map((end) => `${'long '.repeat(60)}${end}`),
  };
  for (const [name, values] of Object.entries(alike)) {
    it(`${name}: finds as many rows as are listed of a value that is equal to others`, async () => {
      const rows = values.flatMap((value, at) => Array.from({ length: at + 2 }, () => value));
      const path = join(real.folder, name);
      const line = (value: unknown) =>
        name.endsWith('.csv') ? `${String(value)},1\n` : `${JSON.stringify({ v: value, x: 1 })}\n`;
      await writeFile(path, `${name.endsWith('.csv') ? 'v,x\n' : ''}${rows.map(line).join('')}`);
      await open(path);
      await page.locator('.footer', { hasText: `${rows.length} records` }).waitFor();
      await page.locator('.row .cell:not(.gutter)').first().click();
      await page.locator('.side h2', { hasText: 'v' }).waitFor();
      const lines = page.locator('.checklist .value-line');
      await lines.first().waitFor();
      const listed = await lines.locator('.value-count').allInnerTexts();
      assert.equal(
        listed.reduce((sum, count) => sum + Number(count), 0),
        rows.length,
      );
      for (const [at, count] of listed.entries()) {
        const one = lines.nth(at);
        const words = await one.locator('.value-words').innerText();
        const found = async (wanted: number, what: string) => {
          const { result } = await gridAt(page, 0);
          const said = wanted === 1 ? 'record matches' : 'records match';
          assert(result.startsWith(`${wanted} of ${rows.length} ${said}`), `${what} ${words}: ${result}`);
        };
        await one.locator('input').click();
        await found(Number(count), 'ticked');
        await areThere(lines.locator('input:checked'), 1);
        assert(await one.locator('input').isChecked(), words);
        await showAll();
        await one.hover();
        await one.getByRole('button', { name: /^Exclude/ }).click();
        await found(rows.length - Number(count), 'excluded');
        // It stays where it is, to be taken back, and to be wanted after all.
        await one.locator('.value-count').filter({ hasText: /^0$/ }).waitFor();
        await one.getByRole('button', { name: /^Include/ }).click();
        await areThere(page.locator('.checklist .excluded'), 0);
        await one.getByRole('button', { name: /^Exclude/ }).click();
        await found(rows.length - Number(count), 'excluded again');
        await one.getByRole('button', { name: /^Only/ }).click();
        await found(Number(count), 'alone');
        await one.getByRole('button', { name: /^Exclude/ }).click();
        await found(rows.length - Number(count), 'excluded where it was alone');
        await showAll();
      }
    });
  }

  it('puts a query of several lines on one, with the line ends of its values', async () => {
    await engine.open(join(real.folder, 'texts.jsonl'), {});
    await page.locator('.footer', { hasText: `${records.length} records` }).waitFor();
    await enterQuery(
      page,
      "of >= 7 -- it's one of these\n  AND (text = 'one\ntwo'\r\n\tOR text = 'one two')",
    );
    await matches(9 + 12, 'pasted');
    assert.equal(
      await page.locator('.cm-line').innerText(),
      "of >= 7 /* it's one of these */ AND (text = 'one\u21b5two' OR text = 'one two')",
    );
    await enterQuery(page, '');
  });

  it('keep the focus where they are ticked, also in rows that a query makes of lists', async () => {
    const path = join(real.folder, 'lists.jsonl');
    const tagged = Array.from({ length: 60 }, (_, id) => ({ id, tags: ['a', 'b', `c${id % 3}`] }));
    await writeFile(path, tagged.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await open(path);
    await enterQuery(page, '|> UNNEST tags AS tag |> ORDER BY id DESC');
    await gridAt(page, 0);
    await page.locator('.row:not([hidden]) .cell:visible').getByText('c0', { exact: true }).first().click();
    await page.getByRole('heading', { name: 'tag', exact: true }).waitFor();
    const box = page.locator('.value-line', { hasText: 'c1' }).getByRole('checkbox');
    await box.focus();
    await page.keyboard.press('Space');
    await page.locator('.value-line.picked', { hasText: 'c1' }).waitFor();
    await page.locator('.result-line', { hasText: '20 rows from 60 records' }).waitFor();
    await page.locator('.side .facts', { hasText: 'Of 20 rows' }).waitFor();
    await page.waitForFunction(
      () => document.activeElement?.closest('.value-line')?.textContent.includes('c1') === true,
    );
  });
});
