import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { OpenFile } from '../../../src/protocol/engine.ts';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import type { Message } from '../../../src/protocol/rpc.ts';
import { serve, stop, type Served } from '../../support/served.ts';
import type { Theme } from './themes.ts';
import type { BedUser } from './user.ts';

/** Whether suites over the real engine look at the page that `rowriver serve` shows, in place of the bed's own. */
export const isServed = process.env.ROWRIVER_SERVED !== undefined;

/**
 * A test of what `rowriver serve` has not.
 * @param lacks why: what an editor has and a browser has not
 */
export function itInEditor(title: string, lacks: string, test: () => Promise<void>): void {
  if (isServed) it.skip(`${title} (needs an editor: ${lacks})`, test);
  else it(title, test);
}

interface EditorApi {
  postMessage(message: Message): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  interface Window {
    /** Given by the tests: the page asks its user something. */
    toUser: () => Promise<void>;
    /** Has the file that is shown read in another way, by what the page's own offers say. */
    readWith: (options: FormatOptions) => Promise<void>;
  }
}

/** The page of the program's server, on one file after the other, with what tests see of its conversation. */
export class ServedPage {
  readonly #page: Page;
  readonly #user: BedUser;
  #served: Served | undefined;
  /** What the server has been started with. */
  #file: OpenFile | undefined;
  #asking: Promise<void> = Promise.resolve();

  readonly #theme: Theme;

  constructor(page: Page, user: BedUser, theme: Theme = 'dark') {
    this.#page = page;
    this.#user = user;
    this.#theme = theme;
  }

  /** Resolves when the page shows the file: of the same one, read in another way, it is the page that was there before. */
  async show(file: OpenFile): Promise<void> {
    const before = this.#file;
    this.#file = file;
    const { location, options, files } = file;
    if (before?.location === location && isMore(before.options, options)) {
      await this.#page.evaluate((said) => window.readWith(said), options);
      return;
    }
    if (this.#served) await stop(this.#served);
    else await this.#watch();
    const said = Object.entries(options).filter(([, value]) => value !== undefined);
    const path = files ? `${files.folder}/${files.pattern ?? '*'}` : location;
    this.#served = await serve(path, ...said.flatMap(([name, value]) => [`--${name}`, String(value)]));
    const at = `http://127.0.0.1:${this.#served.port}`;
    await this.#page.goto(`${at}/?token=${this.#served.token}`);
    // Of several files, it lists them first.
    if (files) await this.#page.getByRole('link', { name: 'All files as one table' }).click();
  }

  /** Takes what the page has said to whoever shows it, and the answer to it. */
  async heard(message: Message): Promise<void> {
    if (message.type === 'call' && message.method === 'host/readWith')
      this.#user.reads(message.params as FormatOptions);
    if (message.type === 'result')
      this.#user.copies(await this.#page.evaluate(() => navigator.clipboard.readText()));
  }

  async close(): Promise<void> {
    if (this.#served) await stop(this.#served);
  }

  /** The bed's end of the page notes what is under way, and leaves the rest to the browser's end. */
  async #watch(): Promise<void> {
    const page = this.#page;
    // What a system says of its colors is all that a browser knows of a theme.
    await page.emulateMedia(
      this.#theme === 'contrast' ? { forcedColors: 'active' } : { colorScheme: this.#theme },
    );
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.exposeFunction('toUser', () => (this.#asking = this.#asking.then(() => this.#answer())));
    page.on('download', (download) => void download.saveAs(this.#user.target).then(() => this.#user.saves()));
    await page.addInitScript({ path: resolve('out/bed/host.js') });
    await page.addInitScript(watch);
  }

  /** Answers what the page asks, as its user does. */
  async #answer(): Promise<void> {
    const dialog = this.#page.locator('dialog.host-dialog');
    const choices = dialog.locator('.host-choice');
    const labels = await choices.locator('.host-choice-line > span:first-child').allInnerTexts();
    const isDownload = (await dialog.getByRole('heading').innerText()) === 'Download as';
    const answer = isDownload ? 'CSV' : this.#user.asked(labels);
    const at = labels.findIndex((label) => answer !== undefined && label.startsWith(answer));
    if (at >= 0) await choices.nth(at).click();
    else await this.#page.keyboard.press('Escape');
  }
}

/** Whether what is said of a file takes the place of all that was said before: what is left out stays as it was. */
function isMore(before: FormatOptions, now: FormatOptions): boolean {
  const names = namesOf(now);
  return names.length > 0 && namesOf(before).every((name) => names.includes(name));
}

function namesOf(options: FormatOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** Runs in the page before its own scripts. */
function watch(): void {
  const noted = window.acquireVsCodeApi() as EditorApi;
  /** The page's calls of which tests see the end. */
  const copies = new Set<number>();
  /** Is told that the page knows the file as it is read now. */
  let reads: (() => void) | undefined;
  let isAnew = false;
  let info: number | undefined;
  addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.type === 'event' && data.name === 'restarted') isAnew = true;
    if (data.type === 'result' && copies.delete(data.id)) void window.toHost(JSON.stringify(data));
    if ((data.type === 'result' || data.type === 'error') && isAnew && data.id === info) reads?.();
  });
  let acquire = (): unknown => noted;
  let sent: ((message: Message) => void) | undefined;
  Object.defineProperty(window, 'acquireVsCodeApi', {
    set: (browsers: () => unknown) => (acquire = browsers),
    get: () => () => {
      const api = acquire() as EditorApi;
      sent = (message) => api.postMessage(message);
      return {
        ...api,
        postMessage(message: Message) {
          if (message.type === 'call' && message.method === 'host/copy') copies.add(message.id);
          if (message.type === 'call' && message.method === 'info') info = message.id;
          noted.postMessage(message);
          api.postMessage(message);
        },
        getState: () => api.getState() ?? noted.getState(),
      };
    },
  });
  window.readWith = (options) =>
    new Promise((resolve) => {
      [isAnew, reads] = [false, resolve];
      // An id that the page does not come to.
      sent?.({ type: 'call', id: 1e9, method: 'host/readWith', params: options });
    });
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof HTMLDialogElement) void window.toUser();
  }).observe(document, { childList: true, subtree: true });
}
