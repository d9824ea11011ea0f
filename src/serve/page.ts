import type { KnownColumn } from '../engine/query/index.ts';
import { visible } from '../engine/visible.ts';
import { grouped } from '../engine/words.ts';
import { escaped } from '../host/page.ts';

/** What is told of the file. */
export interface ServedFile {
  readonly name: string;
  /** How it is read, in words. */
  readonly description: string;
  readonly columns: readonly KnownColumn[];
  /** Names of formats and the endings of their addresses. */
  readonly formats: readonly (readonly [name: string, ending: string])[];
}

const mostColumns = 200;

/**
 * A form that asks for rows by the addresses that programs use. It runs no script.
 * @param nonce of its style sheet, as the policy of the answer names it
 */
export function servedPage({ name, description, columns, formats }: ServedFile, nonce: string): string {
  const shown = columns.slice(0, mostColumns);
  const more = columns.length - shown.length;
  const names = shown.map(({ name }) => `<li><code>${text(name)}</code></li>`).join('\n');
  const buttons = formats.map(
    ([format, ending]) => `<button formaction="/rows${text(ending)}">${text(format)}</button>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(name)} - Rowriver</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin-bottom: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; }
textarea { box-sizing: border-box; width: 100%; min-height: 5rem; font: 13px/1.5 ui-monospace, monospace; }
.formats { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 0.5rem 0 1.5rem; }
button { font: inherit; padding: 0.2rem 0.8rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
ul { columns: 14rem; padding-left: 1.2rem; }
</style>
</head>
<body>
<h1>${text(name)}</h1>
<p>${text(description)}</p>
<form method="get">
<label for="q">Query: a condition such as <code>status &gt;= 500</code>, or operators after <code>|&gt;</code>. Leave it empty for all rows.</label>
<textarea id="q" name="q" spellcheck="false" autofocus></textarea>
<div class="formats">Download as ${buttons.join('\n')}</div>
</form>
<h2>Columns</h2>
<ul>
${names}
</ul>
${more > 0 ? `<p>and ${grouped(more)} more</p>` : ''}
</body>
</html>
`;
}

/** A text that is read as text, with what is invisible made visible. */
function text(value: string): string {
  return escaped(visible(value));
}
