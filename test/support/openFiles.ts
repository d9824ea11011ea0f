import { readdir, readlink } from 'node:fs/promises';

/** Paths below a folder that this process, all its threads, has open; undefined where the system does not tell. */
export async function openFilesIn(folder: string): Promise<string[] | undefined> {
  const handles = await readdir('/proc/self/fd').catch(() => undefined);
  if (!handles) return undefined;
  // A handle may be closed before its turn has come.
  const paths = handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => ''));
  return (await Promise.all(paths)).filter((path) => path.startsWith(folder));
}
