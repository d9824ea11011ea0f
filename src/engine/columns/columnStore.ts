import type { FieldRequest } from '../format/record.ts';
import type { BlockIndex, BlockSummary } from '../index/blockIndex.ts';
import type { ColumnFiles, KeptSegment } from './columnFiles.ts';
import { Encoding, type SegmentBytes } from './segment.ts';
import { StoredSegment } from './storedSegment.ts';
import { ColumnValues } from './valueCounter.ts';

/** A column of a file, by the path of its field. */
export type ColumnName = string;

/** In place of a column's name: where the records are. No field has this one. */
export const placesName: ColumnName = 'places';

export function columnName({ path }: Pick<FieldRequest, 'path'>): ColumnName {
  return JSON.stringify(path);
}

interface Held {
  readonly segment: StoredSegment;
  /** Of a segment from the disk, the block as it was; it holds where the block is the same. */
  readonly of: KeptSegment['of'] | undefined;
}

interface Column {
  /** By block. */
  readonly segments: (Held | undefined)[];
  bytes: number;
  /** Whether the disk has less. */
  isNew: boolean;
  /** Once they are counted. */
  values?: ColumnValues;
}

export interface ColumnOptions {
  /** What all segments together may take. */
  readonly bytes: number;
  /** See `ColumnStore.keepsPlaces`. */
  readonly places: boolean;
}

/** Where columns outlive the file's being open. */
export interface ColumnKeeping {
  readonly files: ColumnFiles;
  /** Whether what a block's bytes hold depends on nothing behind them, in a file that may still grow. */
  readonly settled: (summary: BlockSummary) => boolean;
}

/**
 * The segments of one file that are at hand. All together they take no more than a number of bytes: of those columns that no
 * question has asked for longest, the segments go first.
 */
export class ColumnStore {
  readonly #index: () => BlockIndex;
  readonly #limit: number;
  readonly #keeping: ColumnKeeping | undefined;
  /** The one used last is last. */
  readonly #columns = new Map<ColumnName, Column>();
  /** Columns that the disk has been asked for. */
  readonly #loading = new Map<ColumnName, Promise<void>>();
  /** Those of the last question. */
  #inUse: ReadonlySet<ColumnName> = new Set();
  #bytes = 0;

  constructor(index: () => BlockIndex, { bytes, places }: ColumnOptions, keeping: ColumnKeeping | undefined) {
    this.#index = index;
    this.#limit = bytes;
    this.keepsPlaces = places;
    this.#keeping = keeping;
  }

  /** Whether the text of a record can be read without what is around it, so that it is kept where the records are. */
  readonly keepsPlaces: boolean;

  /** Bytes of all segments. */
  get size(): number {
    return this.#bytes;
  }

