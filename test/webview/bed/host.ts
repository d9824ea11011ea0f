/** What stands in for the editor around the page where the engine is the real one, in the process of the tests. */
import type { Message } from '../../../src/protocol/rpc.ts';
import { decode } from './wire.ts';

/** What tests see of the page's conversation. */
export interface HostBed {
  /** Calls of the page that have not been answered. */
  readonly waiting: Set<number>;
  deliver(messages: readonly string[]): void;
}

declare global {
  interface Window {
    hostBed: HostBed;
    /** Given by the tests. */
    toHost: (message: string) => Promise<void>;
  }
}

const waiting = new Set<number>();

window.hostBed = {
  waiting,
  deliver(messages) {
    for (const text of messages) window.postMessage(decode(text), '*');
  },
};

// Not before the page has it as well, which listens from later on.
addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.type === 'result' || data.type === 'error') waiting.delete(data.id);
});

window.acquireVsCodeApi = () => ({
  postMessage(message: Message) {
    if (message.type === 'call') waiting.add(message.id);
    if (message.type === 'cancel') waiting.delete(message.id);
    void window.toHost(JSON.stringify(message));
  },
  // The grid has the whole width.
  getState: () => ({ version: 2, side: 'none' }),
  setState: () => undefined,
});
