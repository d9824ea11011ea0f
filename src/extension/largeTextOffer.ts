import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Uri } from 'vscode';
import { env, l10n, TabInputText, window, workspace, type Disposable } from 'vscode';
import { isDataFile } from '../protocol/dataFiles.ts';
import { openPreview } from './editors.ts';

const mebibyte = 1024 * 1024;

/**
 * VS Code hands no text over 50 MiB to extensions, and edits none over a gigabyte without asking. Of a remote machine it
 * shows none over 10 MiB without asking.
 */
const largeText = { local: 50 * mebibyte, remote: 10 * mebibyte };

/** Offers the preview, once a file, to whoever lands on a text tab that is too large for VS Code. */
export class LargeTextOffer implements Disposable {
  readonly #offered = new Set<string>();
  readonly #registration: Disposable;

  constructor() {
    this.#registration = window.tabGroups.onDidChangeTabs(() => void this.#look());
    void this.#look();
  }

  async #look(): Promise<void> {
    const input: unknown = window.tabGroups.activeTabGroup.activeTab?.input;
    if (!(input instanceof TabInputText) || !isOurs(input.uri) || this.#offered.has(input.uri.toString()))
      return;
    if (!workspace.getConfiguration('rowriver').get<boolean>('offerPreview', true)) return;
    const { uri } = input;
    this.#offered.add(uri.toString());
    const size = await sizeOf(uri.fsPath);
    if (size <= (env.remoteName === undefined ? largeText.local : largeText.remote)) return;
    const open = l10n.t('Open Preview');
    const never = l10n.t("Don't Ask Again");
    const name = basename(uri.path);
    const megabytes = Math.round(size / 1e6).toLocaleString();
    const picked = await window.showInformationMessage(
      l10n.t('{0} ({1} MB) is large for the text editor. Rowriver can preview it.', name, megabytes),
      open,
      never,
    );
    if (picked === open) await openPreview(uri);
    if (picked === never) await workspace.getConfiguration('rowriver').update('offerPreview', false, true);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function isOurs(uri: Uri): boolean {
  return uri.scheme === 'file' && isDataFile(uri.path);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
