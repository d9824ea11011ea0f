import { FileType, l10n, window, workspace, type Memento, type Uri } from 'vscode';
import { viewType } from './editors.ts';
import { namePattern } from './namePattern.ts';

/** What `workbench.editorAssociations` holds: a glob pattern's editor. */
type Associations = Readonly<Record<string, string>>;

/** Offers once for each kind of file to open all of them with Rowriver, which VS Code keeps in `workbench.editorAssociations`. */
export class AlwaysOpenOffer {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** To be called when somebody has chosen the preview for a file. */
  async offer(uri: Uri): Promise<void> {
    const pattern = namePattern(uri.path);
    if (pattern === undefined || (await isFolder(uri))) return;
    const key = `rowriver.alwaysOpen.${pattern}`;
    const wanted = workspace.getConfiguration('rowriver').get<boolean>('offerAlwaysOpen', true);
    if (!wanted || uri.scheme !== 'file' || this.#memory.get<boolean>(key) === true) return;
    const settings = workspace.getConfiguration('workbench');
    const associations = settings.get<Associations>('editorAssociations', {});
    if (pattern in associations) return;
    await this.#memory.update(key, true);
    const always = l10n.t('Always Open with Rowriver');
    const never = l10n.t("Don't Ask Again");
    const picked = await window.showInformationMessage(
      l10n.t('Open all {0} files with Rowriver?', pattern.slice(1)),
      always,
      l10n.t('Not Now'),
      never,
    );
    if (picked === always) {
      await settings.update('editorAssociations', { ...associations, [pattern]: viewType }, true);
      window.setStatusBarMessage(l10n.t('{0} files now open with Rowriver', pattern.slice(1)), 10_000);
    }
    if (picked === never) await workspace.getConfiguration('rowriver').update('offerAlwaysOpen', false, true);
  }
}

async function isFolder(uri: Uri): Promise<boolean> {
  const { type } = await workspace.fs.stat(uri);
  return (type & FileType.Directory) !== 0;
}
