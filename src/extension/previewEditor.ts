import {
  l10n,
  TabInputText,
  Uri,
  window,
  workspace,
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  type Disposable,
  type Tab,
  type ViewColumn,
  type WebviewPanel,
} from 'vscode';
import { addressScheme, type FilePlace } from './addresses.ts';
import { comparisonScheme } from './comparisons.ts';
import { openPreview, refusalOf, viewType } from './editors.ts';
import { filesScheme } from './fileSets.ts';
import { messagePage } from './page.ts';
import { Preview, type PreviewServices } from './preview.ts';
import { sparkScheme } from './sparkTabs.ts';
import type { StatusBar } from './statusBar.ts';

/** What is left of a preview whose file gets another name. */
interface RenamedPreview {
  readonly column: ViewColumn | undefined;
  /** Whether the file was open as text as well: that tab is its user's. */
  readonly hasText: boolean;
  state: unknown;
}

/** The custom editor: opens a preview for each tab, and knows which of them is in front. */
export class PreviewEditor implements CustomReadonlyEditorProvider, Disposable {
  readonly #services: PreviewServices;
  readonly #statusBar: StatusBar;
  readonly #previews = new Set<Preview>();
  readonly #registration: Disposable;
  readonly #renames: Disposable[];
  /** Previews of files that are being renamed, by the new name: what they show, and where. */
  readonly #renamed = new Map<string, RenamedPreview>();
  /** What the next preview of a file is to show. */
  #expected: { readonly name: string; readonly query: string } | undefined;

  constructor(services: PreviewServices, statusBar: StatusBar) {
    this.#services = services;
    this.#statusBar = statusBar;
    this.#registration = window.registerCustomEditorProvider(viewType, this, {
      supportsMultipleEditorsPerDocument: true,
      // A hidden page is thrown away and comes back from its kept state: the truth is in the engine.
      webviewOptions: { retainContextWhenHidden: false },
    });
    this.#renames = [
      workspace.onWillRenameFiles(({ files }) => this.#willRename(files)),
      workspace.onDidRenameFiles(() => this.#didRename()),
    ];
  }

  /** The preview that commands mean. */
  get active(): Preview | undefined {
    for (const preview of this.#previews) if (preview.panel.active) return preview;
    return undefined;
  }

  /** The files that previews show, as absolute paths: the person has opened them. */
  get openFiles(): readonly string[] {
    const shown = [...this.#previews].map(({ uri }) => uri);
    return [...new Set(shown.flatMap(({ scheme, fsPath }) => (scheme === 'file' ? [fsPath] : [])))];
  }

  /** Runs a query in the file's preview: in the open ones, or else in the next one that opens. */
  expectQuery(uri: Uri, query: string): void {
    const name = uri.toString();
    const open = [...this.#previews].filter((preview) => preview.uri.toString() === name);
    for (const preview of open) preview.showQuery(query);
    if (open.length === 0) this.#expected = { name, query };
  }

  openCustomDocument(uri: Uri): CustomDocument {
    const dispose = (): void => {
      if (uri.scheme === sparkScheme) this.#services.sparkTabs.forget(uri);
    };
    return { uri, dispose };
  }

  async resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): Promise<void> {
    if (uri.scheme === sparkScheme) {
      const rows = this.#services.sparkTabs.placeOf(uri);
      if (rows) this.#show(uri, rows, panel);
      else {
        panel.webview.html = messagePage(
          l10n.t('These rows were kept only as long as the window was open. Run the query on Spark again.'),
        );
      }
      return;
    }
    if (uri.scheme !== addressScheme && uri.scheme !== comparisonScheme) {
      const isKnown = uri.scheme === 'file' || uri.scheme === filesScheme;
      this.#show(uri, isKnown ? await this.#services.addresses.placeOf(uri) : undefined, panel);
      return;
    }
    const closed = new AbortController();
    panel.onDidDispose(() => closed.abort());
    const place = await this.#services.addresses.placeOf(uri);
    if (closed.signal.aborted) return;
    if (place !== undefined) this.#show(uri, place, panel);
    else {
      panel.webview.html = messagePage(
        l10n.t('The password or token for this URL is not stored on this machine. Run "Open URL..." again.'),
      );
    }
  }

  /** What an open preview of the file shows. */
  #stateOf(uri: Uri): unknown {
    const same = [...this.#previews].filter((preview) => preview.uri.toString() === uri.toString());
    return (same.find(({ panel }) => panel.active) ?? same.at(-1))?.pageState;
  }

  /** VS Code closes the preview of a file that gets another name: what it shows is kept for one of the new name. */
  #willRename(files: readonly { readonly oldUri: Uri; readonly newUri: Uri }[]): void {
    this.#renamed.clear();
    for (const { oldUri, newUri } of files) {
      for (const { uri, panel } of this.#previews) {
        const rest = uri.path.slice(oldUri.path.length);
        const isIn = uri.scheme === oldUri.scheme && uri.path.startsWith(oldUri.path);
        // A folder takes all that is in it along.
        if (!isIn || (rest !== '' && !rest.startsWith('/'))) continue;
        const now = rest === '' ? newUri : newUri.with({ path: `${newUri.path}${rest}` });
        const state = this.#stateOf(uri);
        const column = panel.viewColumn;
        const hasText = textTabs(uri, column).length > 0;
        this.#renamed.set(now.toString(), { column, hasText, state });
        void this.#services.readings.keep(now, this.#services.readings.of(uri));
      }
    }
  }

  /** VS Code opens the file by its default editor under the new name, which may be that of texts. */
  async #didRename(): Promise<void> {
    for (const [name, { column, hasText }] of this.#renamed) {
      const uri = Uri.parse(name);
      await openPreview(uri, column);
      if (!hasText) await window.tabGroups.close(textTabs(uri, column));
    }
  }

  /** What a preview of the file showed under its earlier name: once. */
  #takeRenamed(uri: Uri): unknown {
    const renamed = this.#renamed.get(uri.toString());
    const state = renamed?.state;
    if (renamed) renamed.state = undefined;
    return state;
  }

  #show(uri: Uri, place: FilePlace | undefined, panel: WebviewPanel): void {
    const { extensionUri } = this.#services.context;
    if (place === undefined) {
      panel.webview.html = messagePage(refusalOf(uri) ?? '');
      return;
    }
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [Uri.joinPath(extensionUri, 'dist')],
    };
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'tab-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'tab-dark.svg'),
    };
    const showStatus = () => this.#statusBar.show(this.active?.status);
    const begin = this.#stateOf(uri) ?? this.#takeRenamed(uri);
    const preview = new Preview(uri, place, panel, this.#services, showStatus, begin);
    if (this.#expected?.name === uri.toString()) {
      preview.showQuery(this.#expected.query);
      this.#expected = undefined;
    }
    this.#previews.add(preview);
    panel.onDidChangeViewState(showStatus);
    panel.onDidDispose(() => {
      this.#previews.delete(preview);
      preview.dispose();
      showStatus();
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const rename of this.#renames) rename.dispose();
    for (const preview of this.#previews) preview.dispose();
    this.#previews.clear();
  }
}

/** The tabs in a column that show a file as text. */
function textTabs(uri: Uri, column: ViewColumn | undefined): Tab[] {
  const groups = window.tabGroups.all.filter(({ viewColumn }) => viewColumn === column);
  return groups.flatMap(({ tabs }) =>
    tabs.filter(({ input }) => input instanceof TabInputText && input.uri.toString() === uri.toString()),
  );
}
