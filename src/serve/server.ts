import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename, extname } from 'node:path';
import { refuseOpen } from '../engine/dataset/doubts.ts';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { QuerySyntaxError } from '../engine/dataset/plan.ts';
import { exportTo } from '../engine/run/export.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { namedTarget } from '../engine/sink/targetName.ts';
import { targetFormats } from '../engine/sink/targets.ts';
import { SourceError } from '../engine/source/source.ts';
import { asMemoryLimit } from '../engine/stage/memoryLimit.ts';
import { TemporaryError } from '../engine/temporaryFolder.ts';
import { exportFormats, type ExportFormat } from '../protocol/engine.ts';
import { accessOf, addressOf, tokenCookie } from './access.ts';
import { servedPage } from './page.ts';
import { responseSink } from './responseSink.ts';

export interface ServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly token: string;
  /** What the file is called: the path or address that it was given by. */
  readonly name: string;
  /** Opens it for one request, which closes it. @throws SourceError */
  readonly open: (signal: AbortSignal) => Promise<Dataset>;
  /** Takes what nobody foresaw. */
  readonly failed: (error: unknown) => void;
}

export interface RowServer {
  readonly port: number;
  /** Breaks off what is under way, and resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** So many requests at a time; whoever comes then is asked to come again. Each reads the file with all workers. */
export const mostAtOnce = 8;

/** What the formats are called, in the page and by HTTP. */
const formats: Readonly<Record<Exclude<ExportFormat, 'same'>, readonly [name: string, type: string]>> = {
  csv: ['CSV', 'text/csv; charset=utf-8; header=present'],
  tsv: ['TSV', 'text/tab-separated-values; charset=utf-8'],
  jsonl: ['JSON Lines', 'application/x-ndjson'],
  json: ['JSON', 'application/json'],
  md: ['Markdown', 'text/markdown; charset=utf-8'],
  parquet: ['Parquet', 'application/vnd.apache.parquet'],
};

/** By the endings of addresses. */
const types = new Map<string, string>();
const buttons: (readonly [name: string, ending: string])[] = [];
for (const format of exportFormats) {
  if (format === 'same') continue;
  const [name, type] = formats[format];
  const { endings } = targetFormats[format];
  for (const ending of endings) types.set(ending, type);
  buttons.push([name, endings[0]]);
}

/** Of every answer: nothing of it is kept, framed, guessed at, or told to other sites. */
const common: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** An answer other than rows. Its message is for people. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Serves the rows of a file on loopback: `GET /rows.csv?q=...` streams what a query selects, in the format that the ending
 * names. A download ends when its client goes, waits while its client does, and breaks off where it fails.
 * @throws the error of `listen`, as EADDRINUSE
 */
export async function startServer(options: ServerOptions): Promise<RowServer> {
  const clients = new Set<AbortController>();
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => void answer(request, response));

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
      if (underWay.size >= mostAtOnce) {
        const message = `There are ${mostAtOnce} requests under way. Try again when one is done.`;
        throw new Refusal(503, message, { 'Retry-After': '1' });
      }
      const answered =
        url.pathname === '/' ? page(response, options, signal) : rows(url, response, options, signal);
      underWay.add(answered);
      await answered.finally(() => underWay.delete(answered));
    } catch (error) {
      if (signal.aborted) response.destroy();
      else refuse(response, error, options.failed);
    }
  }

  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    async close() {
      for (const client of clients) client.abort(new Error('The server ends.'));
      const closed = once(server, 'close');
      server.close();
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
  if (request.method !== 'GET') throw new Refusal(405, 'Only GET is answered.', { Allow: 'GET' });
  const url = addressOf(request.url);
  if (url === undefined) throw new Refusal(400, 'This is not an address of this server.');
  if (access.kind === 'shown' && url.pathname === '/') {
    // The token leaves the address bar and the history.
    const head = { ...common, Location: '/', 'Set-Cookie': tokenCookie(request.headers.host, token) };
    response.writeHead(303, head).end();
    return undefined;
  }
  return url;
}

async function page(
  response: ServerResponse,
  { name, open }: ServerOptions,
  signal: AbortSignal,
): Promise<void> {
  const dataset = await open(signal);
  try {
    const nonce = randomBytes(18).toString('base64');
    const policy = `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
    response.writeHead(200, {
      ...common,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
    });
    const { description, seenColumns: columns } = dataset;
    response.end(servedPage({ name: basename(name), description, columns, formats: buttons }, nonce));
  } finally {
    await dataset.close();
  }
}

async function rows(
  url: URL,
  response: ServerResponse,
  { name, open }: ServerOptions,
  signal: AbortSignal,
): Promise<void> {
  const ending = /^\/rows(\.[a-z]+)$/.exec(url.pathname)?.[1];
  const type = types.get(ending ?? '');
  if (ending === undefined || type === undefined) {
    throw new Refusal(404, `There is / and /rows with an ending: ${[...types.keys()].join(' ')}.`);
  }
  const query = url.searchParams.get('q') ?? '';
  const dataset = await open(signal);
  try {
    refuseOpen(
      query,
      dataset,
      () => 'Say how it is written when the server is started: see rowriver --help.',
    );
    const { kind, dialect } = dataset.format;
    const to = namedTarget({ name: basename(name), kind, delimiter: dialect?.delimiter }, `rows${ending}`);
    const plain = basename(name, extname(name)) || 'rows';
    const head = { ...common, 'Content-Type': type, 'Content-Disposition': attachment(`${plain}${ending}`) };
    const sink = responseSink(response, { ...head, 'Accept-Ranges': 'none' }, signal);
    await exportTo(dataset, { query, to, sink }, { signal, progress: () => undefined });
  } finally {
    await dataset.close();
  }
}

/** As RFC 6266 has it: a name in ASCII, and for all who can read it the name itself (RFC 8187). */
function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Says why there are no rows; where some are on their way already, the connection breaks instead. */
function refuse(response: ServerResponse, error: unknown, failed: (error: unknown) => void): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    if (!isForeseen(error)) failed(error);
    return;
  }
  const { status, headers, message } = refusalOf(error);
  if (status === 500 && !isForeseen(error)) failed(error);
  response.writeHead(status, { ...common, ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

function refusalOf(error: unknown): Pick<Refusal, 'status' | 'headers' | 'message'> {
  if (error instanceof Refusal) return error;
  if (error instanceof QuerySyntaxError) {
    const message = error.diagnostics.map(({ message, from }) => `${message} (at ${from + 1})`).join('\n');
    return { status: 400, headers: {}, message };
  }
  if (error instanceof SourceError && error.failure === 'not-found')
    return { status: 404, headers: {}, message: error.message };
  if (error instanceof SinkError) return { status: 422, headers: {}, message: error.message };
  const memory = asMemoryLimit(error);
  if (memory) return { status: 422, headers: {}, message: memory.message };
  const message = isForeseen(error) && error instanceof Error ? error.message : 'This is a bug in Rowriver.';
  return { status: 500, headers: {}, message };
}

function isForeseen(error: unknown): boolean {
  const kinds = [Refusal, QuerySyntaxError, SourceError, SinkError, TemporaryError];
  return kinds.some((kind) => error instanceof kind) || asMemoryLimit(error) !== undefined;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
