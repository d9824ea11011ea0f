import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './workbench.ts';

const lines = Array.from(
  { length: 5000 },
  (_, i) =>
    `{"id": ${i + 1}, "name":"n${i}",  "status":${i % 7 === 0 ? 500 : 200}, "user":{"country":"DE"}}\n`,
);

describe('the packed extension in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ files: { 'requests.jsonl': lines.join('') } });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('failed');
  });

  after(() => workbench.close());

  it('opens a file, filters it, and exports the matches byte for byte', async () => {
    const preview = await workbench.openPreview('requests.jsonl');
    await preview.row(1).waitFor();
    assert.deepEqual(await preview.cells(1), ['1', '1', 'n0', '500', 'DE']);
    await workbench.screenshot('opened');
    await preview.filter('status >= 500');
    await preview.matches.filter({ hasText: '715 of 5,000 records match' }).waitFor();
    assert.deepEqual(await preview.cells(2), ['8', '8', 'n7', '500', 'DE']);
    await workbench.screenshot('filtered');

    await workbench.command('Rowriver: Export Filtered Subset...');
    const target = join(workbench.folder, 'out.jsonl');
    await workbench.chooseFile(join(workbench.folder, 'requests.filtered.jsonl'), target);
    await workbench.notification('Exported 715 records to out.jsonl.').waitFor();
    await workbench.screenshot('exported');
    assert.equal(await readFile(target, 'utf8'), lines.filter((_, i) => i % 7 === 0).join(''));
  });
});
