import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { SourceError } from '../source/source.ts';

/**
 * Which files a JOIN may read. `folder`: those in the folder of the file that is asked, and in folders in it: a query may
 * come from somebody else. `any`: all of this computer.
 */
export type Beside = 'folder' | 'any';

/**
 * The path of the other file of a JOIN, which is relative to the folder of the first one.
 * @param first undefined: it is no file on disk
 * @throws SourceError
 */
export async function pathBeside(file: string, first: string | undefined, beside: Beside): Promise<string> {
  if (beside === 'any') return resolve(first === undefined ? '.' : dirname(first), file);
  if (first === undefined)
    throw new SourceError(
      'no-permission',
      'JOIN reads files of the folder that a file is in, and this one is in none. Save it beside the other file, and open that copy.',
    );
  const folder = await realpath(dirname(first)).catch(() => dirname(first));
  const path = resolve(folder, file);
  const outside = `${file} is not in the folder of ${basename(first)}. Copy it there, or run the query in a terminal: rowriver reads files of other folders as well.`;
  if (!isWithin(path, folder)) throw new SourceError('no-permission', outside);
  // A link may lead out of the folder; what is not there is told when it is opened.
  const real = await realpath(path).catch(() => path);
  if (!isWithin(real, folder)) throw new SourceError('no-permission', outside);
  return real;
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from !== '' && from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}
