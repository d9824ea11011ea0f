import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Said, said, SaidError } from '../said/said.ts';
import { keepTouched, ownerPattern, ownerTag, sweep } from './leftovers.ts';

/** Of the room that is left on a disk, no more than this share is taken. */
const shareOfDisk = 0.25;

const folderName = new RegExp(`^rowriver-${ownerPattern}-\\w{6}$`);

/** Temporary files cannot be written. Its message says where, and what can be done. */
export class TemporaryError extends SaidError {
  override readonly name = 'TemporaryError';
}

/**
 * Makes a folder for temporary files, which its maker removes. Those that killed processes have left go first.
 * @throws TemporaryError
 */
export async function makeTemporaryFolder(parent = tmpdir()): Promise<string> {
  await sweep(parent, folderName);
  try {
    // Nobody else may look into it: `mkdtemp` sees to that.
    const folder = await mkdtemp(join(parent, `rowriver-${ownerTag}-`));
    keepTouched(folder);
    return folder;
  } catch (error) {
    throw temporaryError(error, parent);
  }
}

/** Bytes that may be taken of the temporary folder's disk. @throws TemporaryError */
export async function temporaryRoom(): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(tmpdir());
    return bavail * bsize * shareOfDisk;
  } catch (error) {
    throw temporaryError(error, tmpdir());
  }
}

/**
 * What a failed system call on a temporary file amounts to; any other error as it is.
 * @param folder where temporary files are made
 * @param needed bytes that there should have been room for, as far as is known
 */
export function temporaryError(error: unknown, folder: string, needed = 0): unknown {
  if (!(error instanceof Error) || error instanceof TemporaryError) return error;
  if (!('code' in error) || typeof error.code !== 'string') return error;
  return new TemporaryError(explain(error.code, error.message, folder, needed), { cause: error });
}

function explain(code: string, message: string, folder: string, needed: number): Said {
  const other = said`set ${process.platform === 'win32' ? 'TEMP' : 'TMPDIR'} to another folder`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT': {
      const size = (needed / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
      return needed > 0
        ? said`There is no room left in ${folder} for temporary files: at least ${size} MB are needed. Make room there, or ${other}.`
        : said`There is no room left in ${folder} for temporary files. Make room there, or ${other}.`;
    }
    case 'EFBIG':
      return said`A temporary file in ${folder} would be larger than the maximum file size. Raise that limit, or ${other}.`;
    case 'ENOENT':
    case 'ENOTDIR':
      return said`The folder for temporary files, ${folder}, does not exist. Create it, or ${other}.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return said`You have no permission to write temporary files in ${folder}. Change that, or ${other}.`;
    case 'EMFILE':
    case 'ENFILE':
      return said`Too many files are open to write temporary files in ${folder}. Raise that limit (ulimit -n).`;
    default:
      return said`Temporary files cannot be written in ${folder}: ${message}. You can ${other}.`;
  }
}
