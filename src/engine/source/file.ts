import { closeSync, constants, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { said } from '../../said/said.ts';
import { breathing } from './breathing.ts';
import { type FileIdentity, type Source, SourceError, type Standing } from './source.ts';

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
   * Whether opening and reads hold up the thread: for one that has nothing else to do, where going through the thread
   * pool and back costs more than a read. It gives way to messages now and then.
   */
  readonly blocking?: boolean | undefined;
  /** The file says nothing true of its size, as those of the system in /proc and /sys: it ends where a read ends. */
  readonly unsized?: boolean | undefined;
}

/** Opening a named pipe would wait for its writer; what it is must be seen first. Windows has no such flag. */
const readNow = process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK;

/** An open file, by calls that hold up the thread or by those that do not. */
interface Handle {
  read(into: Uint8Array, position: number): number | Promise<number>;
  stat(): BigIntStats | Promise<BigIntStats>;
  close(): void | Promise<void>;
}

function blockingHandle(path: string): Handle {
  let fd = openSync(path, readNow);
  return {
    read: (into, position) => readSync(fd, into, 0, into.length, position),
    stat: () => fstatSync(fd, { bigint: true }),
    close() {
      const closing = fd;
      // The number may be that of another file soon.
      fd = -1;
      closeSync(closing);
    },
  };
}

async function waitingHandle(path: string): Promise<Handle> {
  const handle = await open(path, readNow);
  return {
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    stat: () => handle.stat({ bigint: true }),
    close: () => handle.close(),
  };
}

/**
 * A local file by ranged reads on one handle. `size` is the size at opening; what is appended later can be read
 * all the same. A read that finds the file's end before `size` fails with `changed`.
 * @throws SourceError `not-found`, `is-folder`, `no-permission`, `unsupported` (device, socket), `changed`
 */
export async function openFile(path: string, options: OpenFileOptions = {}): Promise<FileSource> {
  const { expect, signal, blocking = false, unsized = false } = options;
  signal?.throwIfAborted();
  let handle: Handle;
  try {
    handle = blocking ? blockingHandle(path) : await waitingHandle(path);
  } catch (error) {
    throw openFailure(path, error);
  }
  try {
    const stats = await handle.stat();
    checkKind(path, stats);
    const identity = identityOf(stats);
    if (expect !== undefined && !continues(expect, identity)) {
      throw new SourceError('changed', said`${path} has changed since it was opened.`);
    }
    signal?.throwIfAborted();
    return fileSource(path, handle, identity, blocking, unsized);
  } catch (error) {
    await handle.close();
    throw error instanceof SourceError || signal?.aborted ? error : openFailure(path, error);
  }
}

/** Whether there is a named pipe at `path`. @throws SourceError */
export async function isPipe(path: string, blocking = false): Promise<boolean> {
  return (await statPath(path, blocking)).isFIFO();
}

/**
 * The present state of the file at `path`, to be compared with the one that was opened.
 * @throws SourceError as `openFile`
 */
export async function identifyFile(path: string, blocking = false): Promise<FileIdentity> {
  const stats = await statPath(path, blocking);
  checkKind(path, stats);
  return identityOf(stats);
}

/** Whether `now` is the same file as `before`, unchanged or grown: offsets into the old one hold in the new one. */
export function continues(before: FileIdentity, now: FileIdentity): boolean {
  if (before.dev !== now.dev || before.ino !== now.ino) return false;
  return now.size === before.size ? now.mtimeMs === before.mtimeMs : now.size > before.size;
}

/** Whether nothing says that a file of this device and number was changed between two looks at it. */
export function isUntouched(before: FileIdentity, now: FileIdentity): boolean {
  return now.size === before.size && now.mtimeMs === before.mtimeMs && now.ctimeMs === before.ctimeMs;
}

/** What has become of the file `before` since it was opened. */
export function standingOf(path: string, before: FileIdentity, now: FileIdentity): Standing {
  const { size, mtimeMs, ctimeMs } = now;
  return {
    state: isUntouched(before, now) ? '' : `${size} ${mtimeMs} ${ctimeMs}`,
    changed: continues(before, now) ? undefined : path,
  };
}

function fileSource(
  path: string,
  handle: Handle,
  identity: FileIdentity,
  blocking: boolean,
  unsized: boolean,
): FileSource {
  let closing: Promise<void> | undefined;
  const breathe = breathing();

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
        bytesRead = await handle.read(into, position);
      } catch (error) {
        throw openFailure(path, error, position);
      }
      signal?.throwIfAborted();
      if (bytesRead === 0 && position < identity.size && !unsized) {
        throw new SourceError(
          'changed',
          said`${path} became shorter while it was being read: it had ${identity.size.toLocaleString('en')} bytes when it was opened.`,
          position,
        );
      }
      return bytesRead;
    },
    current: async () => identityOf(await handle.stat()),
    standing: async () => standingOf(path, identity, identityOf(await handle.stat())),
    close: () => (closing ??= Promise.resolve(handle.close())),
  };
}

async function statPath(path: string, blocking: boolean): Promise<BigIntStats> {
  try {
    return blocking ? statSync(path, { bigint: true }) : await stat(path, { bigint: true });
  } catch (error) {
    throw openFailure(path, error);
  }
}

function checkKind(path: string, stats: BigIntStats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new SourceError('is-folder', said`${path} is a folder, not a file.`);
  const kind = stats.isFIFO() ? said`a named pipe` : stats.isSocket() ? said`a socket` : said`a device`;
  throw new SourceError('unsupported', said`${path} is ${kind}; only files and pipes can be read.`);
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

/** What an address begins with. Not the letter of a drive. */
const addressScheme = /^[a-z][a-z\d+.-]+:\/\//i;

/** What went wrong at `path`, in words. */
export function openFailure(path: string, error: unknown, position = 0): SourceError {
  const cause = { cause: error };
  const scheme = addressScheme.exec(path)?.[0];
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      if (scheme !== undefined) {
        const told = said`Of addresses, http:// and https:// can be read, not ${scheme}.`;
        return new SourceError('unsupported', told, position, cause);
      }
      // Where a name is no UTF-8, Node puts U+FFFD in its place, and a name with that in it is another one.
      return path.includes('\ufffd')
        ? new SourceError('not-found', said`There is no file ${path}. ${notUtf8}`, position, cause)
        : new SourceError('not-found', said`There is no file ${path}.`, position, cause);
    case 'EACCES':
    case 'EPERM':
      return new SourceError('no-permission', said`You have no permission to read ${path}.`, position, cause);
    case 'EISDIR':
      return new SourceError('is-folder', said`${path} is a folder, not a file.`, position, cause);
    case 'EMFILE':
    case 'ENFILE':
      return new SourceError(
        'failed',
        said`${path} cannot be opened: too many files are open.`,
        position,
        cause,
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new SourceError('failed', said`${path} cannot be read: ${reason}.`, position, cause);
    }
  }
}

const notUtf8 = said`Files whose names are not UTF-8 cannot be opened by name: rename the file, or read it from standard input.`;

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
