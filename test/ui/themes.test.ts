import assert from 'node:assert/strict';
import { accessibilityFaults } from '../support/axe.ts';
import { sampleText } from '../support/sample.ts';
import type { PreviewPage } from './previewPage.ts';
import { Workbench } from './workbench.ts';

describe('axe finds nothing in the workbench', () => {
  let workbench: Workbench | undefined;
  const log = Buffer.concat([...sampleText('jsonl', 500_000), Buffer.from('{"id":\n')]);

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.screenshot(`failed-${this.currentTest.title}`);
    await workbench?.close();
    workbench = undefined;
  });

  async function check(preview: PreviewPage): Promise<void> {
    const handle = await preview.grid.elementHandle();
    const frame = await handle.ownerFrame();
    assert.ok(frame);
    assert.deepEqual(await accessibilityFaults(frame), []);
  }

  for (const theme of ['dark', 'light', 'contrast'] as const) {
    it(`in its ${theme} theme`, async () => {
      workbench = await Workbench.open({ theme, files: { 'log.jsonl': log } });
      const preview = await workbench.openPreview('log.jsonl');
      await preview.cells(1);
      await check(preview);
      await preview.filter("status >= 500 AND method = 'GET'");
      await preview.frame.locator('.chip').first().waitFor();
      await preview.row(2).locator('.cell').nth(2).click();
      await workbench.page.keyboard.press('Shift+ArrowDown');
      await check(preview);
      await preview.frame.getByRole('button', { name: /^Problems/ }).click();
      await preview.frame.locator('.problem').first().waitFor();
      await preview.frame.getByRole('button', { name: 'More', exact: true }).click();
      await preview.frame.getByRole('menu').waitFor();
      await check(preview);
    });
  }
});
