import type { AllowedProgram, ExportProgress, OpenFile, ProgramCall } from '../protocol/engine.ts';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { FileInfo } from '../protocol/file.ts';
import type { PreviewCalls, PreviewEvents } from '../protocol/preview.ts';
import { Peer, type Handlers, type Message, type WireError } from '../protocol/rpc.ts';
import { said } from '../said/said.ts';
import type { EngineHost, EngineSession } from './engineHost.ts';
import { Relay } from './relay.ts';

/** What a page asks of whoever shows it. */
export type HostCalls = Pick<PreviewCalls, Extract<keyof PreviewCalls, `host/${string}`>>;

export interface HostedPageOptions {
  readonly engine: EngineHost;
  readonly file: OpenFile;
  /** Sends a message to the page. */
  readonly post: (message: Message) => void;
  readonly handlers: Handlers<HostCalls>;
  /** Asks whether a program may be run that a query of the page calls; where it is not there, none may. */
  readonly program?: (asked: ProgramCall) => Promise<AllowedProgram>;
  /** Is told how far the opening is, of what takes long to open, and when that has come to an end. */
  readonly opening?: {
    readonly progress: (step: ExportProgress) => void;
    /** @param error why it was in vain */
    readonly ended: (error?: WireError) => void;
  };
  /** What the page tells its user of. */
  readonly words: { readonly restarted: string; readonly rereading: string };
}

/** One page and its session with the engine, whoever shows the page: messages go through, host calls are answered. */
export class HostedPage {
  readonly session: EngineSession;
  readonly #relay: Relay;
  readonly #page: Peer<HostCalls, Record<string, never>, PreviewEvents>;
  readonly #words: HostedPageOptions['words'];
  #info: FileInfo | undefined;
  /** The file is being opened again because the user wants it read otherwise. */
  #rereading = false;

  constructor({ engine, file, post, handlers, program, opening, words }: HostedPageOptions) {
    this.#words = words;
    this.#page = new Peer({ post, handlers });
    this.#relay = new Relay({
      toPage: post,
      toEngine: (message) => this.session.post(message),
      toHost: (message) => this.#page.receive(message),
      reopen: () => this.session.reopen(),
    });
    this.session = engine.open(file, {
      message: (message) => this.#relay.fromEngine(message),
      opened: (info, again) => {
        this.#info = info;
        opening?.ended();
        this.#relay.opened();
        const message = this.#rereading ? '' : words.restarted;
        this.#rereading = false;
        if (again) this.send('restarted', { message });
      },
      interrupted: (error) => this.#relay.interrupted(error),
      failed: (error) => {
        opening?.ended(error);
        this.#relay.failed(error);
      },
      progress: opening?.progress,
      program,
    });
  }

  /** What was recognised of the file, once it is open. */
  get info(): FileInfo | undefined {
    return this.#info;
  }

  /** Takes what the page says. */
  receive(message: Message): void {
    this.#relay.fromPage(message);
  }

  /** Tells the page something. */
  send<K extends keyof PreviewEvents>(name: K, value: PreviewEvents[K]): void {
    this.#page.send(name, value);
  }

  /** No page is there for now; its query runs on. */
  forgetPage(): void {
    this.#relay.forgetPage();
  }

  /** Reads the file otherwise from now on. */
  readBy(options: FormatOptions): void {
    this.#rereading = true;
    this.#relay.interrupted({ kind: 'restarted', said: said`${this.#words.rereading}` });
    this.session.readAs(options);
  }

  close(): void {
    this.#page.close();
    this.session.close();
  }
}
