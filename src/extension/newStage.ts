import { l10n, Uri, window, workspace } from 'vscode';
import { isStageName, stageFiles } from '../engine/call/stageTemplate.ts';

/** Writes a stage to begin with into a new folder of the workspace, and opens it. Asks for its name, unless it is given. */
export async function newStage(given: string | undefined): Promise<void> {
  const parent = await askForFolder();
  const name = parent && (given ?? (await askForName(parent)));
  if (!parent || !name) return;
  const problem = await problemOf(parent, name);
  if (problem !== undefined) throw new Error(problem);
  const folder = Uri.joinPath(parent, name);
  for (const [file, text] of Object.entries(stageFiles(name))) {
    await workspace.fs.writeFile(Uri.joinPath(folder, file), new TextEncoder().encode(text));
  }
  await window.showTextDocument(Uri.joinPath(folder, `${name}.mjs`));
  const words = l10n.t(
    'CALL in a query runs the stage, in a preview or a terminal: its first lines say how. To test it, run node --test {0}.',
    workspace.asRelativePath(folder),
  );
  void window.showInformationMessage(words);
}

function askForName(parent: Uri): Thenable<string | undefined> {
  return window.showInputBox({
    title: l10n.t('New Stage'),
    prompt: l10n.t('The name of the stage, and of the folder that is made for it'),
    placeHolder: 'redact',
    validateInput: (name) => (name === '' ? undefined : problemOf(parent, name)),
  });
}

async function problemOf(parent: Uri, name: string): Promise<string | undefined> {
  if (!isStageName(name)) return l10n.t('Use letters, digits, - and _, and begin with a letter.');
  const isThere = await workspace.fs.stat(Uri.joinPath(parent, name)).then(
    () => true,
    () => false,
  );
  return isThere ? l10n.t('{0} already exists. Choose another name.', name) : undefined;
}

/** The folder of the workspace, or the one of several that the user chooses. */
async function askForFolder(): Promise<Uri | undefined> {
  const { workspaceFolders = [] } = workspace;
  if (workspaceFolders.length === 0) {
    void window.showInformationMessage(l10n.t('Open a folder first: the stage is made in it.'));
    return undefined;
  }
  if (workspaceFolders.length === 1) return workspaceFolders[0].uri;
  return (await window.showWorkspaceFolderPick())?.uri;
}
