/** The page's end of the conversation with the host. */
import type { PreviewCalls, PreviewEvents } from '../protocol/preview.ts';
import { Peer, RemoteError, type CallOptions, type Message } from '../protocol/rpc.ts';
import { saidOf } from '../said/said.ts';
import { asSentence } from './l10n.ts';

/** What is asked of whoever shows the page. */
export type HostMethod = Extract<keyof PreviewCalls, `host/${string}`>;

/** What `acquireVsCodeApi` answers. */
export interface EditorApi {
  /** What whoever shows the page cannot do, and what the page does not offer then. */
  readonly lacking?: readonly HostMethod[];
  postMessage(message: Message): void;
  getState(): unknown;
  setState(state: unknown): void;
}

type Nothing = Record<string, never>;
type PagePeer = Peer<Nothing, PreviewCalls, Nothing>;
type Listener<K extends keyof PreviewEvents> = (value: PreviewEvents[K]) => void;

export interface Link {
  readonly call: PagePeer['call'];
  on<K extends keyof PreviewEvents>(name: K, listener: Listener<K>): void;
}

export type { CallOptions };

export function createLink(api: EditorApi, page: Window): Link {
  const listeners = new Map<string, ((value: never) => void)[]>();
  const peer: PagePeer = new Peer<Nothing, PreviewCalls, Nothing>({
    post: (message) => api.postMessage(message),
    handlers: {},
    onEvent(name, value) {
      // It asks for the file anew, upon which nobody answers what it asked before.
      if (name === ('restarted' satisfies keyof PreviewEvents)) peer.abandon(asksEngine, outdated());
      for (const listener of listeners.get(name) ?? []) listener(value as never);
    },
  });
  page.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.origin === page.origin && isMessage(event.data)) peer.receive(event.data);
  });
  return {
    call: peer.call.bind(peer),
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
  };
}

function asksEngine(method: string): boolean {
  return !method.startsWith('host/');
}

function outdated(): DOMException {
  return new DOMException('The file is read anew.', 'AbortError');
}

function isMessage(data: unknown): data is Message {
  return typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string';
}

/** Whether a call ended because the page itself called it off. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What to tell of an error, in a sentence. */
export function sentence(error: unknown): string {
  return asSentence(saidOf(error));
}

export function kindOf(error: unknown): string {
  return error instanceof RemoteError ? error.kind : 'failed';
}
