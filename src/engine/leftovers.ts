import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { opendir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/*
 * Files and folders that a process makes for the time being, and that stay when it is killed. Their names hold
 * `ownerTag`; the next process that makes one in the same folder removes those whose owner is gone.
 *
 * A number of a process means something only where it was given: on one machine, since it was started, in one name
 * space of processes (containers may share a folder). There the owner is asked for by its number. Anywhere else it
 * is gone when it has not touched its file for a week, which a living one does every minute.
 */

const touchMs = 60_000;
/** For so many days an export that has not ended can be resumed: see `ExportJournal`. */
export const keptDays = 7;
const goneMs = keptDays * 24 * 60 * 60_000;

const space = createHash('sha256')
  .update(JSON.stringify([hostname(), bootId(), processSpace()]))
  .digest('hex')
  .slice(0, 8);

/** What the names of a process's own files hold. */
export const ownerTag = `${space}-${process.pid}`;
/** An `ownerTag` in a pattern for `sweep`: its first two groups. */
export const ownerPattern = '([0-9a-f]{8})-(\\d+)';

/** In place of `ownerTag`: nobody's, so that whoever can go on with it may. */
export const nobodysTag = `${space}-0`;

const own = new Set<string>();
let touching: NodeJS.Timeout | undefined;

/** Touches a file or folder of this process from time to time, as long as it is there. */
export function keepTouched(path: string): void {
  own.add(path);
  touching ??= setInterval(() => void touchAll(), touchMs).unref();
}

/** Ends that: the process gives the file up, and leaves it where it is. */
export function stopTouching(path: string): void {
  own.delete(path);
}

async function touchAll(): Promise<void> {
  const now = new Date();
  await Promise.all([...own].map((path) => utimes(path, now, now).catch(() => own.delete(path))));
  if (own.size > 0) return;
  clearInterval(touching);
  touching = undefined;
}

const swept = new Set<string>();

/**
 * Removes what killed processes have left in a folder, once for each process that asks. What cannot be removed, as it is
 * another user's, stays.
 * @param pattern of the names, with `ownerPattern` in it
 * @param isKept whether something is to stay, although its owner is gone
 * @param then removes more of the folder
 */
export async function sweep(
  folder: string,
  pattern: RegExp,
  isKept: (path: string) => Promise<boolean> = () => Promise.resolve(false),
  then?: (folder: string) => Promise<void>,
): Promise<void> {
  const key = `${folder}\n${pattern.source}`;
  if (swept.has(key)) return;
  swept.add(key);
  try {
    for await (const { name } of await opendir(folder)) {
      const match = pattern.exec(name);
      const path = join(folder, name);
      if (!match || !(await isLeft(path, match[1], Number(match[2]))) || (await isKept(path))) continue;
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
    await then?.(folder);
  } catch {
    // A folder that cannot be read keeps what is in it.
  }
}

/** Whether the owner of a file is gone. */
export async function isLeft(path: string, of: string, pid: number): Promise<boolean> {
  return of === space ? !isAlive(pid) : isOlder(path, goneMs);
}

/**
 * Whether nobody writes to a file any more: as `isLeft`, and also where the thread of this process that has made it is gone.
 * Only for threads of which a process has one at a time.
 */
export async function isAbandoned(path: string, of: string, pid: number): Promise<boolean> {
  return of === space && pid === process.pid ? !own.has(path) : isLeft(path, of, pid);
}

/** Whether nothing was written to a file for so long; not where there is none. */
export async function isOlder(path: string, ms: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - ms;
}

/** Removes the files of a folder that have an ending and that nothing was written to for so long. */
export async function removeOld(folder: string, ending: string, ms: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(ending) && (await isOlder(path, ms))) await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  // Nobody's: to the system, it would be the group of this process.
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  } catch {
    return '';
  }
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
