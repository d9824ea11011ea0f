import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './workbench.ts';

const ids = Array.from({ length: 300 }, (_, id) => id);
const row = (id: number, price: number): string => `${id},item ${id},${price}\n`;
const record = (id: number, price: number): string => `{"id":${id},"name":"item ${id}","price":${price}}\n`;

describe('a comparison in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({
      files: {
        'monday.csv': `id,name,price\n${ids.map((id) => row(id, id)).join('')}`,
        'tuesday.jsonl': ids
          .slice(2)
          .toReversed()
          .map((id) => record(id, id % 100 === 0 ? -1 : id))
          .join(''),
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
  });

  after(() => workbench.close());

  it('is made of the file in front and another one, filtered and exported', async () => {
    await workbench.openPreview('monday.csv');
    await workbench.command('Rowriver: Compare with Another File...');
    await workbench.openFile('tuesday.jsonl');
    const asking = workbench.question(
      'Compare monday.csv with tuesday.jsonl: which columns identify a record?',
    );
    await asking.getByRole('button', { name: 'OK' }).waitFor();
    await workbench.screenshot('compare-keys');
    await asking.getByRole('button', { name: 'OK' }).click();
    const preview = await workbench.previewInFront('monday.csv ↔ tuesday.jsonl');
    const band = preview.frame.getByRole('group', { name: 'Comparison' });
    await band.getByText('monday.csv → tuesday.jsonl, by id').waitFor();
    await band.getByText('296 the same').waitFor();
    for (const width of [1400, 900, 600]) {
      await workbench.page.setViewportSize({ width, height: 900 });
      await preview.row(1).waitFor();
      await workbench.screenshot(`compare-${width}`);
    }
    await workbench.page.setViewportSize({ width: 1400, height: 900 });
    await band.getByRole('button', { name: '2 changed' }).click();
    await preview.matches.filter({ hasText: '2 of 4 records match' }).waitFor();
    assert.deepEqual((await preview.cells(1)).slice(0, 4), ['1', 'changed', '200', '200']);
    await workbench.command('Rowriver: Export Filtered Subset...');
    const target = join(workbench.folder, 'changed.csv');
    await workbench.chooseFile(join(workbench.folder, 'changes.filtered.jsonl'), target);
    await workbench.notification('Exported 2 records to changed.csv.').waitFor();
    assert.deepEqual((await readFile(target, 'utf8')).split('\r\n'), [
      '_change,id,price.old,price.new',
      'changed,200,200,-1',
      'changed,100,100,-1',
      '',
    ]);
  });

  it('opens the two records of a row in the diff editor', async () => {
    const preview = await workbench.previewInFront('monday.csv ↔ tuesday.jsonl');
    await workbench.chooseInMenu(preview.cell(2, 'changed'), 'Compare Record Side by Side');
    await workbench.tab('monday.csv, record 101 ↔ tuesday.jsonl, record 200').waitFor();
    const sides = workbench.page.locator('.monaco-diff-editor .view-lines:visible');
    await sides.first().getByText('"price": "100"').waitFor();
    await sides.last().getByText('"price": -1').waitFor();
    await workbench.screenshot('compare-record');
  });

  it('is made of two files that are selected in the Explorer, and comes back after a restart', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.inExplorer('.vscode').click();
    // Without a click that opens a file: when its editor comes to the front, the Explorer selects that file alone.
    for (const name of ['monday.csv', '.vscode', 'tuesday.jsonl'])
      await workbench.inExplorer(name).click({ modifiers: ['ControlOrMeta'] });
    await workbench.chooseInMenu('selection', 'Compare Selected as Tables');
    const asking = workbench.question('which columns identify a record?');
    await asking.getByRole('button', { name: 'OK' }).click();
    await workbench.previewInFront('monday.csv ↔ tuesday.jsonl');
    await workbench.kept('monday.csv ↔ tuesday.jsonl');
    await appendFile(join(workbench.folder, 'tuesday.jsonl'), record(1000, 1));
    await workbench.page.reload();
    const preview = await workbench.previewInFront('monday.csv ↔ tuesday.jsonl');
    const band = preview.frame.getByRole('group', { name: 'Comparison' });
    await band.getByRole('button', { name: '1 added' }).waitFor();
    await appendFile(join(workbench.folder, 'tuesday.jsonl'), record(1001, 1));
    await preview.frame.getByText('tuesday.jsonl has changed since it was compared.').waitFor();
    await preview.frame.getByRole('button', { name: 'Reload' }).click();
    await band.getByRole('button', { name: '2 added' }).waitFor();
  });
});
