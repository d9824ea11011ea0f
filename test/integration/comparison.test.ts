import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, TabInputCustom, Uri, window } from 'vscode';
import { comparedIn, tabOfComparison } from '../../src/extension/comparisons.ts';
import { openPreview } from '../../src/extension/editors.ts';

describe('two files that are compared', () => {
  let folder = '';

  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-'))));
  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true });
  });

  async function write(name: string, text: string): Promise<Uri> {
    const file = Uri.file(join(folder, name));
    await writeFile(file.fsPath, text);
    return file;
  }

  it('are a tab that says which they are', async () => {
    const before = await write('a b?.csv', 'id,n\n1,2\n');
    const after = await write('c#%.jsonl', '{"id":1,"n":3}\n');
    const asked = { before, after, keys: ['"Order ID"', 'id'] };
    const uri = tabOfComparison(asked);
    const kept = comparedIn(Uri.parse(uri.toString()));
    assert.deepEqual(
      [kept.before.fsPath, kept.after.fsPath, kept.keys],
      [before.fsPath, after.fsPath, asked.keys],
    );
    await openPreview(uri);
    const tab = window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof TabInputCustom);
    assert.equal(tab.label, 'a b?.csv ↔ c#%.jsonl');
    assert.equal(tab.input.viewType, 'rowriver.preview');
  });

  it('are exported like any file, and not over themselves', async () => {
    const before = await write('old.csv', 'id,n\n1,2\n2,2\n3,2\n');
    const after = await write('new.jsonl', '{"id":3,"n":2}\n{"id":1,"n":3}\n');
    const source = tabOfComparison({ before, after, keys: ['id'] });
    const target = Uri.file(join(folder, 'changes.jsonl'));
    await commands.executeCommand('rowriver.exportTo', { source, query: "_change = 'changed'", target });
    assert.equal(
      await readFile(target.fsPath, 'utf8'),
      '{"_change":"changed","id":1,"n":{"old":"2","new":3}}\n',
    );
    for (const one of [before, after])
      await assert.rejects(async () =>
        commands.executeCommand('rowriver.exportTo', { source, query: '', target: one }),
      );
    assert.equal(await readFile(before.fsPath, 'utf8'), 'id,n\n1,2\n2,2\n3,2\n');
  });
});
