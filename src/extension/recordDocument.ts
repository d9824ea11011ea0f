import {
  l10n,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocument,
  type TextDocumentContentProvider,
} from 'vscode';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';

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
    const { title, text } = await this.#engine.call('recordText', { session: session.number, view, row });
    // The session and place tell apart equal titles of files in different folders.
    const uri = Uri.from({ scheme, path: `/${title}.json`, query: `${session.number}.${view}.${row}` });
    this.#texts.set(uri.toString(), text);
    await window.showTextDocument(uri, { preview: true });
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
