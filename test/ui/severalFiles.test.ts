import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './workbench.ts';

const line = (day: number, n: number): string =>
  `{"day":${day},"n":${n},"level":"${n % 4 ? 'info' : 'error'}"}\n`;
const log = (day: number): string => Array.from({ length: 100 }, (_, n) => line(day, n)).join('');

describe('several files as one table in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({
      files: {
        'logs/day-1.jsonl': log(1),
        'logs/day-2.jsonl': `${log(2)}{"day":2,\n`,
        'logs/day-10.jsonl': log(10),
        'other.csv': 'a,b\n1,2\n',
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
  });

  after(() => workbench.close());

  it('are opened from the selection of the Explorer, and say of each record which file it is in', async () => {
    await workbench.inExplorer('logs').click();
    // Without a click that opens a file: when its editor comes to the front, the Explorer selects that file alone.
    for (const name of ['day-1.jsonl', 'logs', 'day-10.jsonl'])
      await workbench.inExplorer(name).click({ modifiers: ['ControlOrMeta'] });
    await workbench.chooseInMenu('selection', 'Open as One Table');
    const preview = await workbench.previewInFront('2 files in logs');
    assert.deepEqual((await preview.cells(1)).slice(0, 4), ['1', 'day-1.jsonl', '1', '0']);
    await preview.footer.getByText('200 records').waitFor();
    await preview.footer.getByText('2 files').waitFor();
    await preview.filter("_file = 'day-10.jsonl' AND level = 'error'");
    await preview.matches.filter({ hasText: '25 of 200 records match' }).waitFor();
    assert.deepEqual((await preview.cells(2)).slice(0, 4), ['105', 'day-10.jsonl', '10', '4']);
    await workbench.command('Rowriver: Export Filtered Subset...');
    const target = join(workbench.folder, 'errors.jsonl');
    await workbench.chooseFile(join(workbench.folder, 'logs/logs.filtered.jsonl'), target);
    await workbench.notification('Exported 25 records to errors.jsonl.').waitFor();
    assert.equal((await readFile(target, 'utf8')).split('\n')[0], line(10, 0).trimEnd());
  });

  it('are opened as a folder, come back after a restart, and notice a file that has come', async () => {
    await workbench.command('View: Close All Editors');
    // Selected alone, and closed: the files in it were selected before.
    await workbench.inExplorer('logs').click();
    await workbench.inExplorer('day-1.jsonl').waitFor({ state: 'detached' });
    await workbench.chooseInMenu(workbench.inExplorer('logs'), 'Open as One Table');
    await workbench.previewInFront('Files in logs');
    await workbench.kept('Files in logs');
    await workbench.page.reload();
    const preview = await workbench.previewInFront('Files in logs');
    await preview.footer.getByText('301 records').waitFor();
    await preview.footer.getByRole('button', { name: '1 malformed' }).click();
    const problems = preview.frame.getByRole('region', { name: 'Problems' });
    const byte = Buffer.byteLength(`${log(2)}{"day":2,`);
    await problems
      .getByText(new RegExp(`Record 201 \\u00b7 day-2\\.jsonl \\u00b7 byte ${byte.toLocaleString('en')}`))
      .waitFor();
    await problems.getByText('day-2.jsonl').first().click();
    assert.deepEqual((await preview.cells(200)).slice(0, 3), ['200', 'day-2.jsonl', '2']);
    await writeFile(join(workbench.folder, 'logs/day-3.jsonl'), log(3));
    await preview.frame.getByText('1 file was added. The preview shows the files as they were.').waitFor();
    await workbench.screenshot('files-added');
    await preview.frame.getByRole('button', { name: 'Reload' }).click();
    await preview.footer.getByText('401 records').waitFor();
  });

  it('are opened by a pattern', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.command('Rowriver: Open Files Matching...');
    await workbench.page.getByText('Open Files Matching', { exact: true }).waitFor();
    await workbench.page.locator('.quick-input-widget:visible input.input').fill('**/day-?.jsonl');
    await workbench.screenshot('files-pattern');
    await workbench.page.keyboard.press('Enter');
    const preview = await workbench.previewInFront('day-?.jsonl');
    assert.deepEqual((await preview.cells(1)).slice(0, 2), ['1', 'logs/day-1.jsonl']);
    for (const width of [1400, 900, 600]) {
      await workbench.page.setViewportSize({ width, height: 900 });
      await preview.row(1).waitFor();
      await workbench.screenshot(`files-${width}`);
    }
  });
});
