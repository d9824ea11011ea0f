import { readdir, realpathSync, type Dirent } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { tableFiles } from '../../../protocol/dataFiles.ts';
import type { FileSearch } from '../../../protocol/fileSearch.ts';
import { openFailure } from '../file.ts';
import type { SourceError } from '../source.ts';
import { eachFile } from './eachFile.ts';

/** A file that was found. */
export interface FoundFile {
  readonly path: string;
  /** As people see it: relative to where it was looked for, or the path as it was given. */
  readonly name: string;
}

/** The files of a search, in natural order within each folder. A name that nothing has is there all the same. */
export async function findFiles(
  { folder, names = [], pattern }: FileSearch,
  signal: AbortSignal,
): Promise<FoundFile[]> {
  if (pattern !== undefined) return located(folder, await filesMatching([pattern], folder, signal));
  const found: string[] = [];
  for (const name of names) {
    const path = pathIn(folder, name);
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
    if (isFolder) found.push(...(await filesInFolder(path, signal)).map((file) => join(name, file)));
    else found.push(name);
  }
  return located(folder, [...new Set(found)]);
}

/** Files that are named by their paths alone. */
export function filesAt(paths: readonly string[]): FoundFile[] {
  return paths.map((path) => ({ path, name: path }));
}

/**
 * The files of records in a folder, and in folders `key=value` below it, not those in others; relative to it, in natural order.
 */
export function filesInFolder(folder: string, signal: AbortSignal): Promise<string[]> {
  return filesMatching([tableFiles, `*=*/**/${tableFiles}`], folder, signal);
}

/**
 * The files that globs match, relative to the folder unless the globs are absolute. In natural order: `part-9` before
 * `part-10`. A link to a folder may lead back to where it is: each file is there once. A folder that may not be read is
 * among them, so that it is left out by name as a file is that may not be read.
 * @throws SourceError `no-permission` where nothing else is found
 */
export async function filesMatching(
  patterns: readonly [string, ...string[]],
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const absolute = isAbsolute(patterns[0]);
  const folders = new ListedFolders();
  const found = await glob(
    patterns.map((pattern) => pattern.replaceAll('\\', '/')),
    {
      ...(folder !== '' && { cwd: folder }),
      signal,
      absolute,
      expandDirectories: false,
      fs: { readdir: folders.readdir },
    },
  );
  if (found.length === 0) folders.refuse();
  for (const path of folders.denied) found.push(absolute ? path : relative(resolve(folder), path));
  const { compare } = new Intl.Collator('en', { numeric: true });
  const names = [...new Set(found)].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
  // To ask of each where it leads takes as long as to find it.
  if (!folders.hasLinks) return names;
  const byFile = new Map<string, string>();
  const real = await eachFile(names, (name, blocking) => realPath(pathIn(folder, name), blocking), signal);
  for (const [i, name] of names.entries()) if (!byFile.has(real[i])) byFile.set(real[i], name);
  return [...byFile.values()];
}

type Listed = (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void;

/** What a search keeps to itself of the folders that it lists: those that it may not list, and whether a link is in any. */
class ListedFolders {
  readonly #failures = new Map<string, SourceError>();
  /** Whether one file may be there under two names. */
  hasLinks = false;

  /** With all that belongs to Node's, which is what is asked for. */
  readonly readdir = Object.assign(
    (path: string, options: { readonly withFileTypes: true }, listed: Listed): void =>
      readdir(path, options, (error, entries) => {
        const folder = resolve(path);
        const failure = error ? openFailure(folder, error) : undefined;
        if (failure?.failure === 'no-permission') this.#failures.set(folder, failure);
        this.hasLinks ||= !error && entries.some((entry) => entry.isSymbolicLink());
        listed(error, entries);
      }),
    readdir,
  );

  get denied(): readonly string[] {
    return [...this.#failures.keys()];
  }

  /** @throws SourceError `no-permission`, where there is one */
  refuse(): void {
    for (const failure of this.#failures.values()) throw failure;
  }
}

/** The folder that a pattern leads from. */
export function beforeWildcards(pattern: string): string {
  const [fixed] = pattern.split(/[*?[{(]/, 1);
  // What stands before the first wildcard may be the beginning of a name.
  return dirname(`${fixed}-`);
}

/** The path of what a path leads to; itself where that is not there. */
async function realPath(path: string, blocking: boolean): Promise<string> {
  try {
    return blocking ? realpathSync.native(path) : await realpath(path);
  } catch {
    return path;
  }
}

function located(folder: string, names: readonly string[]): FoundFile[] {
  return names.map((name) => ({ path: pathIn(folder, name), name }));
}

export function pathIn(folder: string, name: string): string {
  return folder === '' || isAbsolute(name) ? name : join(folder, name);
}
