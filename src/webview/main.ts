/** Entry of the page. */
import '@vscode/codicons/dist/codicon.css';
import './page.css';
import { h, render } from 'preact';
import { App } from './app.tsx';
import { setBundle } from './l10n.ts';
import { createLink, type EditorApi } from './link.ts';
import { createPage } from './model/page.ts';
import { headPlots } from './plot/headPlot.tsx';

declare function acquireVsCodeApi(): EditorApi;

const api = acquireVsCodeApi();
const root = document.getElementById('app');
setBundle(wordsOf(json('rowriver-l10n')));
// What another preview of the file shows, where an editor was split.
const begin = objectOf(json('rowriver-state'));
if (root) {
  const page = createPage(createLink(api, window), api, headPlots, begin);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="rowriver-nonce"]')?.content ?? '';
  render(h(App, { page, nonce }), root);
  void page.start();
}

function json(id: string): string | undefined {
  return document.getElementById(id)?.textContent;
}

/** The editor's display language: a JSON object in a script element that is not run, where the host gives one. */
function wordsOf(json: string | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(json) ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    ),
  );
}

function objectOf(json: string | undefined): object | undefined {
  if (!json) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
