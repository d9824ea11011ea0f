import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { commonHead, Refusal } from './refusal.ts';

/** What the page is made of, in the folder of the bundles. */
const names = ['webview.js', 'webview.css', 'codicon.ttf', 'browser.js', 'browser.css'];

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** @param folder of the bundles @throws Refusal where it is none of the page's */
export async function sendAsset(path: string, response: ServerResponse, folder: URL): Promise<void> {
  const name = path.slice('/assets/'.length);
  if (!names.includes(name)) throw new Refusal(404, 'There is no such file.');
  const body = await readFile(new URL(name, folder));
  response.writeHead(200, { ...commonHead, 'Content-Type': types[extname(name)] });
  response.end(body);
}
