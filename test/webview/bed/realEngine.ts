import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Page } from 'playwright-core';
import type { Questions } from '../../../src/host/questions.ts';
import { askReading } from '../../../src/host/readAs.ts';
import { Relay } from '../../../src/host/relay.ts';
import type {
  EngineCalls,
  EngineEvents,
  HostAnswers,
  OpenFile,
  Tagged,
} from '../../../src/protocol/engine.ts';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import type { FileInfo } from '../../../src/protocol/file.ts';
import type { PreviewCalls, PreviewEvents } from '../../../src/protocol/preview.ts';
import { Peer, RemoteError, type Handlers, type Message } from '../../../src/protocol/rpc.ts';
import { said } from '../../../src/said/said.ts';
import type { BedServer, OpenOptions } from './server.ts';
import { isServed, ServedPage } from './servedPage.ts';
import { BedUser } from './user.ts';
import { encode } from './wire.ts';

type Nothing = Record<string, never>;
type HostCalls = Pick<PreviewCalls, Extract<keyof PreviewCalls, `host/${string}`>>;

/** The real engine and the extension's own relay, with one page on it that looks at one file after the other. */
export class RealEngine {
  readonly #page: Page;
  readonly #worker = new Worker(resolve('dist/engine.js'));
  readonly #host: Peer<HostAnswers, EngineCalls, EngineEvents>;
  readonly #toPage: Peer<HostCalls, Nothing, PreviewEvents>;
  readonly #relay: Relay;
  #session = 0;
  #served: ServedPage | undefined;
  readonly user = new BedUser();
  #compare: (asked: PreviewCalls['host/compareRecord']['params']) => void = () => undefined;
  /** The path that its user chooses where a schema is asked for. */
  schema = '';
  /** How queries were to be run that a cluster could not run. */
  readonly elsewhere: string[] = [];
  #export = new AbortController();
  /** What is open, and how it is read. */
  #opened: { readonly file: OpenFile; readonly info: FileInfo } | undefined;
  #asked: OpenFile | undefined;
  /** Told what the page is answered when it asks what the file is that took another's place. */
  #shown: { id: number | undefined; readonly tell: () => void } | undefined;
  /** What goes to the page, in one piece a turn. */
  #outgoing: string[] = [];
  #sending: Promise<void> = Promise.resolve();

