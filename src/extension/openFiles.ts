import { FileType, l10n, window, workspace, type Uri } from 'vscode';
import { dialogEndings } from '../protocol/dataFiles.ts';
import { openPreview } from './editors.ts';
import { tabOfFiles, tabOfPattern } from './fileSets.ts';

/**
 * Opens what is selected in the Explorer, files and folders, as one table.
 * @param uri what the menu was opened on, which need not be part of the selection
 */
export async function openAsOneTable(uri: Uri | undefined, selected: readonly Uri[] = []): Promise<void> {
  const isSelected = selected.some((one) => one.toString() === uri?.toString());
  const all = uri && !isSelected ? [uri] : selected.length > 0 ? selected : await askForFiles();
  if (all.length === 0) return;
  const other = all.find(({ scheme }) => scheme !== 'file');
  if (other) {
    void window.showInformationMessage(
      l10n.t('Only files on a disk can be opened as one table, not those of "{0}:".', other.scheme),
    );
    return;
  }
  const types = await Promise.all(all.map(async (one) => (await workspace.fs.stat(one)).type));
  await openPreview(
    tabOfFiles(
      all.map(({ fsPath }) => fsPath),
      types.filter((type) => (type & FileType.Directory) !== 0).length,
    ),
  );
}

/** Opens the files of the workspace that a glob matches as one table; asks for the glob unless it is given. */
export async function openMatching(given: string | undefined): Promise<void> {
  const folders = workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  if (folders.length === 0) {
    void window.showInformationMessage(
      l10n.t('Open a folder first: the pattern is matched against its files.'),
    );
    return;
  }
  const folder = folders.length === 1 ? folders[0] : await window.showWorkspaceFolderPick();
  if (folder === undefined) return;
  const asked = given ?? (await askForPattern(folder.name));
  const pattern = asked?.trim().replace(/^\.?\//, '') ?? '';
  if (pattern === '') return;
  await openPreview(tabOfPattern(folder.uri.fsPath, pattern));
}

async function askForFiles(): Promise<readonly Uri[]> {
  const picked = await window.showOpenDialog({
    canSelectMany: true,
    openLabel: l10n.t('Open as One Table'),
    filters: dataFileFilters(),
  });
  return picked ?? [];
}

/** The kinds of files that a dialog offers. */
export function dataFileFilters(): Record<string, string[]> {
  return {
    [l10n.t('JSON Lines, CSV, JSON, logs and Parquet')]: [...dialogEndings],
    [l10n.t('All files')]: ['*'],
  };
}

function askForPattern(folder: string): Thenable<string | undefined> {
  return window.showInputBox({
    title: l10n.t('Open Files Matching'),
    prompt: l10n.t('Files in {0} that are read as one table. ** stands for any folders.', folder),
    placeHolder: 'logs/2026-*.jsonl.gz',
    ignoreFocusOut: true,
  });
}
