import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EngineHost } from '../host/engineHost.ts';
import { accessOf, addressOf, tokenCookie } from './access.ts';
import { sendAsset } from './assets.ts';
import { listOf, previewOf, type Served } from './page.ts';
import { commonHead, Refusal, refuse } from './refusal.ts';
import { sendRejects, sendRows } from './rows.ts';
import type { ServedFile } from './servedFile.ts';
import { Tabs } from './tabs.ts';

export interface ServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly token: string;
  /** The one file; or all of several as one table, and then each of them. */
  readonly files: readonly [ServedFile, ...ServedFile[]];
  /** For the previews; not ended with the server. */
  readonly engine: EngineHost;
  /** Where the page's scripts and style sheets are. */
  readonly bundles: URL;
  /** Takes what nobody foresaw. */
  readonly failed: (error: unknown) => void;
}

export interface RowServer {
  readonly port: number;
  /** Breaks off what is under way, and resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** So many downloads at a time; whoever comes then is asked to come again. Each reads the file with all workers. */
export const mostAtOnce = 8;

/** A request that may be answered. */
interface Asked {
  readonly url: URL;
  readonly host: string;
  /** Whether the head of the answer is all that is asked for. */
  readonly isHead: boolean;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/**
 * Serves files on loopback: at `/` the preview, and `GET /rows.csv?q=...` streams what a query selects, in the format that
 * the ending names. A download ends when its client goes, waits while its client does, and breaks off where it fails.
 * @throws the error of `listen`, as EADDRINUSE
 */
export async function startServer(options: ServerOptions): Promise<RowServer> {
  const clients = new Set<AbortController>();
  const underWay = new Set<Promise<void>>();
  const tabs = new Tabs(options.token, options.files, options.engine);
  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', (request, socket, head) => tabs.upgrade(request, socket, head));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = new AbortController();
    const { signal } = client;
    clients.add(client);
    response.once('close', () => {
      clients.delete(client);
      client.abort(new Error('The client is gone.'));
    });
    try {
      const url = admitted(request, response, options.token);
      if (url === undefined) return;
      const isHead = request.method === 'HEAD';
      await respond({ url, host: request.headers.host ?? '', isHead, response, signal });
    } catch (error) {
      if (signal.aborted) response.destroy();
      else refuse(response, error, options.failed);
    }
  }

  async function respond(asked: Asked): Promise<void> {
    const { url, response } = asked;
    if (url.pathname === '/' || url.pathname === '/preview') sendPage(asked, options.files);
    else if (url.pathname.startsWith('/assets/')) await sendAsset(url.pathname, response, options.bundles);
    else if (url.pathname === '/record.json') await sendRecord(asked, tabs);
    else await download(asked);
  }

  async function download(asked: Asked): Promise<void> {
    if (underWay.size >= mostAtOnce) {
      const message = `There are ${mostAtOnce} requests under way. Try again when one is done.`;
      throw new Refusal(503, message, { 'Retry-After': '1' });
    }
    const { url, isHead, response, signal } = asked;
    const { file, open } = fileOf(asked, options.files, tabs);
    const rows = { url, isHead, response, signal, name: file.name, open };
    const answered = url.pathname === '/rejects.jsonl' ? sendRejects(rows) : sendRows(rows);
    underWay.add(answered);
    await answered.finally(() => underWay.delete(answered));
  }

  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    async close() {
      for (const client of clients) client.abort(new Error('The server ends.'));
      const closed = once(server, 'close');
      server.close();
      await tabs.close();
      await Promise.allSettled(underWay);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What is asked for; undefined where that has been answered. @throws Refusal */
function admitted(request: IncomingMessage, response: ServerResponse, token: string): URL | undefined {
  const access = accessOf(request, token);
  if (access.kind === 'refused') throw new Refusal(403, access.reason);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refusal(405, 'Only GET and HEAD are answered.', { Allow: 'GET, HEAD' });
  const url = addressOf(request.url);
  if (url === undefined) throw new Refusal(400, 'This is not an address of this server.');
  if (access.kind === 'shown' && url.pathname === '/') {
    // The token leaves the address bar and the history.
    const head = { ...commonHead, Location: '/', 'Set-Cookie': tokenCookie(request.headers.host, token) };
    response.writeHead(303, head).end();
    return undefined;
  }
  return url;
}

function sendPage({ url, host, response }: Asked, files: ServerOptions['files']): void {
  const number = Number(url.searchParams.get('file') ?? 0);
  const file = files.at(number);
  if (!Number.isInteger(number) || number < 0 || file === undefined)
    throw new Refusal(404, 'There is no such file.');
  const isList = url.pathname === '/' && files.length > 1;
  const { html, policy }: Served = isList ? listOf(files) : previewOf(number, file, host);
  response.writeHead(200, {
    ...commonHead,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
  });
  response.end(html);
}

/** A record of what a tab shows, as indented JSON. */
async function sendRecord({ url, response }: Asked, tabs: Tabs): Promise<void> {
  const tab = tabs.numbered(url.searchParams.get('tab'));
  if (tab === undefined) throw new Refusal(404, tabClosed);
  const number = (name: string) => Number(url.searchParams.get(name) ?? Number.NaN);
  const { text } = await tab.recordText(number('view'), number('row'));
  response.writeHead(200, { ...commonHead, 'Content-Type': 'application/json; charset=utf-8' });
  response.end(text);
}

/** The file that an address means, by its number or as a tab reads it. */
function fileOf(
  { url: { searchParams }, signal }: Asked,
  files: ServerOptions['files'],
  tabs: Tabs,
): { readonly file: ServedFile; readonly open: () => ReturnType<ServedFile['open']> } {
  const number = searchParams.get('tab');
  if (number !== null) {
    const tab = tabs.numbered(number);
    if (tab === undefined) throw new Refusal(404, tabClosed);
    const { file, options } = tab;
    return { file, open: () => file.open(signal, options) };
  }
  const file = fileNumbered(searchParams.get('file'), files);
  if (file === undefined) throw new Refusal(404, 'There is no such file.');
  return { file, open: () => file.open(signal) };
}

/** By a number from 1 on; null: all as one table, as is the only one. */
function fileNumbered(number: string | null, files: ServerOptions['files']): ServedFile | undefined {
  if (number === null) return files[0];
  if (!/^[1-9]\d*$/.test(number)) return undefined;
  return files.length === 1 ? files.at(Number(number) - 1) : files.at(Number(number));
}

const tabClosed = 'This preview is closed. Reload it, and try again.';

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
