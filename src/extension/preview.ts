import { env, l10n, type Disposable, type ExtensionContext, type Uri, type WebviewPanel } from 'vscode';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { FileInfo, PageCommand, PreviewCalls, PreviewEvents } from '../protocol/preview.ts';
import { Peer, type Handlers, type Message } from '../protocol/rpc.ts';
import type { Addresses, FilePlace } from './addresses.ts';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';
import { askAboutFile } from './askAboutFile.ts';
import { openAsText } from './editors.ts';
import type { Exporter } from './exporter.ts';
import { KeptFilters } from './filters.ts';
import { previewPage } from './page.ts';
import { askReading } from './readAs.ts';
import type { Readings } from './readings.ts';
import type { RecordDocuments } from './recordDocument.ts';
import { copyQueryAs } from './queryCopy.ts';
import { Relay } from './relay.ts';

type HostCalls = Pick<PreviewCalls, Extract<keyof PreviewCalls, `host/${string}`>>;
type Nothing = Record<string, never>;

export interface Status {
  readonly text: string;
  readonly tooltip: string;
  readonly encoding: string;
}

export interface PreviewServices {
  readonly context: ExtensionContext;
  readonly engine: EngineHost;
  readonly addresses: Addresses;
  readonly exporter: Exporter;
  readonly readings: Readings;
  readonly records: RecordDocuments;
}

/** One open preview: its page, its session with the engine, and what the page asks of the editor itself. */
export class Preview implements Disposable {
  readonly uri: Uri;
  readonly panel: WebviewPanel;
  readonly session: EngineSession;
  readonly #services: PreviewServices;
  readonly #relay: Relay;
  readonly #page: Peer<HostCalls, Nothing, PreviewEvents>;
  readonly #statusChanged: () => void;
  #info: FileInfo | undefined;
  #pageState: unknown;
  /** A page is there and hears what it is told. */
  #listening = false;
  /** What the page is to show as soon as it is there. */
  #wanted: string | undefined;
  #status: Status = { text: '', tooltip: '', encoding: '' };
  /** The file is being opened again because the user wants it read otherwise. */
  #rereading = false;

  /**
   * @param place what the engine opens: a path, or an address with its credentials
   * @param begin what the page shows at first
   */
  constructor(
    uri: Uri,
    place: FilePlace,
    panel: WebviewPanel,
    services: PreviewServices,
    statusChanged: () => void,
    begin: unknown,
  ) {
    this.uri = uri;
    this.panel = panel;
    this.#services = services;
    this.#statusChanged = statusChanged;
    const toPage = (message: Message) => void panel.webview.postMessage(message);
    this.#page = new Peer({ post: toPage, handlers: this.#handlers() });
    this.#relay = new Relay({
      toPage,
      toEngine: (message) => this.session.post(message),
      toHost: (message) => this.#page.receive(message),
      reopen: () => this.session.reopen(),
    });
    this.session = services.engine.open(
      { ...place, options: services.readings.of(uri) },
      {
        message: (message) => this.#relay.fromEngine(message),
        opened: (info, again) => {
          this.#info = info;
          this.#relay.opened();
          const message = this.#rereading ? '' : l10n.t('The engine was restarted.');
          this.#rereading = false;
          if (again) this.#page.send('restarted', { message });
        },
        interrupted: (error) => this.#relay.interrupted(error),
        failed: (error) => this.#relay.failed(error),
      },
    );
    panel.webview.onDidReceiveMessage((message: Message) => this.#relay.fromPage(message));
    panel.onDidChangeViewState(() => {
      if (panel.visible) return;
      this.#listening = false;
      this.#relay.forgetPage();
    });
    panel.webview.html = previewPage(panel.webview, services.context.extensionUri, begin);
  }

  /** What the page shows: query, columns, place. A second preview of the file begins with it. */
  get pageState(): unknown {
    return this.#pageState;
  }

  get status(): Status {
    return this.#status;
  }

  /** What was recognised of the file, once it is open. */
  get info(): FileInfo | undefined {
    return this.#info;
  }

  /** Hands the page a command of the editor. */
  command(command: PageCommand): void {
    this.#page.send('command', command);
  }

  /** Runs a query, now or once the page is there. */
  showQuery(query: string): void {
    if (this.#listening) this.command({ name: 'showQuery', query });
    else this.#wanted = query;
  }

  /** Lets the user say how the file is to be read, and reads it so, now and whenever it is opened. */
  async readAs(about?: 'table'): Promise<void> {
    const { readings } = this.#services;
    const options = await askReading(this.#info, readings.of(this.uri), about);
    if (options) await this.#readBy(options);
  }

  async #readBy(options: FormatOptions): Promise<void> {
    await this.#services.readings.keep(this.uri, options);
    this.#rereading = true;
    this.#relay.interrupted({ kind: 'restarted', message: l10n.t('The file is being read again.') });
    this.session.readAs(options);
  }

  dispose(): void {
    this.#page.close();
    this.session.close();
  }

  #handlers(): Handlers<HostCalls> {
    const { context, engine, exporter, records } = this.#services;
    const filters = new KeptFilters(context.workspaceState);
    return {
      'host/export': async ({ query }) => {
        await exporter.exportSubset(this, query);
        return null;
      },
      'host/exportRejects': async () => {
        await exporter.exportRejects(this);
        return null;
      },
      'host/openAsText': async () => {
        await openAsText(this.uri, this.panel.viewColumn);
        return null;
      },
      'host/openRecord': async ({ view, row }) => {
        await records.open(this.session, view, row);
        return null;
      },
      'host/readAs': async ({ about }) => {
        await this.readAs(about);
        return null;
      },
      'host/readWith': async (said) => {
        await this.#readBy({ ...this.#services.readings.of(this.uri), ...said });
        return null;
      },
      'host/copy': async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
      'host/copyQueryAs': async ({ query }) => {
        await copyQueryAs(engine, this.session, query);
        return null;
      },
      'host/askAboutFile': async ({ query }) => {
        await askAboutFile(this.uri, query);
        return null;
      },
      // What every page asks first.
      'host/filters': () => {
        this.#listening = true;
        const query = this.#wanted;
        this.#wanted = undefined;
        if (query !== undefined) this.showQuery(query);
        return filters.get();
      },
      'host/keepFilters': async (kept) => {
        await filters.keep(kept);
        return null;
      },
      'host/keepPage': ({ state }) => {
        this.#pageState = state;
        return null;
      },
      'host/status': (status) => {
        this.#status = status;
        this.#statusChanged();
        return null;
      },
    };
  }
}
