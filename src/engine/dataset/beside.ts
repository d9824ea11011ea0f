import { opendir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { isDataFile } from '../../protocol/dataFiles.ts';
import { type Said, said } from '../../said/said.ts';
import { SourceError } from '../source/source.ts';

/**
 * Which files a JOIN may read. `folder`: those in the folder of the file that is asked, and in folders in it: a query may
 * come from somebody else. `any`: all of this computer.
 */
export type Beside = 'folder' | 'any';

/** Where paths in a query lead from. */
export interface QueryFolder {
  readonly path: string;
  /** In words, as in `x.csv is not in ...`. */
  readonly words: Said;
  /** Whether it was opened with the files in it, or is what several files have in common. */
  readonly ofSeveral: boolean;
}

/**
 * The path of the other file of a JOIN, which is relative to a folder.
 * @param from undefined: what is asked is no file on disk
 * @throws SourceError
 */
export async function pathBeside(
  file: string,
  from: QueryFolder | undefined,
  beside: Beside,
): Promise<string> {
  if (beside === 'any') return resolve(from?.path ?? '.', file);
  if (from === undefined)
    throw new SourceError(
      'no-permission',
      said`JOIN reads files of the folder that a file is in, and this one is in none. Save it beside the other file, and open that copy.`,
    );
  const folder = await realpath(from.path).catch(() => from.path);
  if (from.ofSeveral && dirname(folder) === folder)
    throw new SourceError(
      'no-permission',
      said`JOIN reads files of the folder that all files are in, and these are in no folder together. Run the query in a terminal: rowriver reads files of other folders as well.`,
    );
  const path = resolve(folder, file);
  const outside = said`${file} is not in ${from.words}. Copy it there, or run the query in a terminal: rowriver reads files of other folders as well.`;
  if (!isWithin(path, folder)) throw new SourceError('no-permission', outside);
  // A link may lead out of the folder; what is not there is told when it is opened.
  const real = await realpath(path).catch(() => path);
  if (!isWithin(real, folder)) throw new SourceError('no-permission', outside);
  return real;
}

/** Entries of a folder that are looked at, and names that are given. */
const mostEntries = 5000;
const mostNames = 200;

/**
 * Files right in a folder that a JOIN may read, by their names alone: none of them is opened. Links are left out, which may
 * lead elsewhere.
 * @throws the signal's reason
 */
export async function namesBeside(from: QueryFolder | undefined, signal: AbortSignal): Promise<string[]> {
  if (from === undefined || (from.ofSeveral && dirname(from.path) === from.path)) return [];
  const folder = await opendir(from.path).catch(() => undefined);
  if (folder === undefined) return [];
  const names: string[] = [];
  let entries = 0;
  // The folder is closed when the loop ends, however it does.
  for await (const entry of folder) {
    signal.throwIfAborted();
    if (entry.isFile() && isDataFile(entry.name)) names.push(entry.name);
    if (++entries >= mostEntries || names.length >= mostNames) break;
  }
  return names.sort();
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from !== '' && from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}
