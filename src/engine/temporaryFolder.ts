import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of the room that is left on a disk, no more than this share is taken. */
const shareOfDisk = 0.25;

/** Two machines may share the folder, and give the same numbers to their processes. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const swept = new Set<string>();

/**
 * Makes a folder for temporary files, which its maker removes. Those of processes of this machine that ended without
 * removing theirs (killed, or by a power failure) go first, once for each process that asks.
 * @throws the system's error
 */
export async function makeTemporaryFolder(parent = tmpdir()): Promise<string> {
  if (!swept.has(parent)) {
    swept.add(parent);
    await sweep(parent);
  }
  return mkdtemp(join(parent, `rowriver-${machine}-${process.pid}-`));
}

/** Bytes that may be taken of the temporary folder's disk. @throws the system's error */
export async function temporaryRoom(): Promise<number> {
  const { bavail, bsize } = await statfs(tmpdir());
  return bavail * bsize * shareOfDisk;
}

async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const [, of, pid] = /^rowriver-([0-9a-f]{8})-(\d+)-\w{6}$/.exec(name) ?? [];
    if (of !== machine || isAlive(Number(pid))) continue;
    // What cannot be removed, as it is another user's, stays.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
