import type { Uri } from 'vscode';
import { addressScheme } from './addresses.ts';
import { comparisonScheme } from './comparisons.ts';
import { filesScheme } from './fileSets.ts';
import { sparkScheme } from './sparkTabs.ts';
import { commands, l10n, TabInputCustom, TabInputText, window, type ViewColumn } from 'vscode';

/** The custom editor's name, in package.json as well. */
export const viewType = 'rowriver.preview';

/** What a preview can be of. */
const previewed = new Set(['file', filesScheme, addressScheme, comparisonScheme, sparkScheme]);

/** Why a preview cannot show what has this scheme; undefined where it can. */
export function refusalOf({ scheme }: Uri): string | undefined {
  if (previewed.has(scheme)) return undefined;
  if (scheme === 'untitled') return l10n.t('Save the file first: Rowriver reads files from a disk.');
  return l10n.t(
    'Rowriver reads files by range from a disk, which "{0}:" does not offer. Save a copy to a folder, or open the folder in a window of the machine that holds it (Remote-SSH, WSL, a container).',
    scheme,
  );
}

/** Shows a file in a preview. What it cannot show stays in its tab. */
export async function openPreview(uri: Uri, column?: ViewColumn): Promise<void> {
  const refusal = refusalOf(uri);
  if (refusal !== undefined) {
    void window.showInformationMessage(refusal);
    return;
  }
  await commands.executeCommand('vscode.openWith', uri, viewType, column);
}

/** Shows a file in VS Code's own text editor. */
export async function openAsText(uri: Uri, column?: ViewColumn): Promise<void> {
  if (uri.scheme === addressScheme) {
    await window.showInformationMessage(l10n.t('URLs can only be opened in a preview.'));
    return;
  }
  if (uri.scheme === filesScheme) {
    await window.showInformationMessage(l10n.t('Several files as one table can only be shown in a preview.'));
    return;
  }
  if (uri.scheme === comparisonScheme) {
    await window.showInformationMessage(
      l10n.t('A comparison can only be shown in a preview. Export it to open it as text.'),
    );
    return;
  }
  if (uri.scheme === sparkScheme) {
    await window.showInformationMessage(
      l10n.t('Rows from Spark can only be shown in a preview. Export them to open them as text.'),
    );
    return;
  }
  await commands.executeCommand('vscode.openWith', uri, 'default', column);
}

/** The file in the tab in front, also where its text is too large for VS Code to hand to extensions. */
export function activeFile(): Uri | undefined {
  const input: unknown = window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof TabInputText || input instanceof TabInputCustom) return input.uri;
  return undefined;
}
