import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreviewPage } from './previewPage.ts';
import { Workbench } from './workbench.ts';

const lines = Array.from(
  { length: 3000 },
  (_, i) => `{"id":${i + 1},"level":"${i % 10 === 3 ? 'error' : 'info'}"}\n`,
);

describe('the preview among the editors', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ files: { 'log.jsonl': lines.join(''), 'note.txt': 'a note\n' } });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
    await workbench.command('View: Close All Editors');
  });

  after(() => workbench.close());

  it('writes a condition by the context menu of a cell', async () => {
    const preview = await workbench.openPreview('log.jsonl');
    await workbench.chooseInMenu(preview.cell(4, 'error'), 'Equals This Value');
    await preview.matches.filter({ hasText: '300 of 3,000 records match' }).waitFor();
    assert.equal(await preview.box.innerText(), "level = 'error'");
    assert.deepEqual(await preview.cells(2), ['14', '14', 'error']);
  });

  it('speaks for the preview in front in the status bar, and is silent elsewhere', async () => {
    const preview = await workbench.openPreview('log.jsonl');
    await preview.filter('id <= 7');
    const item = workbench.page.locator('.statusbar-item', { hasText: '7 of 3,000 records match' });
    await item.waitFor();
    await workbench.inExplorer('note.txt').dblclick();
    await item.waitFor({ state: 'hidden' });
  });

  it('comes back as it was when its tab was hidden', async () => {
    const preview = await workbench.openPreview('log.jsonl');
    await preview.filter("level = 'error'");
    await preview.matches.filter({ hasText: '300 of' }).waitFor();
    await preview.row(1).click();
    await workbench.page.keyboard.press('ControlOrMeta+End');
    await preview.row(300).waitFor();
    await workbench.inExplorer('note.txt').dblclick();
    await workbench.page.locator('.view-line', { hasText: 'a note' }).waitFor();
    await workbench.tab('log.jsonl').click();
    const again = await workbench.previewInFront();
    await again.matches.filter({ hasText: '300 of 3,000 records match' }).waitFor();
    await again.row(300).waitFor();
    assert.equal(await again.box.innerText(), "level = 'error'");
  });

  it('is where it was in each group that its tab is moved to', async () => {
    await workbench.inExplorer('note.txt').dblclick();
    const preview = await workbench.openPreview('log.jsonl');
    await preview.filter("level = 'error'");
    await preview.matches.filter({ hasText: '300 of' }).waitFor();
    // Beside the grid or under it, by the group's width, the record would leave other rows in sight.
    await preview.frame.getByRole('button', { name: 'Close', exact: true }).click();
    await preview.cell(1, 'error').click();
    await workbench.page.keyboard.press('ControlOrMeta+End');
    await preview.row(300).waitFor();
    for (const key of ['ArrowUp', 'ArrowUp', 'Shift+ArrowUp', 'Shift+ArrowLeft']) {
      await workbench.page.keyboard.press(key);
    }
    await preview.row(297).locator('[aria-selected=true]').nth(1).waitFor();
    let shown: Awaited<ReturnType<typeof placeOf>> | undefined;
    // While rows are drawn, they come and go under the eyes of the test.
    await workbench.until(async () => {
      shown = await placeOf(preview).catch(() => undefined);
      return isDeepStrictEqual(shown?.selected, ['2964', 'error', '2974', 'error']);
    });
    for (const move of ['Right', 'Left']) {
      await workbench.command(`View: Move Editor into ${move} Group`);
      const moved = await workbench.previewInFront();
      await moved.matches.filter({ hasText: '300 of 3,000 records match' }).waitFor();
      await moved.row(297).locator('[aria-selected=true]').nth(1).waitFor();
      assert.equal(await moved.box.innerText(), "level = 'error'");
      // While the grid takes the size of its new group, rows come and go.
      await workbench.until(async () =>
        isDeepStrictEqual(await placeOf(moved).catch(() => undefined), shown),
      );
    }
    await workbench.tab('note.txt').waitFor();
  });

  it('splits with its filter, and each group then has a filter of its own', async () => {
    const left = await workbench.openPreview('log.jsonl');
    await left.filter('id > 2990');
    await left.matches.filter({ hasText: '10 of 3,000 records match' }).waitFor();
    await workbench.command('View: Split Editor Right');
    const right = await workbench.previewInGroup(2);
    await right.matches.filter({ hasText: '10 of 3,000 records match' }).waitFor();
    await right.filter('id < 6');
    await right.matches.filter({ hasText: '5 of' }).waitFor();
    assert.match(await (await workbench.previewInGroup(1)).matches.innerText(), /^10 of/);
    await workbench.command('View: Close All Editors in Group');
  });

  it('goes to text and back, a click each way', async () => {
    await workbench.openPreview('log.jsonl');
    await workbench.page.getByRole('button', { name: 'Open as Text' }).click();
    await workbench.page.locator('.view-line', { hasText: '"id"' }).first().waitFor();
    await workbench.page.getByRole('button', { name: 'Open Preview' }).click();
    await (await workbench.previewInFront()).row(1).waitFor();
  });

  it('opens a record as a document', async () => {
    const preview = await workbench.openPreview('log.jsonl');
    await workbench.chooseInMenu(preview.cell(4, 'error'), 'Open Record as Document');
    await workbench.tab(/Record 4/).waitFor();
    await workbench.page.locator('.view-line', { hasText: 'error' }).waitFor();
  });

  it('offers to open all files of a kind, and does from then on', async () => {
    const settings = join(workbench.folder, '.vscode', 'settings.json');
    await writeFile(settings, JSON.stringify({ 'rowriver.offerAlwaysOpen': true }));
    await writeFile(join(workbench.folder, 'one.tab'), 'a\tb\n1\t2\n');
    await writeFile(join(workbench.folder, 'two.tab'), 'a\tb\n3\t4\n');
    await workbench.openPreview('one.tab');
    await workbench.answer('Open all .tab files with Rowriver?', 'Always Open with Rowriver');
    await workbench.page
      .locator('.statusbar-item', { hasText: '.tab files now open with Rowriver' })
      .waitFor();
    await workbench.inExplorer('two.tab').dblclick();
    const preview = await workbench.previewInFront('two.tab');
    await preview.cell(1, '3').waitFor();
  });

  it('offers itself on a text tab that is too large for VS Code', async () => {
    const large = join(workbench.folder, 'large.csv');
    await writeFile(large, 'a,b\n1,2\n3,4\n');
    // A hole in the file: many bytes, no disk.
    await truncate(large, 60 * 1024 * 1024);
    await workbench.inExplorer('large.csv').dblclick();
    await workbench.answer('large.csv (63 MB)', 'Open Preview');
    const preview = await workbench.previewInFront('large.csv');
    assert.deepEqual(await preview.cells(1), ['1', '1', '2']);
  });
});

/** The cells that are selected in a preview, and the first row that is drawn. */
async function placeOf(preview: PreviewPage) {
  const drawn = await preview.grid.locator('.body [role=row]:visible').all();
  const rows = await Promise.all(
    drawn.map(async (row) => ({
      number: Number(await row.getAttribute('aria-rowindex', { timeout: 1000 })),
      selected: await row.locator('[role=gridcell][aria-selected=true]:visible').allInnerTexts(),
    })),
  );
  // An element serves one row after the other, so their order says nothing.
  rows.sort((a, b) => a.number - b.number);
  return { first: rows.at(0)?.number, selected: rows.flatMap(({ selected }) => selected) };
}
