import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './workbench.ts';

const lines = Array.from(
  { length: 3000 },
  (_, i) => `{"id":${i + 1},"name":"n, ${i}","level":"${i % 10 === 3 ? 'error' : 'info'}"}\n`,
);
const broken = ['{"id":1}\n', '{"id":\n', 'no JSON\n', '{"id":4}\n'];

describe('files that change, are converted, or are not as they should be', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({
      files: {
        'log.jsonl': lines.join(''),
        'gone.jsonl': lines.join(''),
        'broken.jsonl': broken.join(''),
        // Some hundred megabytes when it is converted: long enough for somebody to think better of it.
        'large.jsonl': lines.join('').repeat(400),
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title}`);
    await workbench.command('View: Close All Editors');
    await workbench.command('Notifications: Clear All Notifications');
  });

  after(() => workbench.close());

  it('keeps the query when a file that has changed is reloaded', async () => {
    const preview = await workbench.openPreview('log.jsonl');
    await preview.filter("level = 'error'");
    await preview.matches.filter({ hasText: '300 of 3,000 records match' }).waitFor();
    await appendFile(join(workbench.folder, 'log.jsonl'), '{"id":3001,"name":"new","level":"error"}\n');
    await preview.frame.getByText(/The file has grown by \d+ bytes/).waitFor();
    await preview.frame.getByRole('button', { name: 'Reload' }).click();
    await preview.matches.filter({ hasText: '301 of 3,001 records match' }).waitFor();
    assert.equal(await preview.box.innerText(), "level = 'error'");
  });

  it('says that a file is gone', async () => {
    const preview = await workbench.openPreview('gone.jsonl');
    await preview.row(1).waitFor();
    await rm(join(workbench.folder, 'gone.jsonl'));
    await preview.frame.getByText('The file was deleted, moved or renamed.').waitFor();
  });

  it('converts JSON Lines to CSV', async () => {
    const preview = await workbench.openPreview('log.jsonl');
    await preview.filter('id <= 3');
    await preview.matches.filter({ hasText: '3 of' }).waitFor();
    await workbench.command('Rowriver: Export Filtered Subset...');
    const target = join(workbench.folder, 'log.csv');
    await workbench.chooseFile(join(workbench.folder, 'log.filtered.jsonl'), target);
    await workbench.notification('Exported 3 records to log.csv.').waitFor();
    const header = 'id,name,level\r\n';
    const rows = '1,"n, 0",info\r\n2,"n, 1",info\r\n3,"n, 2",info\r\n';
    assert.equal((await readFile(target, 'utf8')).replaceAll(/\r?\n/g, '\r\n'), header + rows);
  });

  it('counts, lists and exports malformed records', async () => {
    const preview = await workbench.openPreview('broken.jsonl');
    await preview.footer.getByRole('button', { name: '2 malformed' }).click();
    await preview.frame.getByRole('region', { name: 'Problems' }).waitFor();
    await workbench.command('Rowriver: Export Malformed Records...');
    const target = join(workbench.folder, 'rejects.jsonl');
    await workbench.chooseFile(join(workbench.folder, 'broken.rejects.jsonl'), target);
    await workbench.notification('Exported 2 malformed records to rejects.jsonl.').waitFor();
    const rejects = (await readFile(target, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      rejects.map(({ record }) => record),
      [2, 3],
    );
  });

  it('leaves no file of an export that is cancelled', async () => {
    const preview = await workbench.openPreview('large.jsonl');
    await preview.row(1).waitFor();
    const before = await readdir(workbench.folder);
    await workbench.command('Rowriver: Export Filtered Subset...');
    // Compressing takes as long as a busy machine takes to press a button.
    const target = join(workbench.folder, 'not.csv.gz');
    await workbench.chooseFile(join(workbench.folder, 'large.copy.jsonl'), target);
    await workbench.answer('Exporting to not.csv.gz', 'Cancel');
    // The engine cleans up behind itself a moment after the notification has gone.
    await workbench.until(async () => (await readdir(workbench.folder)).join() === before.join());
  });
});
