import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, TabInputCustom, Uri, window } from 'vscode';
import { exportPathOf, placeOfFiles, tabOfFiles, tabOfPattern } from '../../src/extension/fileSets.ts';

describe('several files as one table', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
    await mkdir(join(folder, 'parts'));
    await writeFile(join(folder, 'parts/a.csv'), 'x\n1\n');
    await writeFile(join(folder, 'parts/b.csv'), 'x\n2\n');
  });

  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true });
  });

  function tabInFront(): { readonly label: string; readonly uri: Uri } {
    const tab = window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof TabInputCustom);
    assert.equal(tab.input.viewType, 'rowriver.preview');
    return { label: tab.label, uri: tab.input.uri };
  }

  it('opens what is selected in the Explorer in one tab', async () => {
    const files = ['b.csv', 'a.csv'].map((name) => Uri.file(join(folder, 'parts', name)));
    await commands.executeCommand('rowriver.openAsOneTable', files[0], files);
    const { label, uri } = tabInFront();
    assert.equal(label, '2 files in parts');
    assert.deepEqual(placeOfFiles(uri).files, { folder: join(folder, 'parts'), names: ['a.csv', 'b.csv'] });
  });

  it('opens a folder, and exports all of it', async () => {
    await commands.executeCommand('rowriver.openAsOneTable', Uri.file(join(folder, 'parts')));
    const { label, uri } = tabInFront();
    assert.equal(label, 'Files in parts');
    const target = Uri.file(join(folder, 'all.jsonl'));
    await commands.executeCommand('rowriver.exportTo', { source: uri, query: '|> SELECT x, _file', target });
    assert.equal(
      await readFile(target.fsPath, 'utf8'),
      '{"x":"1","_file":"a.csv"}\n{"x":"2","_file":"b.csv"}\n',
    );
  });

  it('proposes names for exports that are not in a folder that is read whole', () => {
    const [a, b] = ['/data/logs/a.jsonl.gz', '/data/other/b.jsonl'];
    const pathOf = (uri: Uri): string => exportPathOf(uri, undefined);
    assert.equal(pathOf(tabOfFiles(['/data/logs'], 1)), '/data/logs.jsonl');
    assert.equal(pathOf(tabOfFiles([a, b], 0)), '/data/data.jsonl');
    assert.equal(pathOf(tabOfPattern('/data', 'logs/*.csv')), '/data/data.csv');
    assert.equal(tabOfFiles([a, b], 0).path, '/data/2 files in data');
  });
});
