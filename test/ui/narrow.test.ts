import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { Workbench } from './workbench.ts';

/** The preview beside the explorer in half a small screen. */
describe('a preview in a narrow window', () => {
  let workbench: Workbench | undefined;

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.screenshot(`failed-${this.currentTest.title}`);
    await workbench?.close();
    workbench = undefined;
  });

  it('leaves room for the filter, the find box and a question', async () => {
    const rows = ['17;1,234', '18;2,345', '19;3,456', '20;4,567'];
    workbench = await Workbench.open({ width: 600, files: { 'a.csv': `id;price\n${rows.join('\n')}\n` } });
    const preview = await workbench.openPreview('a.csv');
    await preview.cells(1);
    const page = await boxOf(preview.frame.locator('body'));
    assert.ok(page.width < 400);

    assert.ok((await boxOf(preview.box)).width > page.width * 0.8, 'the filter box');
    const question = preview.frame.locator('.banner > span:nth-child(2)');
    assert.ok((await boxOf(question)).width > 200, 'the question');

    await preview.grid.press('Control+f');
    const find = preview.frame.getByRole('textbox', { name: /^Find in/ });
    await find.waitFor();
    const box = await boxOf(find);
    assert.ok(box.x >= page.x && box.width >= 60, 'the find box');
  });
});

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  assert.ok(box);
  return box;
}
