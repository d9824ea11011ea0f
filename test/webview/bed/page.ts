/** What stands in for the editor around the page: its API, and a hook for tests. */
import type { Message } from '../../../src/protocol/rpc.ts';
import type { PageCommand } from '../../../src/protocol/pageCommands.ts';
import type { BedOrder } from './engine.ts';

/** What tests see of the bed. */
export interface Bed {
  /** Calls of the page, newest last. */
  readonly calls: { readonly method: string; readonly params: unknown }[];
  readonly cancelled: number[];
  state: unknown;
  obey(order: BedOrder): void;
  /** The editor is slow to say which commands keys are bound to: none is sent until `answerKeys`. */
  delayKeys(): void;
  answerKeys(): void;
}

declare global {
  interface Window {
    bed: Bed;
    harmed?: unknown;
    acquireVsCodeApi: () => unknown;
  }
}

const asked = new URLSearchParams(location.search);
const worker = new Worker('/worker.js');
worker.addEventListener('message', ({ data }: MessageEvent<Message>) => window.postMessage(data, '*'));
worker.postMessage({
  start: {
    file: asked.get('file') ?? '1000000000',
    delay: Number(asked.get('delay') ?? 5),
    queryTime: Number(asked.get('query') ?? 300),
  },
});

const kept = sessionStorage.getItem('state');
window.bed = {
  calls: [],
  cancelled: [],
  state: kept === null ? undefined : JSON.parse(kept),
  obey: (order) => worker.postMessage({ obey: order }),
  delayKeys: () => (delayed = []),
  answerKeys() {
    for (const order of delayed ?? []) window.bed.obey(order);
    delayed = undefined;
  },
};

// The editor hears the page's keys, and sends the commands that package.json binds them to.
const bound: Readonly<Partial<Record<string, PageCommand>>> = {
  'ctrl f': { name: 'find' },
  'ctrl g': { name: 'goTo' },
  'ctrl l': { name: 'focusFilter' },
  'ctrl O': { name: 'findColumn' },
  F3: { name: 'findNext' },
};
let delayed: BedOrder[] | undefined;
addEventListener('keydown', ({ key, ctrlKey }) => {
  const command = bound[`${ctrlKey ? 'ctrl ' : ''}${key}`];
  if (!command) return;
  const order: BedOrder = { order: 'command', command };
  if (delayed) delayed.push(order);
  else window.bed.obey(order);
});

window.acquireVsCodeApi = () => ({
  postMessage(message: Message) {
    // As the editor does it: what crosses is JSON.
    const crossed = JSON.parse(JSON.stringify(message)) as Message;
    if (crossed.type === 'call') window.bed.calls.push({ method: crossed.method, params: crossed.params });
    if (crossed.type === 'cancel') window.bed.cancelled.push(crossed.id);
    worker.postMessage({ message: crossed });
  },
  getState: () => window.bed.state,
  setState(state: unknown) {
    window.bed.state = state;
    sessionStorage.setItem('state', JSON.stringify(state));
  },
});
