import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  commands,
  TabInputCustom,
  TabInputText,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';

describe('editors', () => {
  let folder = '';
  let file: Uri;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
    file = Uri.file(join(folder, 'some.jsonl'));
    await writeFile(file.fsPath, '{"a":1}\n{"a":2}\n');
  });

  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true });
  });

  function inFront(): unknown {
    return window.tabGroups.activeTabGroup.activeTab?.input;
  }

  it('leaves a data file to the text editor unless asked', async () => {
    await commands.executeCommand('vscode.open', file);
    assert.ok(inFront() instanceof TabInputText);
  });

  it('opens a compressed one in the preview, as text is not what it holds', async () => {
    const compressed = Uri.file(join(folder, 'some.jsonl.gz'));
    await writeFile(compressed.fsPath, gzipSync('{"a":1}\n{"a":2}\n'));
    await commands.executeCommand('vscode.open', compressed);
    assert.ok(inFront() instanceof TabInputCustom);
  });

  it('exports compressed where the name says so', async () => {
    const target = Uri.file(join(folder, 'out.jsonl.zst'));
    await commands.executeCommand('rowriver.exportTo', { source: file, query: 'a = 2', target });
    const back = Uri.file(join(folder, 'back.csv.gz'));
    await commands.executeCommand('rowriver.exportTo', { source: target, query: '', target: back });
    assert.equal(gunzipSync(await readFile(back.fsPath)).toString(), 'a\r\n2\r\n');
  });

  it('goes to the preview and back to text', async () => {
    await commands.executeCommand('rowriver.openPreview', file);
    const preview = inFront();
    assert.ok(preview instanceof TabInputCustom);
    assert.equal(preview.viewType, 'rowriver.preview');
    assert.equal(preview.uri.toString(), file.toString());
    await commands.executeCommand('rowriver.openAsText', file);
    assert.ok(inFront() instanceof TabInputText);
  });

  it('previews the file of the text tab in front when called from the palette', async () => {
    await commands.executeCommand('vscode.open', file);
    await commands.executeCommand('rowriver.openPreview');
    assert.ok(inFront() instanceof TabInputCustom);
  });

  it('previews every file of a selection in the explorer', async () => {
    const other = Uri.file(join(folder, 'other.csv'));
    await writeFile(other.fsPath, 'a\n1\n');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await commands.executeCommand('rowriver.openPreview', file, [file, other]);
    const open = window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.deepEqual(open.sort(), ['other.csv', 'some.jsonl']);
  });

  it('leaves a text that is in no file in its tab', async () => {
    const { uri } = await workspace.openTextDocument({ content: 'a,b\n1,2\n' });
    await commands.executeCommand('vscode.open', uri);
    await commands.executeCommand('rowriver.openPreview');
    const input = inFront();
    assert.ok(input instanceof TabInputText);
    assert.equal(input.uri.toString(), uri.toString());
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('shows the preview of a file that gets another name under that name', async () => {
    const [before, after] = ['before.csv', 'after.csv'].map((name) => Uri.file(join(folder, name)));
    await writeFile(before.fsPath, 'a\n1\n');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await commands.executeCommand('rowriver.openPreview', before);
    const isShown = (): boolean => {
      const [tab, ...others] = window.tabGroups.all.flatMap(({ tabs }) => tabs);
      const input: unknown = tab.input;
      return (
        others.length === 0 && input instanceof TabInputCustom && input.uri.toString() === after.toString()
      );
    };
    const shown = new Promise<void>((resolve) => {
      const listening = window.tabGroups.onDidChangeTabs(() => {
        if (!isShown()) return;
        listening.dispose();
        resolve();
      });
    });
    const edit = new WorkspaceEdit();
    edit.renameFile(before, after);
    assert.ok(await workspace.applyEdit(edit));
    await shown;
  });

  it('compares two data files as text', async () => {
    const other = Uri.file(join(folder, 'later.jsonl'));
    await writeFile(other.fsPath, '{"a":1}\n{"a":3}\n');
    await commands.executeCommand('vscode.diff', file, other);
    assert.ok(inFront() instanceof TabInputTextDiff);
  });
});
