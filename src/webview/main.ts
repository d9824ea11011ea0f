/** Entry of the page. */
import '@vscode/codicons/dist/codicon.css';
import { h, render } from 'preact';
import { App } from './app.tsx';
import { setBundle } from './l10n.ts';
import { createLink, type EditorApi } from './link.ts';
import { createPage } from './model/page.ts';

declare function acquireVsCodeApi(): EditorApi;

const api = acquireVsCodeApi();
const root = document.getElementById('app');
setBundle(wordsOf(document.getElementById('rowriver-l10n')?.textContent));
if (root) {
  const page = createPage(createLink(api, window), api);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="rowriver-nonce"]')?.content ?? '';
  render(h(App, { page, nonce }), root);
  void page.start();
}

/** The editor's display language: a JSON object in a script element that is not run, where the host gives one. */
function wordsOf(json: string | undefined): Record<string, string> {
  if (!json) return {};
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    );
  } catch {
    return {};
  }
}
