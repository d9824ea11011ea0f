import assert from 'node:assert/strict';
import { Uri, ViewColumn, window } from 'vscode';
import { messagePage, previewPage } from '../../src/extension/page.ts';

/** The directives of the policy that a page has, by name. */
function policyOf(html: string): Record<string, string[]> {
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const directives = policy.split(';').map((directive) => directive.trim().split(' '));
  return Object.fromEntries(directives.map(([name, ...values]) => [name, values]));
}

describe('the page of a preview', () => {
  it('may run its one script, and fetch nothing from anywhere', () => {
    const panel = window.createWebviewPanel('test', 'test', ViewColumn.One);
    try {
      const state = { query: "a = '</script><script>'" };
      const html = previewPage(panel.webview, Uri.file('/extension'), state);
      const again = previewPage(panel.webview, Uri.file('/extension'));
      const { cspSource } = panel.webview;
      const [, nonce = ''] = /<script nonce="([^"]+)"/.exec(html) ?? [];
      assert.equal(Buffer.from(nonce, 'base64').length, 18);
      assert.ok(!again.includes(nonce), 'Each page has a nonce of its own.');
      assert.deepEqual(policyOf(html), {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'script-src': [`'nonce-${nonce}'`],
        'style-src': [...cspSource.split(' '), `'nonce-${nonce}'`],
        'font-src': [...cspSource.split(' '), 'data:'],
        'img-src': [...cspSource.split(' '), 'data:'],
      });
      // The words, what the page begins with, and the one script that runs.
      assert.equal(html.match(/<script/g)?.length, 3);
      const [, kept = ''] = /id="rowriver-state">([^<]*)</.exec(html) ?? [];
      assert.deepEqual(JSON.parse(kept), state);
    } finally {
      panel.dispose();
    }
  });

  it('shows a message as text', () => {
    const html = messagePage('<img src=x onerror=alert(1)> & more');
    assert.ok(html.includes('<p>&lt;img src=x onerror=alert(1)&gt; &amp; more</p>'));
    const none = ["'none'"];
    assert.deepEqual(policyOf(html), { 'default-src': none, 'base-uri': none, 'form-action': none });
  });
});
