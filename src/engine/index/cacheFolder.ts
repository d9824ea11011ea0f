import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerPattern, ownerTag, sweep } from '../leftovers.ts';

/** What names of files in the cache end with: the index of a file, and a column of one. */
export type CacheEnding = '.rowindex' | '.rowcolumn';

const kept = /\.row(?:index|column)$/;
const temporaryName = new RegExp(`\\.row(?:index|column)\\.${ownerPattern}-[0-9a-f]{8}\\.tmp$`);

/** The folder of everything that is kept of files between sessions, and its one budget. */
export class CacheFolder {
  readonly #path: string;
  readonly #limit: number;

  /** @param limit bytes that all files together may take; those used longest ago go first */
  constructor(path: string, limit: number) {
    this.#path = path;
    this.#limit = limit;
  }

  /** The path of a file of the cache. */
  fileOf(name: string, ending: CacheEnding): string {
    return join(this.#path, name + ending);
  }

  /** Puts a file in place of an earlier one, in one go. @throws where the disk will not have it */
  async write(file: string, parts: readonly Uint8Array[]): Promise<void> {
    const temporary = `${file}.${ownerTag}-${randomBytes(4).toString('hex')}.tmp`;
    try {
      await this.#prepare();
      await writeFile(temporary, parts, { mode: 0o600 });
      await rename(temporary, file);
      await this.#trim();
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Says that a file has been used. On a disk that cannot be written to, it is used all the same. */
  async touch(file: string): Promise<void> {
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
  }

  /** Throws everything away; answers how many bytes it took. */
  async clear(): Promise<number> {
    const files = await this.#kept();
    await Promise.all(files.map(({ file }) => rm(file, { force: true })));
    return files.reduce((sum, { size }) => sum + size, 0);
  }

  /** What files hold is nobody else's business, and some of it is here. */
  async #prepare(): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const { mode } = await stat(this.#path);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') await chmod(this.#path, 0o700);
    await sweep(this.#path, temporaryName);
  }

  async #trim(): Promise<void> {
    const files = (await this.#kept()).sort((a, b) => b.usedMs - a.usedMs);
    let sum = 0;
    for (const { file, size } of files) {
      sum += size;
      if (sum > this.#limit) await rm(file, { force: true });
    }
  }

  async #kept(): Promise<{ readonly file: string; readonly size: number; readonly usedMs: number }[]> {
    const names = await readdir(this.#path).catch(() => []);
    const files = names.filter((name) => kept.test(name)).map((name) => join(this.#path, name));
    const found = await Promise.all(
      files.map(async (file) => {
        const one = await stat(file).catch(() => undefined);
        // Another process may have thrown it away.
        return one ? [{ file, size: one.size, usedMs: one.mtimeMs }] : [];
      }),
    );
    return found.flat();
  }
}
