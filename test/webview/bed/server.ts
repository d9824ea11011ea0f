/** Serves the page to a plain browser, under the policy that the editor's webview has, and opens that browser. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type LaunchOptions, type Page } from 'playwright-core';
import { pagePolicy } from '../../../src/host/policy.ts';
import { bodyClasses, themeSheet, type Theme } from './themes.ts';

export interface OpenOptions {
  readonly file?: string;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** Pixels of the screen to one of the page. */
  readonly scale?: number;
  readonly delay?: number;
  /** Milliseconds that a query takes. */
  readonly query?: number;
  /** The translation of the page, as JSON. */
  readonly words?: string;
  /** The page's other end is in this process, by `host.ts`; what it is, is for `meet` to say. */
  readonly engine?: 'here';
  /** Called with the page before it goes anywhere. */
  readonly meet?: (page: Page) => Promise<void>;
}

export interface BedServer {
  open(options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Only what hangs takes so long, on a machine that does much else as well. */
const hangsMs = 120_000;

const nonce = 'bednonce';
/** The editor's, but that the stand-in for the engine is a worker. */
const policy = `${pagePolicy(nonce, "'self'")}; worker-src 'self'`;

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.map': 'application/json',
};

/** The browser that the harness names, else one of this machine. */
export function launch(): LaunchOptions {
  const named = process.env.ROWRIVER_BROWSER;
  const options = named === undefined ? ownBrowser() : (JSON.parse(named) as LaunchOptions);
  // Scroll bars are part of what is tested.
  return { ...options, ignoreDefaultArgs: ['--hide-scrollbars'] };
}

function ownBrowser(): LaunchOptions {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  if (!executablePath) throw new Error('There is no Chromium here: `npm run test:page` brings its own.');
  return {
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

/** Started once for all suites of a run; `after` them all it ends. What it serves is built with the tests. */
let shared: Promise<SharedBed> | undefined;

after(async () => (await shared)?.close());

/** The bed for one suite; closing it closes the pages that the suite has opened. */
export async function startBed(): Promise<BedServer> {
  const { browser, port } = await (shared ??= startShared());
  const contexts = new Set<BrowserContext>();
  return {
    async open(options = {}) {
      const context = await newContext(browser, options);
      contexts.add(context);
      context.once('close', () => contexts.delete(context));
      return openPage(context, port, options);
    },
    async close() {
      await Promise.all([...contexts].map((context) => context.close()));
    },
  };
}

interface SharedBed {
  readonly browser: Browser;
  readonly port: number;
  close(): Promise<void>;
}

async function startShared(): Promise<SharedBed> {
  const out = resolve('out/bed');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://bed');
    answer(url, out).then(
      ({ type, body }) => {
        response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
        response.end(body);
      },
      () => {
        response.writeHead(404);
        response.end();
      },
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The bed has no port.');
  const browser = await chromium.launch(launch());
  return {
    browser,
    port: address.port,
    async close() {
      await browser.close();
      await closeServer(server);
    },
  };
}

function newContext(
  browser: Browser,
  { width = 1400, height = 900, scale = 1 }: OpenOptions,
): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
}

async function openPage(context: BrowserContext, port: number, options: OpenOptions): Promise<Page> {
  const { width: _width, height: _height, scale: _scale, theme = 'dark', meet, ...rest } = options;
  const page = await context.newPage();
  page.setDefaultTimeout(hangsMs);
  await meet?.(page);
  const asked = new URLSearchParams({ theme });
  for (const [name, value] of Object.entries(rest)) asked.set(name, String(value));
  await page.goto(`http://127.0.0.1:${port}/?${asked.toString()}`);
  return page;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

async function answer(url: URL, out: string): Promise<{ type: string; body: Buffer | string }> {
  if (url.pathname === '/') return { type: 'text/html; charset=utf-8', body: html(url.searchParams) };
  const path = resolve(out, url.pathname.slice(1));
  if (!path.startsWith(out)) throw new Error('outside');
  return { type: types[extname(path)] ?? 'application/octet-stream', body: await readFile(path) };
}

function html(options: URLSearchParams): string {
  const asked = options.get('theme');
  const other = options.get('engine') === 'here' ? 'host' : 'bed';
  const theme: Theme = asked === 'light' || asked === 'contrast' ? asked : 'dark';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Rowriver</title>
<meta name="rowriver-nonce" content="${nonce}">
<style nonce="${nonce}">${themeSheet(theme)}</style>
<link rel="stylesheet" href="/webview.css">
</head>
<body class="${bodyClasses[theme]}">
<div id="app"></div>
<script type="application/json" id="rowriver-l10n">${options.get('words') ?? '{}'}</script>
<script nonce="${nonce}" src="/${other}.js"></script>
<script nonce="${nonce}" src="/webview.js"></script>
</body>
</html>`;
}