  private constructor(page: Page) {
    this.#page = page;
    this.#worker.on('message', (tagged: Tagged) => this.#fromEngine(tagged));
    this.#host = new Peer({
      post: (message) => this.#worker.postMessage({ session: 0, message } satisfies Tagged),
      handlers: {
        // A person who allows everything.
        program: async ({ file: path }) => {
          const sha256 = createHash('sha256')
            .update(await readFile(path))
            .digest('hex');
          return { path, sha256 };
        },
      },
    });
    this.#toPage = new Peer({ post: (message) => this.#send(message), handlers: this.#handlers() });
    this.#relay = new Relay({
      toPage: (message) => {
        this.#send(message);
        const answers = message.type === 'result' || message.type === 'error';
        if (answers && message.id === this.#shown?.id) void this.#sending.then(this.#shown.tell);
      },
      toEngine: (message) => this.#worker.postMessage({ session: this.#session, message } satisfies Tagged),
      toHost: (message) => this.#toPage.receive(message),
      reopen: () => void this.#again(),
    });
  }

  /**
   * With what is kept of files, as in VS Code.
   * @param page one that has not gone anywhere yet
   */
  static async start(page: Page, cacheFolder: string): Promise<RealEngine> {
    const engine = new RealEngine(page);
    await engine.#host.call('configure', { cacheFolder, cacheBytes: 1e9, keepBytes: 1e9, programs: true });
    await page.exposeFunction('toHost', (text: string) => {
      const message = JSON.parse(text) as Message;
      if (engine.#served) return engine.#served.heard(message);
      if (engine.#shown && message.type === 'call' && message.method === 'info')
        engine.#shown.id = message.id;
      engine.#relay.fromPage(message);
      return undefined;
    });
    return engine;
  }

  /** Opens the page on a bed, with this engine behind it and a file of one record in `folder`. */
  static async onBed(
    bed: BedServer,
    folder: string,
    look: Pick<OpenOptions, 'width' | 'height' | 'scale' | 'theme' | 'words'>,
  ): Promise<{ readonly page: Page; readonly engine: RealEngine }> {
    let met: { page: Page; engine: RealEngine } | undefined;
    await bed.open({
      engine: 'here',
      ...look,
      meet: async (page) => {
        const engine = await RealEngine.start(page, join(folder, 'cache'));
        met = { page, engine };
        const first = join(folder, 'first.jsonl');
        await writeFile(first, '{"first":1}\n');
        await engine.open(first, {});
      },
    });
    if (!met) throw new Error('The bed has not shown its page.');
    if (isServed) met.engine.#served = new ServedPage(met.page, met.engine.user, look.theme);
    return met;
  }

  /**
   * Opens a file in the place of the one before. Where the page is there already, it shows the new file once this is
   * resolved: what a test waits for next can't be the file before.
   */
  async open(
    location: string,
    options: FormatOptions,
    compared?: OpenFile['compared'],
    remote?: OpenFile['remote'],
  ): Promise<void> {
    await this.openFile({ location, options, compared, remote });
  }

  /** The same of several files as one table. */
  async openFile(file: OpenFile): Promise<void> {
    if (this.#served) {
      // What is on its way to the bed's own page would not find it any more.
      await this.#sending;
      return this.#served.show(file);
    }
    this.#asked = file;
    const before = this.#session++;
    if (before > 0) {
      this.#relay.interrupted({ kind: 'restarted', said: said`Another file.` });
      await this.#host.call('close', { session: before });
    }
    await this.#openNow(file);
    if (before === 0) return;
    await new Promise<void>((tell) => {
      this.#shown = { id: undefined, tell };
      this.#toPage.send('restarted', { message: '' });
    });
    this.#shown = undefined;
  }

  async #openNow(file: OpenFile): Promise<void> {
    try {
      const info = await this.#host.call('open', { session: this.#session, file });
      this.#opened = { file, info };
      this.#relay.opened();
    } catch (error) {
      // Of rows of a cluster the page says why there are none.
      if (!file.remote || !(error instanceof RemoteError)) throw error;
      this.#opened = undefined;
      this.#relay.failed({ kind: error.kind, said: error.said });
    }
  }

  /** The page asks again for what could not be opened. */
  async #again(): Promise<void> {
    if (!this.#asked?.remote) return;
    this.#session++;
    await this.#openNow(this.#asked);
  }

  async close(): Promise<void> {
    await this.#served?.close();
    this.#toPage.close();
    await this.#sending;
    const ended = once(this.#worker, 'exit');
    this.#host.send('stop', null);
    await ended;
  }

  #fromEngine({ session, message }: Tagged): void {
    if (session === 0) this.#host.receive(message);
    else if (session === this.#session) this.#relay.fromEngine(message);
  }

  /** Cancels the export as its notification in VS Code does. */
  cancelExport(): void {
    this.#export.abort();
  }

  readonly #questions: Questions = {
    pick: (_, choices) => {
      const answer = this.user.asked(choices.map(({ label }) => label));
      return Promise.resolve(choices.find(({ label }) => answer !== undefined && label.startsWith(answer)));
    },
    text: () => Promise.resolve(this.user.answers.shift()),
  };

  /** The row whose records are compared next. */
  compared(): Promise<PreviewCalls['host/compareRecord']['params']> {
    return new Promise((resolve) => (this.#compare = resolve));
  }

  #send(message: Message): void {
    if (this.#served) return;
    this.#outgoing.push(encode(message));
    if (this.#outgoing.length > 1) return;
    this.#sending = this.#sending.then(async () => {
      const messages = this.#outgoing.splice(0);
      await this.#page.evaluate((texts) => window.hostBed.deliver(texts), messages);
    });
  }

  async #write(query: string): Promise<null> {
    this.#export = new AbortController();
    const { signal } = this.#export;
    const asked = { session: this.#session, query, target: this.user.target, to: 'csv' } as const;
    try {
      await this.#host.call('export', asked, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    this.user.saves();
    return null;
  }

  #handlers(): Handlers<HostCalls> {
    const done = () => null;
    return {
      'host/export': ({ query }) => this.#write(query),
      'host/exportRejects': done,
      'host/validate': async () => {
        await this.#host.call('validate', { session: this.#session, schema: this.schema });
        return null;
      },
      'host/exportChecked': done,
      'host/openAsText': done,
      'host/openRecord': done,
      'host/compareRecord': (asked) => {
        this.#compare(asked);
        return null;
      },
      'host/readAs': async ({ about }) => {
        if (!this.#opened) return null;
        const { file, info } = this.#opened;
        const { options } = file;
        const read = await askReading(this.#questions, info, options, about);
        if (read) await this.openFile({ ...file, options: read });
        return null;
      },
      'host/readWith': (said) => {
        this.user.reads(said);
        return null;
      },
      'host/copy': ({ text }) => {
        this.user.copies(text);
        return null;
      },
      'host/copyQueryAs': done,
      'host/askAboutFile': done,
      // A service that keeps what it takes in the file of the user's exports.
      'host/sendRows': ({ query }) => this.#write(query),
      'host/runOnSpark': done,
      'host/runElsewhere': ({ how }) => {
        this.elsewhere.push(how);
        return null;
      },
      'host/filters': () => ({ history: [], saved: [] }),
      'host/keepPage': () => null,
      'host/keepFilters': done,
      'host/status': done,
    };
  }
}
