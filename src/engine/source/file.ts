import { type FileHandle, open, stat } from 'node:fs/promises';
import { type BigIntStats, readSync } from 'node:fs';
import { type FileIdentity, type Source, SourceError } from './source.ts';

export { type FileIdentity } from './source.ts';

export interface FileSource extends Source {
  readonly size: number;
  /** The file's state when it was opened. */
  readonly identity: FileIdentity;
  /** The state now of the file that is open, whatever its path leads to by now. */
  current(): Promise<FileIdentity>;
}

export interface OpenFileOptions {
  /** The file must still be this one: the same, or grown at its end. Else the failure is `changed`. */
  readonly expect?: FileIdentity | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether reads hold up the thread: for one that has nothing else to do, where going through the thread pool
   * and back costs as much as a read. It gives way to messages now and then.
   */
  readonly blocking?: boolean | undefined;
  /** The file says nothing true of its size, as those of the system in /proc and /sys: it ends where a read ends. */
  readonly unsized?: boolean | undefined;
}

/** How long a thread reads without giving way to messages, in milliseconds: a cancel is heard this late. */
const breathMs = 8;

/**
 * A local file by ranged reads on one handle. `size` is the size at opening; what is appended later can be read
 * all the same. A read that finds the file's end before `size` fails with `changed`.
 * @throws SourceError `not-found`, `is-folder`, `no-permission`, `unsupported` (device, socket), `changed`
 */
export async function openFile(path: string, options: OpenFileOptions = {}): Promise<FileSource> {
  const { expect, signal, blocking = false, unsized = false } = options;
  signal?.throwIfAborted();
  // A FIFO must be known before it is opened: opening one waits for its writer.
  checkKind(path, await statPath(path));
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw openFailure(path, error);
  }
  try {
    const stats = await handle.stat({ bigint: true });
    checkKind(path, stats);
    const identity = identityOf(stats);
    if (expect !== undefined && !continues(expect, identity)) {
      throw new SourceError('changed', `${path} has changed since it was opened.`);
    }
    signal?.throwIfAborted();
    return fileSource(path, handle, identity, blocking, unsized);
  } catch (error) {
    await handle.close();
    throw error instanceof SourceError || signal?.aborted ? error : openFailure(path, error);
  }
}

/** Whether there is a named pipe at `path`. @throws SourceError */
export async function isPipe(path: string): Promise<boolean> {
  return (await statPath(path)).isFIFO();
}

/**
 * The present state of the file at `path`, to be compared with the one that was opened.
 * @throws SourceError as `openFile`
 */
export async function identifyFile(path: string): Promise<FileIdentity> {
  const stats = await statPath(path);
  checkKind(path, stats);
  return identityOf(stats);
}

/** Whether `now` is the same file as `before`, unchanged or grown: offsets into the old one hold in the new one. */
export function continues(before: FileIdentity, now: FileIdentity): boolean {
  if (before.dev !== now.dev || before.ino !== now.ino) return false;
  return now.size === before.size ? now.mtimeMs === before.mtimeMs : now.size > before.size;
}

function fileSource(
  path: string,
  handle: FileHandle,
  identity: FileIdentity,
  blocking: boolean,
  unsized: boolean,
): FileSource {
  let closing: Promise<void> | undefined;
  let breathed = performance.now();

  async function breathe(): Promise<void> {
    if (performance.now() - breathed < breathMs) return;
    await new Promise(setImmediate);
    breathed = performance.now();
  }

  return {
    name: path,
    size: identity.size,
    random: true,
    identity,
    async read(into, position, signal) {
      if (blocking) await breathe();
      signal?.throwIfAborted();
      if (into.length === 0) return 0;
      let bytesRead: number;
      try {
        if (blocking) bytesRead = readSync(handle.fd, into, 0, into.length, position);
        else ({ bytesRead } = await handle.read(into, 0, into.length, position));
      } catch (error) {
        throw openFailure(path, error, position);
      }
      signal?.throwIfAborted();
      if (bytesRead === 0 && position < identity.size && !unsized) {
        throw new SourceError(
          'changed',
          `${path} became shorter while it was being read: it had ${identity.size.toLocaleString('en')} bytes when it was opened.`,
          position,
        );
      }
      return bytesRead;
    },
    current: async () => identityOf(await handle.stat({ bigint: true })),
    close: () => (closing ??= handle.close()),
  };
}

async function statPath(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    throw openFailure(path, error);
  }
}

function checkKind(path: string, stats: BigIntStats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new SourceError('is-folder', `${path} is a folder, not a file.`);
  const kind = stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new SourceError('unsupported', `${path} is ${kind}; only files and pipes can be read.`);
}

function identityOf(stats: BigIntStats): FileIdentity {
  return {
    size: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs) / 1e6,
    ctimeMs: Number(stats.ctimeNs) / 1e6,
    openedMs: Date.now(),
    dev: String(stats.dev),
    ino: String(stats.ino),
  };
}

/** What went wrong at `path`, in words. */
export function openFailure(path: string, error: unknown, position = 0): SourceError {
  const cause = { cause: error };
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      // Where a name is no UTF-8, Node puts U+FFFD in its place, and a name with that in it is another one.
      return path.includes('\ufffd')
        ? new SourceError('not-found', `There is no file ${path}. ${notUtf8}`, position, cause)
        : new SourceError('not-found', `There is no file ${path}.`, position, cause);
    case 'EACCES':
    case 'EPERM':
      return new SourceError('no-permission', `You have no permission to read ${path}.`, position, cause);
    case 'EISDIR':
      return new SourceError('is-folder', `${path} is a folder, not a file.`, position, cause);
    case 'EMFILE':
    case 'ENFILE':
      return new SourceError('failed', `${path} cannot be opened: too many files are open.`, position, cause);
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new SourceError('failed', `${path} cannot be read: ${reason}.`, position, cause);
    }
  }
}

const notUtf8 =
  'Files whose names are not UTF-8 cannot be opened by name: rename the file, or read it from standard input.';

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
