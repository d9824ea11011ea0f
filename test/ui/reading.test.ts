import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('how a file is read', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ files: { 'words.csv': 'name;n\ncafé;1\nnaïve;2\n' } });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
  });

  after(() => workbench.close());

  it('is shown, and overruled for this file until it is said otherwise', async () => {
    const preview = await workbench.openPreview('words.csv');
    assert.deepEqual(await preview.cells(1), ['1', 'café', '1']);
    const encoding = (name: string) => workbench.page.locator('.statusbar-item', { hasText: name });
    await encoding('UTF-8').click();
    await workbench.choose(/^Encoding/);
    await workbench.choose('Western (Windows 1252)');
    await preview.cell(1, 'cafÃ©').waitFor();
    await encoding('Windows 1252').click();
    await workbench.choose(/^Encoding: Windows 1252/);
    await workbench.page
      .locator('.quick-input-list .monaco-list-row.focused', {
        hasText: /^Western \(Windows 1252\)\s*current/,
      })
      .waitFor();
    await workbench.page.keyboard.press('Escape');

    // By a key: what the status bar says of its item still lies over the footer.
    await preview.footer
      .getByRole('button', { name: /^semicolon, quoted, header, .* \(\d+%\)/ })
      .press('Enter');
    await workbench.choose(/^First row/);
    await workbench.choose('Data');
    await preview.cell(1, 'name').waitFor();
    assert.deepEqual(await preview.cells(2), ['2', 'cafÃ©', '1']);

    await workbench.command('View: Close All Editors');
    const again = await workbench.openPreview('words.csv');
    assert.deepEqual(await again.cells(2), ['2', 'cafÃ©', '1']);
    await workbench.command('Rowriver: Read File As...');
    await workbench.choose('Reset to Detected Settings');
    await again.cell(1, 'café').waitFor();
  });
});
