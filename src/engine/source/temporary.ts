import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeTemporaryFolder, temporaryError } from '../temporaryFolder.ts';

/** A file without a name, where the system allows that: then not even a crash leaves it behind. */
export interface TemporaryFile {
  readonly handle: FileHandle;
  /** Closes and removes it. */
  close(): Promise<void>;
}

/** @throws TemporaryError */
export async function openTemporary(): Promise<TemporaryFile> {
  const folder = await makeTemporaryFolder();
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const handle = await open(join(folder, 'kept'), 'wx+', 0o600);
    if (process.platform !== 'win32') await remove();
    return {
      handle,
      async close() {
        await handle.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw temporaryError(error, dirname(folder));
  }
}

/** Writes all of `bytes`. @throws the system's error */
export async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
