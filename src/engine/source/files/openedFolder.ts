import { stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import type { FileSearch } from '../../../protocol/fileSearch.ts';
import { beforeWildcards, pathIn } from './search.ts';

/**
 * The folder that was opened with the files of a search: the deepest one that holds all that is named there. That is a
 * folder itself, the part of a pattern before its wildcards, or the folder of a file.
 */
export async function openedFolder({ folder, names = [], pattern }: FileSearch): Promise<string> {
  const folders: string[] = [];
  for (const name of pattern === undefined ? names : [pattern]) {
    const path = pathIn(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found) folders.push(found.isDirectory() ? path : dirname(path));
    else folders.push(beforeWildcards(path));
  }
  return commonFolder(folders);
}

/** The deepest folder that holds folders, or is one of them; the working folder where there are none. */
export function commonFolder(folders: readonly string[]): string {
  const [first = '.', ...others] = new Set(folders.map((folder) => resolve(folder)));
  let common = resolve(first);
  for (const folder of others) {
    while (folder !== common && !folder.startsWith(common.endsWith(sep) ? common : common + sep))
      common = dirname(common);
  }
  return common;
}
