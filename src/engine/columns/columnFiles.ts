import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { BlockSummary } from '../index/blockIndex.ts';
import type { CacheFolder } from '../index/cacheFolder.ts';
import { segmentVersion, type SegmentBytes } from './segment.ts';

/** A segment with what is to be true of the block for it to hold: `checksum` is that of the block's bytes. */
export interface KeptSegment {
  readonly block: number;
  readonly of: Pick<BlockSummary, 'start' | 'next' | 'checksum'>;
  readonly bytes: SegmentBytes;
}

/** What stands before the segments. */
interface Directory {
  readonly version: number;
  readonly column: string;
  /** Six numbers a segment: block, its start, next and checksum, then where the segment is, and how long. */
  readonly places: Float64Array;
  /** SHA-256 of each segment, one after the other. */
  readonly digests: Uint8Array;
}

const perSegment = 6;
const digestLength = 32;
/** The length of the directory, then its digest. */
const headLength = 8 + digestLength;

/**
 * The columns of one file in the cache, each in a file of its own that is written anew as a whole. A column that is damaged,
 * or of another version, is not there; nor is a segment that is.
 */
export class ColumnFiles {
  readonly #folder: CacheFolder;
  readonly #stem: string;

  /** @param stem what the names of the file's columns begin with */
  constructor(folder: CacheFolder, stem: string) {
    this.#folder = folder;
    this.#stem = stem;
  }

  /** The segments of a column that are whole; none where the file takes more than `most` bytes. */
  async load(column: string, most: number): Promise<KeptSegment[]> {
    const file = this.#fileOf(column);
    try {
      if ((await stat(file)).size > most) return [];
      const segments = decode(await readFile(file), column);
      await this.#folder.touch(file);
      return segments;
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isMissing) await rm(file, { force: true }).catch(() => undefined);
      return [];
    }
  }

  /** Keeps a column in place of what was kept of it; silently does not where the disk will not have it. */
  async save(column: string, segments: readonly KeptSegment[]): Promise<void> {
    try {
      await this.#folder.write(this.#fileOf(column), encode(column, segments));
    } catch {
      // A cache that cannot be written to is not there.
    }
  }

  #fileOf(column: string): string {
    const name = createHash('sha256').update(column).digest('hex').slice(0, 16);
    return this.#folder.fileOf(`${this.#stem}-${name}`, '.rowcolumn');
  }
}

function encode(column: string, segments: readonly KeptSegment[]): Uint8Array[] {
  const places = new Float64Array(segments.length * perSegment);
  const digests = new Uint8Array(segments.length * digestLength);
  let at = 0;
  const parts: Uint8Array[] = [];
  for (const [i, { block, of, bytes }] of segments.entries()) {
    // Some of Node's functions do not take memory that threads share.
    const own = Buffer.from(bytes);
    places.set([block, of.start, of.next, of.checksum, at, own.length], i * perSegment);
    digests.set(createHash('sha256').update(own).digest(), i * digestLength);
    parts.push(own);
    at += own.length;
  }
  const directory = serialize({ version: segmentVersion, column, places, digests } satisfies Directory);
  const length = Buffer.alloc(8);
  length.writeDoubleLE(directory.length);
  return [length, createHash('sha256').update(directory).digest(), directory, ...parts];
}

/** @throws where the directory is not what was written */
function decode(bytes: Buffer, column: string): KeptSegment[] {
  const from = headLength + bytes.readDoubleLE(0);
  const body = bytes.subarray(headLength, from);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(8, headLength))) {
    throw new RangeError('The directory is damaged.');
  }
  // The digest says that these are the bytes that `encode` made.
  const directory = deserialize(body) as Directory;
  if (directory.version !== segmentVersion || directory.column !== column) {
    throw new RangeError('The column is another one.');
  }
  const found: KeptSegment[] = [];
  const count = directory.places.length / perSegment;
  for (let i = 0; i < count; i++) {
    const [block, start, next, checksum, at, length] = directory.places.subarray(
      i * perSegment,
      (i + 1) * perSegment,
    );
    const segment = bytes.subarray(from + at, from + at + length);
    const digest = directory.digests.subarray(i * digestLength, (i + 1) * digestLength);
    if (!createHash('sha256').update(segment).digest().equals(digest)) continue;
    const shared = new Uint8Array(new SharedArrayBuffer(Math.ceil(length / 8) * 8), 0, length);
    shared.set(segment);
    found.push({ block, of: { start, next, checksum }, bytes: shared });
  }
  return found;
}