  /** Fetches what a question asks for, which is the last to go from now on. */
  async use(names: readonly ColumnName[]): Promise<void> {
    this.#inUse = new Set(names);
    for (const name of names) {
      const column = this.#columns.get(name) ?? { segments: [], bytes: 0, isNew: false };
      this.#columns.delete(name);
      this.#columns.set(name, column);
    }
    await Promise.all(names.map((name) => this.#load(name)));
  }

  /**
   * The segment of a block that the index knows, if it is of the block as it is.
   * @param summary of the block, where it is at hand
   */
  segment(name: ColumnName, block: number, summary?: BlockSummary): StoredSegment | undefined {
    const held = this.#columns.get(name)?.segments[block];
    const index = this.#index();
    if (held === undefined || block >= index.length) return undefined;
    if (isOf(held, summary ?? index.summary(block))) return held.segment;
    this.#drop(name, block);
    return undefined;
  }

  /** The different values that the blocks of a column at hand are found to have. */
  valuesOf(name: ColumnName): ColumnValues {
    const column = this.#columns.get(name);
    return column ? (column.values ??= new ColumnValues()) : new ColumnValues();
  }

  /** Whether nothing more would be known of a block's column if its text were read for it again. */
  has(request: FieldRequest, block: number): boolean {
    const segment = this.segment(columnName(request), block);
    return segment !== undefined && (segment.answers(request) || segment.head.encoding === Encoding.None);
  }

  /** Whether a field is at hand of all blocks that the index knows and that have records. */
  holds(request: FieldRequest): boolean {
    const name = columnName(request);
    const index = this.#index();
    for (let block = 0; block < index.length; block++) {
      const answers = this.segment(name, block)?.answers(request) === true;
      if (!answers && index.summary(block).records > 0) return false;
    }
    return true;
  }

  /** Whether no record of the index has the field, as the segments at hand tell. */
  lacks(request: Pick<FieldRequest, 'path'>): boolean {
    const name = columnName(request);
    const { length } = this.#index();
    for (let block = 0; block < length; block++)
      if (this.segment(name, block)?.isMissing !== true) return false;
    return length > 0;
  }

  /** Keeps a segment that a scan has made, if there is room: what the last question asks for is not pushed out. */
  put(name: ColumnName, block: number, bytes: SegmentBytes): void {
    this.#hold(name, block, { segment: new StoredSegment(bytes), of: undefined });
    const column = this.#columns.get(name);
    if (column) column.isNew = true;
  }

  /** Forgets the blocks from `block` on: they hold something else from now on. */
  truncate(block: number): void {
    for (const [name, column] of this.#columns) {
      for (let at = block; at < column.segments.length; at++) this.#drop(name, at);
    }
  }

  /** Puts on disk what that does not have. The file must be as it was when its blocks were read. */
  async save(): Promise<void> {
    if (!this.#keeping) return;
    const { files, settled } = this.#keeping;
    const index = this.#index();
    for (const [name, column] of this.#columns) {
      if (!column.isNew) continue;
      column.isNew = false;
      const kept: KeptSegment[] = [];
      for (let block = 0; block < Math.min(column.segments.length, index.length); block++) {
        const bytes = this.segment(name, block)?.bytes;
        const summary = index.summary(block);
        if (bytes === undefined || Number.isNaN(summary.checksum) || !settled(summary)) continue;
        kept.push({ block, of: summary, bytes });
      }
      if (kept.length > 0) await files.save(name, kept);
    }
  }

  #load(name: ColumnName): Promise<void> {
    let loading = this.#loading.get(name);
    if (loading === undefined) {
      loading = this.#read(name);
      this.#loading.set(name, loading);
    }
    return loading;
  }

  async #read(name: ColumnName): Promise<void> {
    const segments = await this.#keeping?.files.load(name, this.#limit);
    for (const { block, of, bytes } of segments ?? []) {
      if (this.#columns.get(name)?.segments[block] === undefined)
        this.#hold(name, block, { segment: new StoredSegment(bytes), of });
    }
  }

  #hold(name: ColumnName, block: number, held: Held): void {
    this.#drop(name, block);
    if (!this.#makeRoom(held.segment.bytes.byteLength, name)) return;
    let column = this.#columns.get(name);
    if (column === undefined) this.#columns.set(name, (column = { segments: [], bytes: 0, isNew: false }));
    while (column.segments.length < block) column.segments.push(undefined);
    column.segments[block] = held;
    column.bytes += held.segment.bytes.byteLength;
    this.#bytes += held.segment.bytes.byteLength;
  }

  #drop(name: ColumnName, block: number): void {
    const column = this.#columns.get(name);
    const held = column?.segments[block];
    if (column === undefined || held === undefined) return;
    column.segments[block] = undefined;
    column.bytes -= held.segment.bytes.byteLength;
    this.#bytes -= held.segment.bytes.byteLength;
  }

  #makeRoom(bytes: number, keep: ColumnName): boolean {
    for (const [name, column] of this.#columns) {
      if (this.#bytes + bytes <= this.#limit) break;
      if (name === keep || this.#inUse.has(name)) continue;
      this.#bytes -= column.bytes;
      this.#columns.delete(name);
      this.#loading.delete(name);
    }
    return this.#bytes + bytes <= this.#limit;
  }
}

/** Whether a segment is of a block as the index knows it. */
function isOf(
  { segment: { head }, of }: Held,
  { start, next, records, malformed, checksum }: BlockSummary,
): boolean {
  // A checksum that nobody has taken is no other's.
  const isSame = of === undefined || (of.start === start && of.next === next && of.checksum === checksum);
  return isSame && head.records === records && (head.faulty === malformed || head.encoding === Encoding.None);
}
