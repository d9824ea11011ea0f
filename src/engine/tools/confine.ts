import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { ToolScope } from '../../protocol/tools.ts';
import { ToolError } from './toolError.ts';

/**
 * The file that a model's path names, as its real path.
 * @throws ToolError where it is outside of the scope, by whatever link, or no regular file
 */
export async function readablePath(path: string, scope: ToolScope): Promise<string> {
  refuseOddPath(path);
  const { folders, files } = await realScope(scope);
  if (folders.length === 0 && files.length === 0) throw new ToolError(noFolders);
  const named = isAbsolute(path) ? [path] : [...folders.map((folder) => resolve(folder, path))];
  for (const file of scope.files) if (!isAbsolute(path) && basename(file) === path) named.push(file);
  let outside = false;
  for (const candidate of named) {
    const real = await realpath(candidate).catch(() => undefined);
    if (real === undefined) {
      outside ||= !folders.some((folder) => isWithin(candidate, folder));
      continue;
    }
    if (!files.includes(real) && !folders.some((folder) => isWithin(real, folder))) {
      outside = true;
      continue;
    }
    const found = await stat(real).catch(() => undefined);
    if (!found) continue;
    if (found.isDirectory()) throw new ToolError(`${path} is a folder. Name a file in it.`);
    if (!found.isFile()) throw new ToolError(`${path} is not a regular file.`);
    return real;
  }
  // Whether something is there that may not be read is not told.
  if (outside) throw new ToolError(`${path} is outside the allowed folders. ${allowed(folders, files)}`);
  throw new ToolError(
    `There is no file ${path}. Paths are relative to an allowed folder. ${allowed(folders, files)}`,
  );
}

/**
 * Where a new file of a model's path would be.
 * @throws ToolError where its folder is not there, or is no root or in one, or something has that name already
 */
export async function newPath(path: string, scope: ToolScope): Promise<string> {
  refuseOddPath(path);
  const { folders } = await realScope(scope);
  if (folders.length === 0) throw new ToolError(noFolders);
  const named = isAbsolute(path) ? [path] : folders.map((folder) => resolve(folder, path));
  for (const candidate of named) {
    const folder = await realpath(dirname(candidate)).catch(() => undefined);
    if (folder === undefined || !folders.some((root) => folder === root || isWithin(folder, root))) continue;
    const target = resolve(folder, basename(candidate));
    if (basename(candidate) === '' || target === folder) throw new ToolError(`${path} does not name a file.`);
    // A link that leads nowhere is something as well.
    if (await lstat(target).then(Boolean, () => false)) {
      throw new ToolError(`${path} already exists and was not replaced. Choose another name.`);
    }
    return target;
  }
  throw new ToolError(
    `${path} is not in an existing folder inside the allowed folders. ${allowed(folders, [])}`,
  );
}

const noFolders =
  'No folder is allowed yet. Ask the user to open a folder, or to start the server with --root DIR.';

/** @throws ToolError where the text is an address, or no path that every system reads the same way */
function refuseOddPath(path: string): void {
  if (path.trim() === '')
    throw new ToolError('The path is empty. Give the path of a file inside the allowed folders.');
  if (path.includes('\0')) throw new ToolError('A path cannot contain NUL characters.');
  // One letter is a drive.
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) {
    throw new ToolError('URLs are not read. Give the path of a file inside the allowed folders.');
  }
  if (/^[\\/]{2}/.test(path))
    throw new ToolError(
      'Paths of other machines and of devices are not read. Give the path of a file inside the allowed folders.',
    );
}

async function realScope({ roots, files }: ToolScope): Promise<{ folders: string[]; files: string[] }> {
  const real = async (paths: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
    return [...new Set(found.filter((path) => path !== undefined))];
  };
  return { folders: await real(roots), files: await real(files) };
}

/** Whether a path is below a folder. Both are real paths, so that links and letter case play no part. */
function isWithin(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from !== '' && from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}

/** What is said of them at most. */
const mostNamed = 5;

function allowed(folders: readonly string[], files: readonly string[]): string {
  const named = [...folders, ...files];
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : '';
  return `Allowed: ${named.slice(0, mostNamed).join(', ')}${more}.`;
}
