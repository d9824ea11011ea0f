import { randomBytes } from 'node:crypto';
import { l10n, Uri, type Webview } from 'vscode';
import { pagePolicy, textPolicy } from './policy.ts';

/** The page of a preview. @param state what it shows at first; else the file's first rows */
export function previewPage(webview: Webview, extension: Uri, state?: unknown): string {
  const nonce = randomBytes(18).toString('base64');
  const served = (...path: string[]) => webview.asWebviewUri(Uri.joinPath(extension, ...path)).toString();
  const policy = pagePolicy(nonce, webview.cspSource);
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="rowriver-nonce" content="${nonce}">
  <link rel="stylesheet" href="${served('dist', 'webview.css')}">
  <title>Rowriver</title>
</head>
<body>
  <div id="app"></div>
  <script type="application/json" id="rowriver-l10n">${data(l10n.bundle ?? {})}</script>
  <script type="application/json" id="rowriver-state">${data(state ?? null)}</script>
  <script nonce="${nonce}" src="${served('dist', 'webview.js')}"></script>
</body>
</html>`;
}

/** A page that only says why there is no preview. */
export function messagePage(message: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${textPolicy}">
  <title>Rowriver</title>
</head>
<body><p>${text(message)}</p></body>
</html>`;
}

/** JSON that cannot end the script element it stands in. */
function data(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
