import { Uri } from 'vscode';
import { openPreview } from './editors.ts';
import type { PreviewEditor } from './previewEditor.ts';

/** The command that shows the rows of a query in a preview; for links, other extensions and key bindings. */
export const showQueryCommand = 'rowriver.showQuery';

/** What it takes: a path or a URI as text, as the argument of a link is JSON. */
export interface ShowQueryArguments {
  readonly file: string;
  readonly query: string;
}

/** Opens the file's preview, or the one that is open, and runs the query in it. */
export async function showQuery(
  editor: PreviewEditor,
  { file, query }: Readonly<Record<keyof ShowQueryArguments, unknown>>,
): Promise<void> {
  if (typeof file !== 'string' || typeof query !== 'string')
    throw new TypeError('rowriver.showQuery takes { file, query }, both texts.');
  const uri = /^[a-z][a-z0-9+.-]+:/i.test(file) ? Uri.parse(file, true) : Uri.file(file);
  editor.expectQuery(uri, query);
  await openPreview(uri);
}

/** A link that shows a query. Only for text that the extension writes: a link that runs a command has to be trusted. */
export function showQueryLink(shown: ShowQueryArguments): string {
  const argument = encodeURIComponent(JSON.stringify([shown]));
  // They end a link of Markdown.
  const escaped = argument.replace(/[()']/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `command:${showQueryCommand}?${escaped}`;
}
