import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { visible } from '../engine/visible.ts';
import { isDataFile } from '../protocol/dataFiles.ts';

/** Files as resources: `rowriver://file/` and the absolute path. */
const start = 'rowriver://file/';

export const resourceTemplate = {
  uriTemplate: `${start}{+path}`,
  name: 'Data file',
  description: 'What describe_file says about a file in the allowed folders.',
  mimeType: 'text/plain',
};

export interface ListedFile {
  readonly uri: string;
  readonly name: string;
  readonly mimeType: string;
}

/** Files that are listed at most, folders that are looked into, and how deep. The tools reach the others as well. */
const [mostListed, mostFolders, deepest] = [100, 200, 3];

/** Folders of tools, which hold no data that anybody asks about. */
const skipped = new Set(['node_modules', 'dist', 'out', 'target', '__pycache__']);

/** The data files in some folders, by their names. Links are not followed. */
export async function listFiles(roots: readonly string[]): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  const folders = roots.map((path) => ({ path, depth: 1 }));
  for (let looked = 0; looked < mostFolders && folders.length > 0; looked++) {
    const folder = folders.shift();
    if (!folder) break;
    const entries = await readdir(folder.path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder.path, entry.name);
      if (
        entry.isDirectory() &&
        folder.depth < deepest &&
        !entry.name.startsWith('.') &&
        !skipped.has(entry.name)
      ) {
        folders.push({ path, depth: folder.depth + 1 });
      }
      if (!entry.isFile() || !isDataFile(entry.name)) continue;
      found.push({ uri: uriOf(path), name: visible(entry.name), mimeType: 'text/plain' });
      if (found.length === mostListed) return found;
    }
  }
  return found;
}

export function uriOf(path: string): string {
  const parts = path.split(sep).filter((part) => part !== '');
  return start + parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':')).join('/');
}

/** The path that a resource names, to be confined as any other; undefined where it names none. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith(start)) return undefined;
  try {
    const path = decodeURIComponent(uri.slice(start.length));
    return /^[a-z]:\//i.test(path) ? path : `/${path}`;
  } catch {
    return undefined;
  }
}
