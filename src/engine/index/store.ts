import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { readFully } from '../source/read.ts';
import type { Source } from '../source/source.ts';
import { BlockIndex } from './blockIndex.ts';
import type { Zone } from './zone.ts';

/** What is kept of a file between sessions: a few dozen bytes a block. */
export interface Snapshot {
  readonly index: BlockIndex;
  readonly zones: readonly [string, readonly (Zone | undefined)[]][];
  /** Views by query: matches before each block, one entry more than blocks. */
  readonly views: readonly { readonly query: string; readonly counts: Float64Array }[];
}

/** A file as it was when its snapshot was made. */
interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
  /** SHA-256 of the first bytes and of the last ones before `size`. */
  readonly head: string;
  readonly tail: string;
}

interface Stored {
  readonly version: number;
  readonly stamp: Stamp;
  readonly blockSize: number;
  readonly columns: readonly Float64Array[];
  readonly zones: Snapshot['zones'];
  readonly views: Snapshot['views'];
}

export interface StoreKey {
  /** The file's path, and how it is read: another dialect is another index. */
  readonly path: string;
  readonly reading: string;
  readonly source: Source;
  readonly size: number;
  readonly mtimeMs: number;
  /** Where the first record begins: part of what must be as it was. */
  readonly dataStart: number;
}

/** Goes up when the same file would be indexed otherwise: what records there are, and which are malformed. */
const version = 3;
const ending = '.rowindex';
const digestLength = 32;
const sampleLength = 64 * 1024;

/**
 * Snapshots in a folder of the cache's own. Whatever is wrong with one, it is thrown away and the file is indexed
 * anew: a cache answers, or it does not; it never fails.
 */
export class IndexStore {
  readonly #folder: string;
  readonly #limit: number;

  /** @param limit bytes that all snapshots together may take; those used longest ago go first */
  constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /**
   * The snapshot of a file that is as it was; of one that has only grown, the part that still holds. Undefined where
   * there is none to be trusted.
   */
  async load(key: StoreKey, signal: AbortSignal): Promise<Snapshot | undefined> {
    const file = this.#fileOf(key);
    try {
      const stored = decode(await readFile(file));
      const { stamp, columns, blockSize } = stored;
      if (columns[0][0] !== key.dataStart || stamp.size > key.size) return undefined;
      const grown = key.size > stamp.size;
      if (!grown && stamp.mtimeMs !== key.mtimeMs) return undefined;
      const { head, tail } = await stampOf({ ...key, size: stamp.size }, signal);
      if (head !== stamp.head || tail !== stamp.tail) return undefined;
      const index = BlockIndex.from(blockSize, columns);
      const now = new Date();
      await utimes(file, now, now);
      return grown ? shorten(index, stored) : { index, zones: stored.zones, views: stored.views };
    } catch (error) {
      signal.throwIfAborted();
      if (!isMissing(error)) await rm(file, { force: true }).catch(() => undefined);
      return undefined;
    }
  }

  /**
   * Keeps a snapshot in place of an earlier one of the same file; silently does not where the disk will not
   * have it.
   */
  async save(key: StoreKey, { index, zones, views }: Snapshot, signal: AbortSignal): Promise<void> {
    const file = this.#fileOf(key);
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      const stored: Stored = {
        version,
        stamp: await stampOf(key, signal),
        blockSize: index.blockSize,
        columns: index.columns(),
        zones,
        views,
      };
      await mkdir(this.#folder, { recursive: true });
      await writeFile(temporary, encode(stored));
      await rename(temporary, file);
      await this.#trim();
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  /** Throws every snapshot away; answers how many bytes they took. */
  async clear(): Promise<number> {
    const kept = await this.#kept();
    await Promise.all(kept.map(({ file }) => rm(file, { force: true })));
    return kept.reduce((sum, { size }) => sum + size, 0);
  }

  async #trim(): Promise<void> {
    const kept = (await this.#kept()).sort((a, b) => b.usedMs - a.usedMs);
    let sum = 0;
    for (const { file, size } of kept) {
      sum += size;
      if (sum > this.#limit) await rm(file, { force: true });
    }
  }

  async #kept(): Promise<{ readonly file: string; readonly size: number; readonly usedMs: number }[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const files = names.filter((name) => name.endsWith(ending)).map((name) => join(this.#folder, name));
    const found = await Promise.all(
      files.map(async (file) => {
        const { size, mtimeMs } = await stat(file);
        return { file, size, usedMs: mtimeMs };
      }),
    );
    return found;
  }

  #fileOf({ path, reading }: StoreKey): string {
    const name = createHash('sha256')
      .update(JSON.stringify([path, reading]))
      .digest('hex')
      .slice(0, 40);
    return join(this.#folder, name + ending);
  }
}

/** Of a file that has grown: the blocks before the one that holds its last record, as that may go on now. */
function shorten(index: BlockIndex, { stamp, zones, views }: Stored): Snapshot {
  let { length } = index;
  while (length > 0 && index.place(length).start >= stamp.size) length--;
  index.truncate(length);
  return {
    index,
    zones: zones.map(([key, column]) => [key, column.slice(0, length)]),
    views: views.map(({ query, counts }) => ({ query, counts: counts.slice(0, length + 1) })),
  };
}

async function stampOf({ source, size, mtimeMs }: StoreKey, signal: AbortSignal): Promise<Stamp> {
  const sample = new Uint8Array(Math.min(size, sampleLength));
  const digestAt = async (position: number): Promise<string> => {
    const length = await readFully(source, sample, position, signal);
    return createHash('sha256').update(sample.subarray(0, length)).digest('hex');
  };
  return { size, mtimeMs, head: await digestAt(0), tail: await digestAt(size - sample.length) };
}

function encode(stored: Stored): Uint8Array {
  const body = serialize(stored);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}

/** @throws where the bytes are not what was written */
function decode(bytes: Buffer): Stored {
  const body = bytes.subarray(digestLength);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, digestLength))) {
    throw new RangeError('The snapshot is damaged.');
  }
  // The digest says that these are the bytes that `encode` made.
  const stored = deserialize(body) as Stored;
  if (stored.version !== version) throw new RangeError('The snapshot is of another version.');
  return stored;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
