import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('the packed extension in the workbench', () => {
  it('is installed', async () => {
    const workbench = await Workbench.open();
    try {
      await workbench.page.keyboard.press('Control+Shift+X');
      const entry = workbench.page.locator('.extension-list-item', { hasText: 'Rowriver' });
      await entry.waitFor();
      assert.equal(await entry.count(), 1);
      await workbench.screenshot('extensions');
    } finally {
      await workbench.close();
    }
  });
});
