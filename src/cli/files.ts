import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SourceError } from '../engine/source/source.ts';
import { isPath, type RunCommand } from './arguments.ts';

/** What a folder's files end in that are read. */
const dataFiles = '*.{jsonl,ndjson,json,csv,tsv,tab,log,parquet}';

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
      paths.push(...(await matching(path, '.', signal)));
    else if (isOne) return undefined;
    else paths.push(path);
  }
  const [first, ...others] = paths;
  if (paths.length === 0) throw new SourceError('not-found', `No file matches ${file}.`);
  return [first, ...others];
}

function hasWildcards(path: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*\}/.test(path);
}

async function inFolder(folder: string, signal: AbortSignal): Promise<string[]> {
  const found = await matching(`{${dataFiles},${dataFiles}.{gz,zst}}`, folder, signal);
  if (found.length > 0) return found;
  throw new SourceError('not-found', `${folder} is a folder without files of records.`);
}

/** In natural order: `part-9` before `part-10`. A link to a folder may lead back to where it is: each file is there once. */
async function matching(pattern: string, folder: string, signal: AbortSignal): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob([pattern.replaceAll('\\', '/')], {
    cwd: folder,
    signal,
    absolute: isAbsolute(pattern),
    expandDirectories: false,
  });
  const { compare } = new Intl.Collator('en', { numeric: true });
  const sorted = found
    .map((path) => (isAbsolute(path) ? path : join(folder, path)))
    .sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
  const byFile = new Map<string, string>();
  for (const path of sorted) {
    const real = await realpath(path).catch(() => path);
    if (!byFile.has(real)) byFile.set(real, path);
  }
  return [...byFile.values()];
}
