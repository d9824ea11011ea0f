import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesInFolder, filesMatching } from '../engine/source/files/search.ts';
import { SourceError } from '../engine/source/source.ts';
import { said } from '../said/said.ts';
import { isPath, type RunCommand } from './arguments/arguments.ts';

/**
 * The paths of the files that a command names: by wildcards, as a folder, or one by one. Undefined where it names one
 * file, an address, or standard input.
 * @throws SourceError where nothing is there
 */
export async function filesOf(
  { file, more }: Pick<RunCommand, 'file' | 'more'>,
  signal: AbortSignal,
): Promise<readonly [string, ...string[]] | undefined> {
  if (!isPath(file)) return undefined;
  const isOne = more.length === 0;
  const paths: string[] = [];
  for (const path of [file, ...more]) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) paths.push(...(await inFolder(path, signal)));
    else if (!found && path === file && hasWildcards(path))
      paths.push(...(await filesMatching([path], '', signal)));
    else if (isOne) return undefined;
    else paths.push(path);
  }
  const [first, ...others] = paths;
  if (paths.length === 0) throw new SourceError('not-found', said`No file matches ${file}.`);
  return [first, ...others];
}

function hasWildcards(path: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*\}/.test(path);
}

async function inFolder(folder: string, signal: AbortSignal): Promise<string[]> {
  const found = await filesInFolder(folder, signal);
  if (found.length > 0) return found.map((name) => join(folder, name));
  throw new SourceError('not-found', said`${folder} is a folder without files of records.`);
}
