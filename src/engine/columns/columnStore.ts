import type { FieldRequest } from '../format/record.ts';
import { Encoding, headOf, type SegmentBytes } from './segment.ts';
import { answers } from './storedBlock.ts';

/** A column of a file, by the path of its field. */
export type ColumnName = string;

export function columnName({ path }: Pick<FieldRequest, 'path'>): ColumnName {
  return JSON.stringify(path);
}

interface Column {
  /** By block. */
  readonly segments: (SegmentBytes | undefined)[];
  bytes: number;
}

/**
 * The segments of one file that are at hand. All together they take no more than a number of bytes: of those columns that no
 * question has asked for longest, the segments go first.
 */
export class ColumnStore {
  readonly #limit: number;
  /** The one used last is last. */
  readonly #columns = new Map<ColumnName, Column>();
  /** Those of the last question. */
  #inUse: ReadonlySet<ColumnName> = new Set();
  #bytes = 0;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of all segments. */
  get size(): number {
    return this.#bytes;
  }

  get names(): readonly ColumnName[] {
    return [...this.#columns.keys()];
  }

  /** Says that a question asks for columns, which are the last to go from now on. */
  use(names: readonly ColumnName[]): void {
    this.#inUse = new Set(names);
    for (const name of names) {
      const column = this.#columns.get(name) ?? { segments: [], bytes: 0 };
      this.#columns.delete(name);
      this.#columns.set(name, column);
    }
  }

  segment(name: ColumnName, block: number): SegmentBytes | undefined {
    return this.#columns.get(name)?.segments[block];
  }

  segments(name: ColumnName): readonly (SegmentBytes | undefined)[] {
    return this.#columns.get(name)?.segments ?? [];
  }

  /** Whether nothing more would be known of a block's column if its text were read for it again. */
  has(request: FieldRequest, block: number): boolean {
    const segment = this.segment(columnName(request), block);
    return (
      segment !== undefined && (answers(segment, request) || headOf(segment).encoding === Encoding.None)
    );
  }

  /** Keeps a segment, if there is room: what the last question asks for is not pushed out. */
  put(name: ColumnName, block: number, segment: SegmentBytes): void {
    this.#drop(name, block);
    if (!this.#makeRoom(segment.byteLength, name)) return;
    let column = this.#columns.get(name);
    if (column === undefined) this.#columns.set(name, (column = { segments: [], bytes: 0 }));
    while (column.segments.length < block) column.segments.push(undefined);
    column.segments[block] = segment;
    column.bytes += segment.byteLength;
    this.#bytes += segment.byteLength;
  }

  /** Forgets what is known of the blocks from `block` on. */
  truncate(block: number): void {
    for (const [name, { segments }] of this.#columns) {
      for (let at = segments.length - 1; at >= block; at--) this.#drop(name, at);
    }
  }

  #drop(name: ColumnName, block: number): void {
    const column = this.#columns.get(name);
    const segment = column?.segments[block];
    if (column === undefined || segment === undefined) return;
    column.segments[block] = undefined;
    column.bytes -= segment.byteLength;
    this.#bytes -= segment.byteLength;
  }

  #makeRoom(bytes: number, keep: ColumnName): boolean {
    for (const [name, column] of this.#columns) {
      if (this.#bytes + bytes <= this.#limit) break;
      if (name === keep || this.#inUse.has(name)) continue;
      this.#bytes -= column.bytes;
      this.#columns.delete(name);
    }
    return this.#bytes + bytes <= this.#limit;
  }
}
