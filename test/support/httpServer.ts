import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What a server holds: bytes by their place, so that large ones need no memory. */
export interface Content {
  readonly size: number;
  slice(from: number, to: number): Uint8Array;
}

export function contentOf(bytes: Uint8Array | string): Content {
  const buffer = Buffer.from(bytes);
  return { size: buffer.length, slice: (from, to) => buffer.subarray(from, to) };
}

/** JSON records of exactly 100 bytes each, line end included. */
export function recordsOf(count: number): Content {
  const length = 100;
  return {
    size: count * length,
    slice: (from, to) => {
      const first = Math.floor(from / length);
      const last = Math.ceil(to / length);
      const lines = Array.from({ length: Math.max(0, last - first) }, (_, i) => recordLine(first + i));
      return Buffer.from(lines.join('')).subarray(from - first * length, to - first * length);
    },
  };
}

export function recordLine(id: number): string {
  const head = `{"id":${id},"status":${id % 40 === 0 ? 503 : 200},"text":"`;
  return `${head}${'.'.repeat(97 - head.length)}"}\n`;
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A server on this machine that does what a test tells it to, and counts. */
export class TestServer {
  readonly requests: http.IncomingMessage[] = [];
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;
  /** Connections that were opened so far. */
  connections = 0;
  handler: Handler;

  private constructor(server: http.Server, scheme: string, handler: Handler) {
    this.#server = server;
    this.#scheme = scheme;
    this.handler = handler;
    server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request, response) => {
      this.requests.push(request);
      response.on('error', () => undefined);
      this.handler(request, response);
    });
  }

  static async start(
    handler: Handler,
    options: { readonly tls?: https.ServerOptions } = {},
  ): Promise<TestServer> {
    const { tls } = options;
    const server = new TestServer(
      tls ? https.createServer(tls) : http.createServer(),
      tls ? 'https' : 'http',
      handler,
    );
    await server.listen(0);
    return server;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get server(): http.Server {
    return this.#server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path = '/data.jsonl', userinfo = ''): string {
    return `${this.#scheme}://${userinfo}127.0.0.1:${this.port}${path}`;
  }

  /** Sockets that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Bytes written to sockets that are open now. */
  get written(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);
  }

  /** Resolves when no client is connected any more. */
  async deserted(): Promise<void> {
    const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
    await Promise.all([...this.#sockets].map(closed));
  }

  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.dropAll();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export interface Served {
  readonly ranges?: boolean;
  readonly etag?: string | undefined;
  readonly modified?: string | undefined;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Bytes of a body after which the connection is cut. */
  readonly cutAfter?: number | undefined;
  /** From a place in the content on nothing comes before `until` resolves; `reached` is called when a client waits. */
  readonly held?:
    { readonly at: number; readonly until: Promise<unknown>; readonly reached: () => void } | undefined;
  /** Without Content-Length, in chunks. */
  readonly chunked?: boolean;
}

/** [from, to) that a request asks for; undefined where it asks for all. */
export function rangeOf(request: http.IncomingMessage, size: number): readonly [number, number] | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!match) return undefined;
  return [Number(match[1]), match[2] === '' ? size : Math.min(size, Number(match[2]) + 1)];
}

/** Serves content as a good server does, but for what it is told otherwise. */
export function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  content: Content,
  options: Served = {},
): void {
  const { ranges = true, etag, modified, headers, cutAfter, held, chunked = false } = options;
  const ifRange = request.headers['if-range'];
  const holds = ifRange === undefined || ifRange === etag || ifRange === modified;
  const range = ranges && holds ? rangeOf(request, content.size) : undefined;
  if (etag !== undefined) response.setHeader('etag', etag);
  if (modified !== undefined) response.setHeader('last-modified', modified);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value ?? '');
  if (range && range[0] >= content.size) {
    response.writeHead(416, { 'content-range': `bytes */${content.size}` }).end();
    return;
  }
  const [from, to] = range ?? [0, content.size];
  if (range) response.setHeader('content-range', `bytes ${from}-${to - 1}/${content.size}`);
  if (!chunked) response.setHeader('content-length', to - from);
  response.writeHead(range ? 206 : 200);
  const end = Math.min(to, from + (cutAfter ?? Infinity));
  const wait = Math.max(from, Math.min(end, held?.at ?? end));
  void (async () => {
    await send(response, content, from, wait);
    if (wait < end) {
      held?.reached();
      await held?.until;
    }
    await send(response, content, wait, end);
    if (end < to) response.socket?.destroySoon();
    else response.end();
  })();
}

const pieceLength = 64 * 1024;

/** Writes as far as the client takes it. */
export async function send(
  response: http.ServerResponse,
  content: Content,
  from: number,
  to: number,
): Promise<void> {
  for (let at = from; at < to && !response.destroyed; at += pieceLength) {
    if (response.write(content.slice(at, Math.min(to, at + pieceLength)))) continue;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }
}
