import assert from 'node:assert/strict';
import { commands, Uri, window, workspace } from 'vscode';

describe('New Stage', () => {
  it('writes a stage with its test into a folder of the workspace, opens it, and replaces nothing', async () => {
    const [{ uri }] = workspace.workspaceFolders ?? [];
    const folder = Uri.joinPath(uri, 'redact');
    await commands.executeCommand('rowriver.newStage', 'redact');
    const written = await workspace.fs.readDirectory(folder);
    assert.deepEqual(written.map(([name]) => name).sort(), [
      'redact.mjs',
      'redact.test.mjs',
      'rowriver.d.ts',
      'sample.jsonl',
    ]);
    assert.equal(window.activeTextEditor?.document.uri.path, Uri.joinPath(folder, 'redact.mjs').path);
    assert.match(
      window.activeTextEditor.document.getText(),
      /export function stage\(record, \{ options \}\)/,
    );
    await assert.rejects(
      async () => commands.executeCommand('rowriver.newStage', 'redact'),
      /redact already exists/,
    );
    await assert.rejects(async () => commands.executeCommand('rowriver.newStage', '../x'), /Use letters/);
  });
});
