import {
  env,
  l10n,
  window,
  type Disposable,
  type ExtensionContext,
  type Uri,
  type WebviewPanel,
} from 'vscode';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { FileInfo } from '../protocol/file.ts';
import type { PageCommand } from '../protocol/pageCommands.ts';
import type { Handlers, Message, WireError } from '../protocol/rpc.ts';
import type { Addresses, FilePlace } from './addresses.ts';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';
import { HostedPage, type HostCalls } from '../host/hostedPage.ts';
import { askReading } from '../host/readAs.ts';
import { askAboutFile } from './askAboutFile.ts';
import { comparisonScheme } from './comparisons.ts';
import { openAsText } from './editors.ts';
import type { Exporter } from './exporter.ts';
import { KeptFilters } from './filters.ts';
import { OpeningNotice } from './openingNotice.ts';
import { previewPage } from './page.ts';
import { QuickQuestions } from './questions.ts';
import type { AllowedPrograms } from './programs.ts';
import type { Readings } from './readings.ts';
import type { SparkRunner } from './runOnSpark.ts';
import type { Sender } from './sendRows.ts';
import { sparkScheme, type SparkTabs } from './sparkTabs.ts';
import type { RecordDocuments } from './recordDocument.ts';
import type { SchemaChecks } from './schemaCommands.ts';
import { copyQueryAs } from './queryCopy.ts';

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
  readonly sender: Sender;
  readonly spark: SparkRunner;
  readonly sparkTabs: SparkTabs;
  readonly schemas: SchemaChecks;
  readonly readings: Readings;
  readonly records: RecordDocuments;
  readonly programs: AllowedPrograms;
}

/** One open preview: its page, its session with the engine, and what the page asks of the editor itself. */
export class Preview implements Disposable {
  readonly uri: Uri;
  readonly panel: WebviewPanel;
  readonly #services: PreviewServices;
  readonly #page: HostedPage;
  readonly #statusChanged: () => void;
  readonly #opening: OpeningNotice;
  #pageState: unknown;
  /** A page is there and hears what it is told. */
  #listening = false;
  /** Its user is being told that a cluster refuses. */
  #isRefused = false;
  /** What the page is to show as soon as it is there. */
  #wanted: string | undefined;
  /** Programs that were allowed since it was handed a query that calls some, and that its user has not typed. */
  #handed: Set<string> | undefined;
  #status: Status = { text: '', tooltip: '', encoding: '' };

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
    this.#opening = new OpeningNotice(openingWords(place), () => void panel.dispose());
    this.#statusChanged = statusChanged;
    this.#page = new HostedPage({
      engine: services.engine,
      file: { ...place, options: services.readings.of(uri) },
      post: (message) => void panel.webview.postMessage(message),
      handlers: this.#handlers(),
      program: (asked) => services.programs.allow(uri, asked, this.#handed),
      opening: {
        progress: (step) => this.#opening.step(step),
        ended: (error) => {
          this.#opening.dispose();
          if (place.remote && error?.kind === 'cluster-refused') void this.#refused(error);
        },
      },
      words: {
        restarted: l10n.t('The engine was restarted.'),
        rereading: l10n.t('The file is being read again.'),
      },
    });
    panel.webview.onDidReceiveMessage((message: Message) => this.#page.receive(message));
    panel.onDidChangeViewState(() => {
      if (panel.visible) return;
      this.#listening = false;
      this.#page.forgetPage();
    });
    panel.webview.html = previewPage(panel.webview, services.context.extensionUri, begin);
  }

  /** A cluster wants to know who asks. */
  async #refused(error: WireError): Promise<void> {
    // The page tries again by itself.
    if (this.#isRefused) return;
    this.#isRefused = true;
    if (await this.#services.spark.refused(this.uri, error)) this.panel.dispose();
    this.#isRefused = false;
  }

  get session(): EngineSession {
    return this.#page.session;
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
    return this.#page.info;
  }

  /** Hands the page a command of the editor. */
  command(command: PageCommand): void {
    this.#page.send('command', command);
  }

  /** Runs a query, now or once the page is there. */
  showQuery(query: string): void {
    if (/\bcall\b/i.test(query)) this.#handed = new Set();
    if (this.#listening) this.command({ name: 'showQuery', query });
    else this.#wanted = query;
  }

  /** Lets the user say how the file is to be read, and reads it so, now and whenever it is opened. */
  async readAs(about?: 'table' | 'order'): Promise<void> {
    if (this.uri.scheme === comparisonScheme) {
      void window.showInformationMessage(
        l10n.t('The files are compared as their own previews read them. Open one of them to change that.'),
      );
      return;
    }
    if (this.uri.scheme === sparkScheme) {
      void window.showInformationMessage(
        l10n.t('These rows are read as Spark has sent them. Open the file to change how it is read.'),
      );
      return;
    }
    const { readings } = this.#services;
    const questions = new QuickQuestions();
    try {
      const options = await askReading(questions, this.info, readings.of(this.uri), about);
      if (options) await this.#readBy(options);
    } finally {
      questions.close();
    }
  }

  async #readBy(options: FormatOptions): Promise<void> {
    await this.#services.readings.keep(this.uri, options);
    this.#page.readBy(options);
  }

  /** Where the file was run on a cluster, the page has a button for that. */
  #offerSpark(): void {
    const label = this.#services.spark.lastOf(this.uri);
    if (label !== undefined && this.#listening) this.#page.send('ranOnSpark', { label });
  }

  dispose(): void {
    this.#opening.dispose();
    this.#page.close();
  }

  #handlers(): Handlers<HostCalls> {
    const { context, engine, exporter, sender, spark, records, schemas } = this.#services;
    const filters = new KeptFilters(context.workspaceState);
    return {
      'host/export': async ({ query }) => {
        await exporter.exportSubset(this, query);
        return null;
      },
      'host/sendRows': async ({ query }) => {
        await sender.send(this, query);
        return null;
      },
      'host/runOnSpark': async ({ query, again }) => {
        const asked = { uri: this.uri, file: this.session.file, query };
        await (again === true ? spark.runAgain(asked) : spark.run(asked));
        this.#offerSpark();
        return null;
      },
      'host/runElsewhere': async ({ how }) => {
        if (await spark.runElsewhere(this.uri, how)) this.panel.dispose();
        return null;
      },
      'host/exportRejects': async () => {
        await exporter.exportRejects(this);
        return null;
      },
      'host/validate': async () => {
        await schemas.validate(this);
        return null;
      },
      'host/exportChecked': async () => {
        await schemas.exportChecked(this);
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
      'host/compareRecord': async ({ view, row }) => {
        await records.compare(this.session, view, row);
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
        this.#offerSpark();
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

function openingWords({ compared, remote, location }: FilePlace): string {
  if (remote) return l10n.t('Running the query of {0}', location);
  return compared ? l10n.t('Comparing {0}', location) : l10n.t('Opening {0}', location);
}
