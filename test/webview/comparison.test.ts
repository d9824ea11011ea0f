/** The page of a comparison: its sums, what they show, and what could not be compared. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { areThere, enterQuery, textsAre } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

describe('webview of a comparison', () => {
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;

  before(async () => {
    real = await RealPage.open('comparison', { width: 1400 });
    ({ page, engine, folder } = real);
  });
  after(() => real.close());

  let comparisons = 0;
  /** Other ones each time: what is said of the comparison before is there for a while. */
  const names = () => [`old${comparisons}.jsonl`, `new${comparisons}.jsonl`] as const;

  async function compare(before: string, after: string): Promise<void> {
    comparisons++;
    const [oldName, newName] = names();
    const files = { [oldName]: before, [newName]: after };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const [first, second] = Object.keys(files).map((name) => ({ location: join(folder, name), options: {} }));
    await engine.open('old and new', {}, { before: first, after: second, keys: ['id'] });
    await band.getByText(`${oldName} → ${newName}, by id`).waitFor();
  }

  const line = (id: number, n: number): string => `{"id":${id},"n":${n}}\n`;
  let band = undefined as unknown as ReturnType<Page['getByRole']>;
  beforeEach(() => (band = page.getByRole('group', { name: 'Comparison' })));
  const footer = (text: string) => page.locator('.footer', { hasText: text });

  it('says the sums, and shows the rows of one that is pressed', async () => {
    await compare(
      line(1, 1) + line(2, 1) + line(3, 1) + line(6, 1),
      line(1, 2) + line(2, 2) + line(4, 1) + line(6, 1),
    );
    await footer('4 records').waitFor();
    await textsAre(band.locator('> span, > button'), [
      `${names().join(' → ')}, by id`,
      ...['1 added', '1 removed', '2 changed', '1 the same'],
    ]);
    const changed = band.getByRole('button', { name: '2 changed' });
    await changed.press('Enter');
    await page.locator('.matches', { hasText: '2 of 4 records match' }).waitFor();
    assert.equal(await changed.getAttribute('aria-pressed'), 'true');
    await changed.press('Enter');
    await page.locator('.matches', { hasText: 'match' }).waitFor({ state: 'detached' });
    await areThere(band.getByRole('button', { name: '1 the same' }), 0);
  });

  it('has the two records of a row compared', async () => {
    await compare(line(1, 1) + line(2, 1), line(1, 1) + line(2, 2) + line(3, 1));
    await enterQuery(page, "_change = 'added'");
    await page.locator('.matches', { hasText: '1 of 2 records matches' }).waitFor();
    const asked = engine.compared();
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
    // Until the record is there, Enter does nothing.
    await page.getByRole('button', { name: 'Compare Record Side by Side', disabled: false }).press('Enter');
    const { view, row } = await asked;
    assert.ok(view > 0);
    assert.equal(row, 0);
    // VS Code's menus show the command by this.
    assert.equal(await page.locator('main').getAttribute('data-vscode-context'), '{"compared":true}');
    await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
    await enterQuery(page, '');
  });

  it('says what was not compared', async () => {
    await compare(`${line(1, 1)}{"n":1}\n{"n":2}\n`, `${line(1, 2)}${line(2, 1)}${line(2, 2)}{bad\n`);
    const [oldName, newName] = names();
    await band.getByText(`${oldName}: 2 records have no key; the first is record 2.`).waitFor();
    await band.getByText(`${newName}: record 4 cannot be read.`).waitFor();
    await band.getByRole('button', { name: '1 key with several records, not compared' }).click();
    await page.locator('.matches', { hasText: '1 of 2 records matches' }).waitFor();
    await enterQuery(page, '');
  });

  it('says that nothing differs only where all was compared', async () => {
    await compare(line(1, 1), line(1, 1));
    await page.getByRole('heading', { name: 'The files have the same records' }).waitFor();
    await compare(line(1, 1), `${line(1, 1)}{"n":1}\n`);
    await page.getByRole('heading', { name: 'The records that were compared are the same' }).waitFor();
  });
});
