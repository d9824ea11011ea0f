import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { visible } from '../engine/visible.ts';
import { grouped } from '../engine/words.ts';
import { escaped, pageDocument } from '../host/page.ts';
import { pagePolicy } from '../host/policy.ts';
import { tabDataId, type TabData } from '../protocol/browserTab.ts';
import { downloadFormats } from './rows.ts';
import type { ServedFile } from './servedFile.ts';

/** A document and the policy that its answer names. */
export interface Served {
  readonly html: string;
  readonly policy: string;
}

/** The preview of a file. @param host as the request has it: WebSockets are no requests of `'self'` in every browser */
export function previewOf(file: number, { name }: ServedFile, host: string): Served {
  const nonce = newNonce();
  const data: TabData = { name: basename(name), file, formats: downloadFormats };
  const asset = (of: string) => `/assets/${of}`;
  return {
    html: pageDocument({
      title: `${visible(basename(name))} - Rowriver`,
      nonce,
      styles: [asset('webview.css'), asset('browser.css')],
      scripts: [asset('browser.js'), asset('webview.js')],
      data: { [tabDataId]: data },
    }),
    // Downloads begin in frames, so that what is wrong with one can be shown.
    policy: `${pagePolicy(nonce, "'self'")}; connect-src 'self' ws://${host}; frame-src 'self'; frame-ancestors 'none'`,
  };
}

/** So many files are listed; all of them are in the first entry. */
const mostListed = 1000;

/** A list of files to choose from. The first is all of them as one table. */
export function listOf([all, ...files]: readonly ServedFile[]): Served {
  const nonce = newNonce();
  const link = (file: number, name: string) => `<li><a href="/preview?file=${file}">${text(name)}</a></li>`;
  const shown = files.slice(0, mostListed).map(({ name }, index) => link(index + 1, name));
  const more = files.length - shown.length;
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(all.name)} - Rowriver</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 14px/1.6 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; }
h2 { font-size: 1rem; }
ul { padding-left: 1.2rem; }
</style>
</head>
<body>
<main>
<h1>${grouped(files.length)} files</h1>
<p><a href="/preview?file=0">All files as one table</a></p>
<h2>One file</h2>
<ul>
${shown.join('\n')}
</ul>
${more > 0 ? `<p>and ${grouped(more)} more, which are in the one table</p>` : ''}
</main>
</body>
</html>
`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`;
  return { html, policy };
}

function newNonce(): string {
  return randomBytes(18).toString('base64');
}

/** A text that is read as text, with what is invisible made visible. */
function text(value: string): string {
  return escaped(visible(value));
}
