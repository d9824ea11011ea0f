import assert from 'node:assert/strict';
import { extensions } from 'vscode';

describe('the extension', () => {
  it('is there and activates', async () => {
    const extension = extensions.getExtension('rowriver.rowriver');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
