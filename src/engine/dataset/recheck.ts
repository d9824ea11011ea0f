import type { FileDoubt } from '../../protocol/engine.ts';
import type { OpenedSource } from '../source/open.ts';
import { SourceError, type FileIdentity } from '../source/source.ts';

/**
 * Looks, when a file has been read, whether it is still the file that was opened. That it has grown is no change: what
 * was read ends where it ended then.
 * @param sampled whether blocks that are read again are as they were
 * @returns why the answer may not be that of the file as it is now
 * @throws SourceError `changed` where it cannot be of any one state of the file
 */
export async function recheck(
  source: OpenedSource,
  young: boolean,
  sampled: () => Promise<boolean>,
): Promise<FileDoubt | undefined> {
  const { name } = source;
  const { watch } = source.place;
  if (!watch) return undefined;
  const { opened } = watch;
  const now = await source.current?.();
  if (!now) return undefined;
  const untouched = hasSameTimes(opened, now) && now.size === opened.size;
  if (now.size < opened.size || ((!untouched || young) && !(await sampled()))) {
    throw new SourceError(
      'changed',
      `${name} changed while it was being read. Try again when it no longer changes.`,
    );
  }
  // What is gone by now was read all the same; its removal was a change of its own.
  const found = await watch.now().catch(() => now);
  const replaced = found.dev !== now.dev || found.ino !== now.ino;
  if (replaced && now.mtimeMs === opened.mtimeMs) {
    return 'replaced';
  }
  if (untouched || now.size > opened.size) return undefined;
  return 'touched';
}

/** Whether nothing says that a file of this device and number was changed between two looks at it. */
export function hasSameTimes(one: FileIdentity, other: FileIdentity): boolean {
  return one.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs;
}
