import { homedir } from 'node:os';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { l10n, Uri, workspace } from 'vscode';
import { splitCompression } from '../engine/sink/compressor.ts';
import type { OpenFile } from '../protocol/engine.ts';
import type { FileSearch } from '../protocol/fileSearch.ts';
import type { FileInfo } from '../protocol/file.ts';

/**
 * Scheme of the tabs that show several files as one table. The URI holds how the files are found and not which they are, so
 * that a tab that comes back after a restart, or is reloaded, shows the files that are there then. A document on disk
 * would have to be kept somewhere, and be cleaned up.
 */
export const filesScheme = 'rowriver-files';

/** What the engine is told of the files that a tab shows. */
export function placeOfFiles(uri: Uri): Pick<OpenFile, 'location' | 'files'> {
  const files = searchOf(uri);
  return { location: files.pattern ?? basename(uri.path), files };
}

function searchOf({ query }: Uri): FileSearch {
  return JSON.parse(query) as FileSearch;
}

/** A path beside which exports are proposed: in the folder of the files, and beside it where the whole folder is meant. */
export function exportPathOf(uri: Uri, info: FileInfo | undefined): string {
  const { folder, names = [], pattern } = searchOf(uri);
  const isRoot = workspace.workspaceFolders?.some((one) => one.uri.fsPath === folder) === true;
  const first = pattern ?? names.at(0) ?? '';
  const isWhole = pattern === undefined && first === '';
  const ending = extname(splitCompression(first).plain);
  const written = /^\.\w+$/.test(ending) ? ending : endingFor(info);
  return join(isWhole && !isRoot ? dirname(folder) : folder, `${basename(folder)}${written}`);
}

function endingFor(info: FileInfo | undefined): string {
  if (info?.format === 'csv') return info.reading?.delimiter === '\t' ? '.tsv' : '.csv';
  return info === undefined || info.format === 'jsonl' ? '.jsonl' : `.${info.format}`;
}

/**
 * The tab of files and folders, by their paths.
 * @param folders how many of them are folders
 */
export function tabOfFiles(paths: readonly string[], folders: number): Uri {
  const sorted = paths.toSorted(new Intl.Collator('en', { numeric: true }).compare);
  const isFolder = folders > 0 && paths.length === 1;
  const folder = isFolder ? sorted[0] : commonFolder(sorted);
  const names = sorted.map((path) => relative(folder, path));
  const name = basename(folder) || folder;
  const title = isFolder
    ? l10n.t('Files in {0}', name)
    : folders === 0
      ? l10n.t('{0} files in {1}', paths.length, name)
      : l10n.t('{0} files and folders in {1}', paths.length, name);
  return tabOf(join(folder, title), { folder, names });
}

/** The tab of the files in a folder that a glob matches. */
export function tabOfPattern(folder: string, pattern: string): Uri {
  return tabOf(join(folder, pattern), { folder, pattern });
}

function tabOf(path: string, search: FileSearch): Uri {
  return Uri.file(path).with({ scheme: filesScheme, query: JSON.stringify(search) });
}

function commonFolder(paths: readonly string[]): string {
  const [first = homedir(), ...others] = paths.map(dirname);
  let common = first;
  const holds = (path: string): boolean =>
    path === common || path.startsWith(common.endsWith(sep) ? common : common + sep);
  while (!others.every(holds) && dirname(common) !== common) common = dirname(common);
  return common;
}
