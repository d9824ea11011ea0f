import { randomBytes } from 'node:crypto';
import { l10n, Uri, type Webview } from 'vscode';
import { escaped, pageDocument } from '../host/page.ts';
import { pagePolicy, textPolicy } from '../host/policy.ts';

/** The page of a preview. @param state what it shows at first; else the file's first rows */
export function previewPage(webview: Webview, extension: Uri, state?: unknown): string {
  const nonce = randomBytes(18).toString('base64');
  const served = (name: string) => webview.asWebviewUri(Uri.joinPath(extension, 'dist', name)).toString();
  return pageDocument({
    title: 'Rowriver',
    nonce,
    policy: pagePolicy(nonce, webview.cspSource),
    styles: [served('webview.css')],
    scripts: [served('webview.js')],
    data: { 'rowriver-l10n': l10n.bundle ?? {}, 'rowriver-state': state ?? null },
  });
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
<body><p>${escaped(message)}</p></body>
</html>`;
}
