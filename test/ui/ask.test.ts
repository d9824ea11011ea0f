import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

/** Tab stops of a preview, and more: a key that goes nowhere ends the test. */
const mostStops = 30;

describe('the More menu by keyboard', () => {
  let workbench: Workbench | undefined;

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.screenshot(`failed-${this.currentTest.title}`);
    await workbench?.close();
    workbench = undefined;
  });

  it('leads to a question about the file and its filter in the chat', async () => {
    const lines = Array.from({ length: 20 }, (_, id) => `{"id":${id},"status":${id % 4 ? 200 : 503}}\n`);
    workbench = await Workbench.open({
      files: { 'events.jsonl': lines.join('') },
      settings: { 'chat.disableAIFeatures': false },
    });
    await workbench.trust();
    const { page } = workbench;
    const preview = await workbench.openPreview('events.jsonl');
    await preview.filter('status >= 500');
    await preview.matches.filter({ hasText: '5 of 20 records match' }).waitFor();

    const { frame } = preview;
    const tools = frame.getByRole('toolbar', { name: 'Preview' });
    for (let stops = 0; (await tools.locator(':focus').count()) === 0; stops++) {
      assert.ok(stops < mostStops, 'Tab comes to the toolbar.');
      await page.keyboard.press('Tab');
    }
    // The toolbar is one stop, of which More is the last button.
    await page.keyboard.press('End');
    await tools.locator('[aria-label=More]:focus').waitFor();
    await page.keyboard.press('Enter');
    const menu = frame.getByRole('menu', { name: 'More' });
    await menu.locator('[role=menuitem]:focus').waitFor();
    // An entry by its first letter.
    await page.keyboard.press('a');
    await menu.locator('[role=menuitem]:focus', { hasText: 'Ask About This File…' }).waitFor();
    await page.keyboard.press('Enter');

    // The question is for the person to finish: what it is about stands in the chat's box, and is not sent.
    const box = page.locator('.part.auxiliarybar .interactive-input-editor .view-line');
    for (const line of ['#rowriver', 'File: events.jsonl', 'Rows: status >= 500']) {
      await box.filter({ hasText: line }).waitFor();
    }
  });
});
