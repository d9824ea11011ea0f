import { Uri } from 'vscode';
import { openPreview } from './editors.ts';
import type { PreviewEditor } from './previewEditor.ts';
import type { ShowQueryArguments } from './queryLink.ts';

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
