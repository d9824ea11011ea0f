import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { OpenFile } from '../../../src/protocol/engine.ts';
import type { Message } from '../../../src/protocol/rpc.ts';
import { serve, stop, type Served } from '../../support/served.ts';

/** Whether suites over the real engine look at the page that `rowriver serve` shows, in place of the bed's own. */
export const isServed = process.env.ROWRIVER_SERVED !== undefined;

interface EditorApi {
  postMessage(message: Message): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** The page of the program's server, on one file after the other, with what tests see of its conversation. */
export class ServedPage {
  readonly #page: Page;
  #served: Served | undefined;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Resolves when the page of another file is loaded. */
  async show({ location, options }: OpenFile): Promise<void> {
    if (this.#served) await stop(this.#served);
    else await this.#watch();
    const said = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#served = await serve(location, ...said.flatMap(([name, value]) => [`--${name}`, String(value)]));
    await this.#page.goto(`http://127.0.0.1:${this.#served.port}/?token=${this.#served.token}`);
  }

  async close(): Promise<void> {
    if (this.#served) await stop(this.#served);
  }

  /** The bed's end of the page notes what is under way, and leaves the rest to the browser's end. */
  async #watch(): Promise<void> {
    await this.#page.addInitScript({ path: resolve('out/bed/host.js') });
    await this.#page.addInitScript(() => {
      const noted = window.acquireVsCodeApi() as EditorApi;
      window.toHost = () => Promise.resolve();
      let acquire = (): unknown => noted;
      Object.defineProperty(window, 'acquireVsCodeApi', {
        set: (browsers: () => unknown) => (acquire = browsers),
        get: () => () => {
          const api = acquire() as EditorApi;
          return {
            ...api,
            postMessage(message: Message) {
              noted.postMessage(message);
              api.postMessage(message);
            },
            getState: () => api.getState() ?? noted.getState(),
          };
        },
      });
    });
  }
}
