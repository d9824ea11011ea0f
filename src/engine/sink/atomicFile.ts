import { constants, type BigIntStats } from 'node:fs';
import {
  access,
  link,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { said } from '../../said/said.ts';
import { builtins } from '../builtins.ts';
import { keepTouched, stopTouching, sweep } from '../leftovers.ts';
import type { ByteSink, SinkState } from './byteSink.ts';
import {
  beginsWith,
  cannotResume,
  givenUp,
  idOf,
  isToBeResumed,
  removeOrphans,
  temporaryBeside,
  temporaryName,
} from './temporaryFile.ts';
import { SinkError, sinkErrorFrom, systemCode } from './sinkError.ts';

export interface FileSinkOptions {
  /** Files that are being read: the target must be none of them, by whatever path or link it is named. */
  readonly sources: readonly string[];
  /** Nothing is replaced: whatever has the target's name, by `commit` at the latest, is left as it is. */
  readonly exclusive?: boolean | undefined;
  /** Whether another process is to be able to go on with it: then the bytes have a checksum. */
  readonly resumable?: boolean | undefined;
  /** The temporary file of a process that has ended, to go on with, and how far it is. */
  readonly resume?: { readonly temporary: string; readonly state: SinkState } | undefined;
}

/**
 * Opens `path` for writing. A regular file is written beside the target under another name and takes its place in
 * `commit`, so that at every moment the target is wholly the old or wholly the new file; a symbolic link stays and
 * the file it leads to is replaced. What is no regular file (a pipe, a device) is written as it goes.
 *
 * @throws SinkError when the target cannot be written or is one of `sources`
 */
export async function openFileSink(path: string, options: FileSinkOptions): Promise<ByteSink> {
  try {
    // What is no file may have no path but the one it is named by: a pipe of the shell's, as `/dev/stdout` or `/dev/fd/63`.
    const named = await statIfThere(path);
    const isThing = named !== undefined && !named.isFile() && !named.isDirectory();
    const target = isThing ? path : await followLinks(path);
    const old = isThing ? named : await statIfThere(target);
    if (options.exclusive && old !== undefined) throw alreadyThere(path);
    if (old?.isDirectory()) throw new SinkError('is-folder', said`${path} is a folder.`);
    if (old !== undefined && (await isOneOf(old, options.sources))) {
      throw new SinkError('own-source', said`${path} is the file that is being read: choose another target.`);
    }
    if (old !== undefined && !old.isFile()) return directSink(path, await open(target, 'w'));
    // A rename needs only the folder's permission: a file that its owner has made read-only is still respected.
    if (old !== undefined) await access(target, constants.W_OK);
    return await atomicSink(path, target, old, options);
  } catch (error) {
    throw sinkErrorFrom(error, path);
  }
}

function alreadyThere(path: string): SinkError {
  return new SinkError('exists', said`${path} already exists and was not replaced: choose another name.`);
}

async function atomicSink(
  name: string,
  target: string,
  old: BigIntStats | undefined,
  { exclusive, resumable, resume }: FileSinkOptions,
): Promise<ByteSink> {
  await sweep(dirname(target), temporaryName, isToBeResumed, removeOrphans);
  const temporary = temporaryBeside(target, resume && idOf(resume.temporary));
  let file = resume
    ? await reopen(resume.temporary, temporary, resume.state, name)
    : await open(temporary, 'wx', 0o666);
  keepTouched(temporary);
  let { written, checksum } = resume?.state ?? { written: 0, checksum: 0 };
  let rests = false;
  let isSynced = false;
  let state: 'open' | 'committed' | 'discarded' | 'suspended' = 'open';

  async function wake(): Promise<void> {
    if (rests) file = await open(temporary, 'r+');
    rests = false;
  }

  async function discard(): Promise<void> {
    if (state !== 'open') return;
    state = 'discarded';
    await closeQuietly(file);
    await rm(temporary, { force: true });
  }

  try {
    if (old !== undefined) await inherit(file, old);
  } catch (error) {
    await discard();
    throw error;
  }

  return {
    name,
    async write(bytes) {
      await wake();
      isSynced = false;
      await writeAll(file, bytes, name, written);
      written += bytes.length;
      if (resumable) checksum = builtins.zlib.crc32(bytes, checksum);
    },
    async finish() {
      try {
        await wake();
        await file.sync();
        isSynced = true;
      } catch (error) {
        throw sinkErrorFrom(error, name);
      }
    },
    async commit() {
      try {
        await wake();
        if (!isSynced) await file.sync();
        await file.close();
        if (exclusive) await claim(temporary, target, name);
        else await replace(temporary, target);
        state = 'committed';
      } catch (error) {
        await discard();
        throw sinkErrorFrom(error, name);
      }
      await syncFolder(dirname(target));
    },
    discard,
    async rest() {
      if (rests || state !== 'open') return;
      await file.close();
      rests = true;
    },
    resumable: resumable
      ? {
          temporary,
          state: () => Promise.resolve({ taken: written, written, checksum }),
          async sync() {
            try {
              await file.datasync();
            } catch (error) {
              throw sinkErrorFrom(error, name);
            }
          },
          async suspend() {
            if (state !== 'open') return;
            state = 'suspended';
            await closeQuietly(file);
            stopTouching(temporary);
            // This process may go on living, as that of VS Code does.
            await rename(temporary, givenUp(temporary)).catch(() => undefined);
          },
        }
      : undefined,
  };
}

/**
 * Takes over the temporary file of a process that has ended, as far as it is known to be written: what stands behind
 * that may be anything. Of several processes that want to, one gets it.
 * @throws SinkError where it is not as it was written
 */
async function reopen(old: string, own: string, state: SinkState, name: string): Promise<FileHandle> {
  try {
    await rename(old, own);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw cannotResume(name, said`another process has taken over what was written, or it was removed`);
  }
  const file = await open(own, 'r+');
  try {
    if (!(await beginsWith(file, state)))
      throw cannotResume(name, said`what was written so far has been changed or is damaged`);
    await file.truncate(state.written);
    return file;
  } catch (error) {
    await closeQuietly(file);
    throw error;
  }
}

/** For what cannot be replaced: a pipe, a terminal, a device. */
function directSink(name: string, file: FileHandle): ByteSink {
  return {
    name,
    write: (bytes) => writeAll(file, bytes, name),
    async commit() {
      try {
        await file.close();
      } catch (error) {
        throw sinkErrorFrom(error, name);
      }
    },
    discard: () => closeQuietly(file),
  };
}

/** @param position where they go; undefined for what has no positions */
async function writeAll(file: FileHandle, bytes: Uint8Array, name: string, position?: number): Promise<void> {
  try {
    for (let from = 0; from < bytes.length;) {
      const at = position === undefined ? null : position + from;
      const { bytesWritten } = await file.write(bytes, from, bytes.length - from, at);
      from += bytesWritten;
    }
  } catch (error) {
    throw sinkErrorFrom(error, name);
  }
}

/**
 * Whether two targets are one file, by whatever path or link they are named, so that one would take the place of the
 * other. Devices and pipes take what both write.
 * @throws SinkError
 */
export async function isSameTarget(one: string, other: string): Promise<boolean> {
  try {
    const [found, also] = await Promise.all([statIfThere(one), statIfThere(other)]);
    if (found && also) return found.isFile() && found.ino === also.ino && found.dev === also.dev;
    if (found || also) return false;
    const [first, second] = await Promise.all([followLinks(one), followLinks(other)]);
    const [folder, beside] = await Promise.all([stat(dirname(first)), stat(dirname(second))]);
    if (folder.ino !== beside.ino || folder.dev !== beside.dev) return false;
    // Many file systems make no difference between such names, and nobody is helped by one.
    return folded(first) === folded(second);
  } catch (error) {
    throw sinkErrorFrom(error, one);
  }
}

function folded(path: string): string {
  return basename(path).normalize('NFC').toLowerCase();
}

/** The path that `path` leads to through symbolic links, also when nothing is there yet. */
export async function followLinks(path: string): Promise<string> {
  let at = resolve(path);
  for (let hops = 0; hops < maxLinks; hops++) {
    // The folder's own links are resolved first: a relative link counts from where it really is.
    at = join(await realpath(dirname(at)), basename(at));
    const found = await lstatIfThere(at);
    if (!found?.isSymbolicLink()) return at;
    // Windows' junctions and Linux's /proc/self/fd lead where their text does not.
    const real = await realpath(at).catch(() => undefined);
    if (real !== undefined) return real;
    at = resolve(dirname(at), await readlink(at));
  }
  throw new SinkError('failed', said`${path} is a symbolic link that leads back to itself.`);
}

/** As Linux has it (path_resolution(7)). */
const maxLinks = 40;

async function isOneOf(target: BigIntStats, sources: readonly string[]): Promise<boolean> {
  for (const source of sources) {
    const found = await statIfThere(source);
    if (found?.ino === target.ino && found.dev === target.dev) return true;
  }
  return false;
}

async function statIfThere(path: string): Promise<BigIntStats | undefined> {
  return unlessAbsent(stat(path, { bigint: true }));
}

async function lstatIfThere(path: string): Promise<BigIntStats | undefined> {
  return unlessAbsent(lstat(path, { bigint: true }));
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives the new file the mode of the old one, and its owner where we may. */
async function inherit(file: FileHandle, old: BigIntStats): Promise<void> {
  if (process.platform === 'win32') return;
  const own = await file.stat({ bigint: true });
  if (own.uid !== old.uid || own.gid !== old.gid) {
    await file.chown(Number(old.uid), Number(old.gid)).catch(() => undefined);
  }
  await file.chmod(Number(old.mode & 0o777n));
}

async function replace(temporary: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(temporary, target);
      return;
    } catch (error) {
      // Windows refuses while a virus scanner or indexer has the target open, mostly for some milliseconds.
      const held = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error));
      if (!held || attempt === maxAttempts) throw error;
      await delay(10 * 2 ** attempt);
    }
  }
}

const maxAttempts = 8;

/**
 * Gives the file the target's name where nothing else has it by now. A hard link is refused then; a file system that
 * has none gets an empty file of that name first, which is refused likewise.
 */
async function claim(temporary: string, target: string, name: string): Promise<void> {
  try {
    await link(temporary, target);
    await rm(temporary, { force: true });
    return;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw alreadyThere(name);
  }
  try {
    await (await open(target, 'wx')).close();
  } catch (error) {
    throw systemCode(error) === 'EEXIST' ? alreadyThere(name) : error;
  }
  await replace(temporary, target);
}

/** Makes the new name durable. Not every file system can, and none needs it for being read. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

async function closeQuietly(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined);
}
