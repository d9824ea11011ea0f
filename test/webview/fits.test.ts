/** Nothing that is to be read is cut off or covered, in any width that an editor has. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { areThere, enterQuery } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

const log = Array.from(
  { length: 30_000 },
  (_, id) => `{"id":${id},"method":"GET","latency_ms":${(id % 97) / 10},"path":"/a/${id % 7}"}\n`,
).join('');
const marked = 'a,b\n1,"1,234"\n2,"5,678"\n3,"9,012"\n';
const tables = `region,month\n${'South,2026-01\n'.repeat(40)}\n\nreason,count,by\n${'late,82,c0\n'.repeat(15)}`;

describe('webview in any width', function () {
  this.timeout(60_000);
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;

  before(async () => {
    real = await RealPage.open('fits', { width: 1000 });
    ({ page, engine, folder } = real);
    await writeFile(join(folder, 'log.jsonl'), log);
    await writeFile(join(folder, 'marked.csv'), marked);
    await writeFile(join(folder, 'tables.csv'), tables);
  });
  after(() => real.close());

  async function show(name: string, records: string, width = 1000): Promise<void> {
    await page.setViewportSize({ width, height: 800 });
    await engine.open(join(folder, name), name === 'marked.csv' ? { decimal: ',' } : {});
    await page.locator('.footer span', { hasText: new RegExp(`^${records} records?$`) }).waitFor();
  }

  const cutOff = (locator: Locator) =>
    locator.evaluateAll((all) =>
      all
        .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth)
        .map((element) => element.textContent),
    );
  const head = (name: string) => page.locator('.head:not([hidden])', { hasText: name });

  it('has what is said at the foot in full where it is cut', async () => {
    await show('log.jsonl', '30,000', 500);
    await enterQuery(page, '|> SELECT repeat(method, 9000000) AS r');
    // What cannot be computed cannot be copied either.
    await page.locator('.row .cell.failed').first().click();
    await page.keyboard.press('Control+c');
    const words = page.locator('.footer .grow', { hasText: 'repeat would make more than' });
    await words.waitFor();
    assert.deepEqual(await cutOff(words), [await words.innerText()]);
    assert.equal(await words.getAttribute('title'), await words.innerText());
    await enterQuery(page, '');
  });

  it('names columns under the find bar where that takes all of the width', async () => {
    await show('log.jsonl', '30,000', 350);
    // What is found may be in a column that is further right.
    const tops = async () => (await box(page.locator('.head.gutter'))).y;
    const before = await tops();
    await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
    await page.getByRole('textbox', { name: 'Find in file' }).fill('/a/3');
    await page.keyboard.press('Enter');
    await page.locator('.find-count').getByText('1 of 4,286', { exact: true }).waitFor();
    const bar = await box(page.locator('.find-bar'));
    assert((await tops()) >= bar.y + bar.height);
    assert(bar.x >= 0 && bar.x + bar.width <= 350);
    assert.deepEqual(await cutOff(page.locator('.find-bar, .find-count')), []);
    await page.keyboard.press('Escape');
    await page.locator('.find-bar').waitFor({ state: 'detached' });
    assert.equal(await tops(), before);
  });

  it('names a sorted column whole', async () => {
    await show('log.jsonl', '30,000');
    await head('latency_ms').locator('.head-name').click();
    await page.locator('.head-sort:visible').waitFor();
    await head('method')
      .locator('.head-name')
      .click({ modifiers: ['Shift'] });
    await head('method').locator('.head-sort', { hasText: '2' }).waitFor();
    for (const name of ['latency_ms', 'method']) {
      await head(name).hover();
      await head(name).locator('.head-menu:visible').waitFor();
      assert.deepEqual(await cutOff(page.locator('.head-name')), []);
    }
    await enterQuery(page, '');
  });

  it('names a column whole whose numbers are written in a way of their own', async () => {
    await show('marked.csv', '3');
    await page.locator('.head-written:visible').first().waitFor();
    await head('b').hover();
    const [mark, whole] = [await box(head('b').locator('.head-written')), await box(head('b'))];
    assert(mark.x + mark.width <= whole.x + whole.width);
    assert.deepEqual(await cutOff(page.locator('.head-name')), []);
  });

  it('tells of a completion beside the list or under it', async () => {
    await show('log.jsonl', '30,000');
    for (const width of [1600, 900, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type('id > 5 |> ');
      await page.locator('.cm-tooltip.suggest > ul').waitFor();
      await page.keyboard.press('ArrowDown');
      const told = page.locator('.cm-completionInfo');
      await told.waitFor();
      const [list, info] = [await box(page.locator('.cm-tooltip.suggest > ul')), await box(told)];
      const beside = info.x >= list.x + list.width || info.x + info.width <= list.x;
      const apart = info.y >= list.y + list.height || info.y + info.height <= list.y;
      assert(beside || apart, `${width}: ${JSON.stringify({ list, info })}`);
      assert(info.x >= 0 && info.x + info.width <= width, `${width}: ${JSON.stringify(info)}`);
      await page.keyboard.press('Escape');
    }
    await page.setViewportSize({ width: 1000, height: 800 });
    await enterQuery(page, '');
  });

  it('breaks no place of a record within its words', async () => {
    await show('log.jsonl', '30,000');
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
    await page.locator('.row .gutter').first().click();
    await page.keyboard.press('Control+End');
    await page.locator('.side h2', { hasText: 'Record 30,000' }).waitFor();
    for (const width of [1400, 1000]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await cutOff(page.locator('.side h2')), []);
      const heights = await page
        .locator('.side h2, .side .unbroken')
        .evaluateAll((all) => all.map((element) => element.getClientRects().length));
      assert.deepEqual(heights, [1, 1, 1, 1]);
    }
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
  });

  it('has a name in the record whole where there is room beside its value', async () => {
    await writeFile(
      join(folder, 'names.jsonl'),
      '{"approx_unique_of":207870,"n":"a long text of many words"}\n',
    );
    await show('names.jsonl', '1');
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
    await page.locator('.key', { hasText: 'approx' }).waitFor();
    assert.deepEqual(await cutOff(page.locator('.tree .key')), []);
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
  });

  it('has numbered texts whole that are longer further down', async () => {
    await writeFile(
      join(folder, 'numbered.jsonl'),
      Array.from({ length: 2000 }, (_, id) => `{"s":"short ${id}","t":1}\n`).join(''),
    );
    await show('numbered.jsonl', '2,000');
    await page.locator('.row .cell:not(.gutter)').first().click();
    await page.keyboard.press('Control+End');
    await page.locator('.cell:visible', { hasText: 'short 1999' }).waitFor();
    assert.deepEqual(await cutOff(page.locator('.cell:visible', { hasText: 'short 1999' })), []);
  });

  it('fits the columns of a result and of another file to what they hold', async () => {
    await show('log.jsonl', '30,000');
    await enterQuery(page, "SELECT 'a text of some thirty letters' AS words, id |> LIMIT 20");
    await page.locator('.cell:visible', { hasText: 'a text of some thirty letters' }).first().waitFor();
    assert.deepEqual(await cutOff(page.locator('.cell:visible', { hasText: 'a text' })), []);
    await enterQuery(page, '');
  });

  it('has a toolbar whole in the narrowest editor', async () => {
    await show('log.jsonl', '30,000', 240);
    const outside = await page
      .locator('.filter-line button')
      .evaluateAll((all) =>
        all
          .map((button) => button.getBoundingClientRect())
          .filter(({ left, right }) => left < 0 || right > innerWidth),
      );
    assert.deepEqual(outside, []);
  });

  it('has the entries of a menu whole, with their keys in a column of their own', async () => {
    for (const width of [1000, 240]) {
      await show('log.jsonl', '30,000', width);
      await page.getByRole('toolbar').getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Go to Record or Time', exact: false }).waitFor();
      assert((await page.locator('.menu-label').count()) > 5);
      assert.deepEqual(await cutOff(page.locator('.menu-label')), []);
      await page.keyboard.press('Escape');
    }
  });

  it('follows the active cell in the record, in whichever column', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `m${index}`);
    await writeFile(
      join(folder, 'wide.csv'),
      `${names.join(',')}\n${names.map((name) => `v${name}`).join(',')}\n`,
    );
    await engine.open(join(folder, 'wide.csv'), {});
    await page.locator('.footer span', { hasText: /^1 record$/ }).waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
    await page.locator('.row .cell:not(.gutter)').first().click();
    const current = (name: string) =>
      page.locator('.tree-line[aria-selected=true]', { has: page.getByText(name, { exact: true }) });
    await current('m0').waitFor();
    await page.keyboard.press('Control+ArrowRight');
    await current('m299').waitFor();
    const [line, side] = [await box(current('m299')), await box(page.locator('.side-body'))];
    assert(line.y >= side.y && line.y + line.height <= side.y + side.height + 1);
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
  });

  it('has a foot in which each thing is whole, ends in an ellipsis, or is not there', async () => {
    for (const width of [1000, 600, 240]) {
      await show('tables.csv', '40', width);
      const other = page.getByRole('button', { name: /another table from line 44 \(15 records\)/ });
      await other.waitFor();
      assert.match((await other.getAttribute('title')) ?? '', /^another table from line 44 \(15 records\)/);
      const format = page.getByRole('button', { name: /^comma, quoted, header, UTF-8 \(\d+%\)$/ });
      for (const part of [other, format]) {
        const { x, width: wide } = await box(part);
        assert(x >= 0 && x + wide <= width && wide >= 40, `${width}: ${x} ${wide}`);
        assert.equal(await part.evaluate((element) => getComputedStyle(element).textOverflow), 'ellipsis');
      }
      const hidden = await page.locator('.footer > *').evaluateAll((all) =>
        all
          .filter((element) => element.checkVisibility())
          .filter((element) => element.getBoundingClientRect().right > innerWidth)
          .map((element) => element.textContent),
      );
      assert.deepEqual(hidden, []);
    }
  });

  it('leaves the rows the room in a narrow page that conditions would take, and shows them when asked', async () => {
    await show('log.jsonl', '30,000', 600);
    await enterQuery(page, "id >= 5 AND latency_ms > 3 AND path = '/a/3'");
    const chips = page.locator('.chip');
    await chips.nth(2).waitFor();
    const above = async (): Promise<number> => (await box(page.locator('.grid-host'))).y;
    await page.setViewportSize({ width: 240, height: 600 });
    const fold = page.getByRole('button', { name: '3 Conditions' });
    await fold.waitFor();
    await areThere(chips, 0);
    const folded = await above();
    await fold.click();
    await chips.nth(2).waitFor();
    assert(folded < (await above()), 'three chips take lines of their own');
    await page.getByRole('button', { name: 'Show Fewer' }).click();
    await fold.waitFor();
    await page.setViewportSize({ width: 600, height: 800 });
    await chips.nth(2).waitFor();
    await areThere(fold, 0);
    // One alone is there in any width.
    await enterQuery(page, 'id >= 5');
    await page.setViewportSize({ width: 240, height: 600 });
    await page.getByRole('button', { name: 'Edit id >= 5' }).waitFor();
    await enterQuery(page, '');
  });

  it('has an example of its own columns in the empty box, in one line', async () => {
    for (const width of [1000, 600, 240]) {
      await show('log.jsonl', '30,000', width);
      const example = page.locator('.cm-placeholder', { hasText: "id >= 100 AND method ILIKE '%text%'" });
      await example.waitFor();
      assert((await box(page.locator('.query-box'))).height < 34, `${width}`);
    }
    await areThere(page.locator('.filter-line > .divider:visible'), 0);
  });
});

async function box(locator: Locator) {
  const found = await locator.boundingBox();
  assert(found);
  return found;
}
