import {
  commands,
  l10n,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocument,
  type TextDocumentContentProvider,
} from 'vscode';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';
import { words } from '../host/l10n.ts';

const scheme = 'rowriver-record';

/** Records as read-only JSON documents in real editors, with folding, find and compare. */
export class RecordDocuments implements TextDocumentContentProvider, Disposable {
  readonly #engine: EngineHost;
  readonly #texts = new Map<string, string>();
  readonly #registrations: Disposable[];

  constructor(engine: EngineHost) {
    this.#engine = engine;
    this.#registrations = [
      workspace.registerTextDocumentContentProvider(scheme, this),
      workspace.onDidCloseTextDocument(({ uri }: TextDocument) => this.#texts.delete(uri.toString())),
    ];
  }

  async open(session: EngineSession, view: number, row: number): Promise<void> {
    const { record, text } = await this.#engine.call('recordText', { session: session.number, view, row });
    const title = l10n.t('Record {0}', record);
    // The session and place tell apart equal titles of files in different folders.
    const uri = Uri.from({ scheme, path: `/${title}.json`, query: `${session.number}.${view}.${row}` });
    this.#texts.set(uri.toString(), text);
    await window.showTextDocument(uri, { preview: true });
  }

  /** Opens the old and the new record of a row of a comparison in the diff editor. */
  async compare(session: EngineSession, view: number, row: number): Promise<void> {
    const records = await this.#engine.call('comparedRecords', { session: session.number, view, row });
    const [before, after] = records.map(({ title: said, text }, side) => {
      const title = words(said);
      const query = `${session.number}.${view}.${row}.${side}`;
      const uri = Uri.from({ scheme, path: `/${title}.json`, query });
      this.#texts.set(uri.toString(), text);
      return { uri, title };
    });
    const title = `${before.title} ↔ ${after.title}`;
    await commands.executeCommand('vscode.diff', before.uri, after.uri, title, { preview: true });
  }

  provideTextDocumentContent(uri: Uri): string {
    return (
      this.#texts.get(uri.toString()) ??
      l10n.t('The preview of this record was closed. Open the record again from a preview.')
    );
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    this.#texts.clear();
  }
}
