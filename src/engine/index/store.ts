import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { readFully } from '../source/read.ts';
import type { Source } from '../source/source.ts';
import { BlockIndex } from './blockIndex.ts';
import { CacheFolder } from './cacheFolder.ts';
import type { Zone } from './zone.ts';

/** What is kept of a file between sessions: a few dozen bytes a block. */
export interface Snapshot {
  readonly index: BlockIndex;
  readonly zones: readonly [string, readonly (Zone | undefined)[]][];
  /** Views by query: matches before each block, one entry more than blocks. */
  readonly views: readonly { readonly query: string; readonly counts: Float64Array }[];
}

/** What the store has of a file that is asked for. */
export interface StoredSnapshot extends Snapshot {
  /** Whether the file is as it was; else a block holds only where its bytes have the checksum that they had. */
  readonly proven: boolean;
}

/** What tells one state of a file from another: that of a file on disk as in `FileIdentity`, a server's word for it. */
export interface FileState {
  readonly size: number;
  /** Another one is another file: device and number of a file on disk. */
  readonly file: string;
  /** Times of its last changes, or the validator that a server has given. */
  readonly version: string;
  /** Whether it was changed so shortly before it was opened that a change after that might not show in `version`. */
  readonly young: boolean;
}

/** A file as it was when its snapshot was made. */
interface Stamp extends FileState {
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
  readonly state: FileState;
  /** Where the first record begins, and on which line: part of what must be as it was. */
  readonly dataStart: number;
  readonly firstLine: number;
  /**
   * How many bytes after a malformed record may have a say in how it is read; after others none has. Undefined where
   * the bytes of a block do not tell what it holds.
   */
  readonly reach: number | undefined;
}

/** Goes up when the same file would be indexed otherwise: what records there are, and which are malformed. */
const version = 5;
const digestLength = 32;
/** Head and tail are 64 KiB of blocks of 1 MiB: of an address, which says itself what it is, nothing else is compared. */
const samplesOfBlock = 16;

/**
 * Snapshots in a folder of the cache's own. Whatever is wrong with one, it is thrown away and the file is indexed
 * anew: a cache answers, or it does not; it never fails.
 */
export class IndexStore {
  /** What else is kept of files, of which all together has the limit. */
  readonly folder: CacheFolder;

  /** @param limit bytes that everything in the folder may take; what was used longest ago goes first */
  constructor(folder: string, limit: number) {
    this.folder = new CacheFolder(folder, limit);
  }

  /**
   * The snapshot of a file that is as it was; of one that has grown, and of one that was young, what is to be proven
   * first. Undefined where there is none, and for any other file.
   */
  async load(key: StoreKey, signal: AbortSignal): Promise<StoredSnapshot | undefined> {
    const file = this.#fileOf(key);
    try {
      const stored = decode(await readFile(file));
      const { stamp, columns, blockSize } = stored;
      const { state } = key;
      if (columns[0][0] !== key.dataStart || columns[2][0] !== key.firstLine) return undefined;
      if (stamp.file !== state.file || stamp.size > state.size) return undefined;
      const same = stamp.size === state.size;
      if (same && stamp.version !== state.version) return undefined;
      const proven = same && !stamp.young;
      if (!proven && key.reach === undefined) return undefined;
      const { head, tail } = await samplesOf(key.source, stamp.size, blockSize, signal);
      if (proven && (head !== stamp.head || tail !== stamp.tail)) return undefined;
      const index = BlockIndex.from(blockSize, columns);
      await this.folder.touch(file);
      const { zones, views } = stored;
      return proven ? { proven, index, zones, views } : whatMayHold(index, stored, key.reach ?? 0);
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
    try {
      const stored: Stored = {
        version,
        stamp: { ...key.state, ...(await samplesOf(key.source, key.state.size, index.blockSize, signal)) },
        blockSize: index.blockSize,
        columns: index.columns(),
        zones,
        views,
      };
      await this.folder.write(this.#fileOf(key), encode(stored));
    } catch {
      // A cache that cannot be written to is not there.
    }
  }

  /** Throws everything in the folder away; answers how many bytes it took. */
  clear(): Promise<number> {
    return this.folder.clear();
  }

  #fileOf(key: StoreKey): string {
    return this.folder.fileOf(cacheName(key), '.rowindex');
  }
}

/** What the names of the files begin with in which something is kept of a file. */
export function cacheName({ path, reading }: Pick<StoreKey, 'path' | 'reading'>): string {
  return createHash('sha256')
    .update(JSON.stringify([path, reading]))
    .digest('hex')
    .slice(0, 40);
}

/** The blocks that are read as before if their bytes are those from before, whatever follows the last one now. */
function whatMayHold(index: BlockIndex, { stamp, zones, views }: Stored, reach: number): StoredSnapshot {
  let { length } = index;
  const end = index.next;
  // The last record may go on now, and it is the last of all blocks that end with it.
  while (length > 0 && index.place(length).start === end) length--;
  for (let block = 0; block < length; block++) {
    const { malformed, next } = index.summary(block);
    if (malformed > 0 && next + reach > stamp.size) length = block;
  }
  index.truncate(length);
  return {
    proven: false,
    index,
    zones: zones.map(([key, column]) => [key, column.slice(0, length)]),
    views: views.map(({ query, counts }) => ({ query, counts: counts.slice(0, length + 1) })),
  };
}

async function samplesOf(
  source: Source,
  size: number,
  blockSize: number,
  signal: AbortSignal,
): Promise<Pick<Stamp, 'head' | 'tail'>> {
  const sample = new Uint8Array(Math.min(size, blockSize / samplesOfBlock));
  const digestAt = async (position: number): Promise<string> => {
    const length = await readFully(source, sample, position, signal);
    return createHash('sha256').update(sample.subarray(0, length)).digest('hex');
  };
  return { head: await digestAt(0), tail: await digestAt(size - sample.length) };
}

function encode(stored: Stored): Uint8Array[] {
  const body = serialize(stored);
  return [createHash('sha256').update(body).digest(), body];
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
