import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { splitCompression } from '../engine/sink/compressor.ts';

/**
 * Beside the source, under a name that is not the source's; compressed like it, unless it has an extension of
 * its own.
 */
export function proposedTarget(source: string, word: string, extension?: string): string {
  const { plain, suffix } = splitCompression(source);
  const own = extname(plain);
  return join(dirname(source), `${basename(plain, own)}.${word}${extension ?? own + suffix}`);
}

/** Whether two paths are one file, also through links. A file that is not there is none. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  try {
    const [x, y] = await Promise.all([stat(a), stat(b)]);
    // Where the file system has no numbers, the names must do.
    if (x.ino !== 0 && x.ino === y.ino && x.dev === y.dev) return true;
    return (await realpath(a)) === (await realpath(b));
  } catch {
    return false;
  }
}
