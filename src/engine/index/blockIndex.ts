import { DoubleColumn } from './column.ts';

/** What a scan learned of one block: block `i` is the bytes [i, i + 1) x block size of the source. */
export interface BlockSummary {
  /** Where the first record that begins in the block, or after it, begins. */
  readonly start: number;
  /** Where the first record after the block begins. */
  readonly next: number;
  readonly records: number;
  readonly lines: number;
  readonly malformed: number;
  /** `Scanner.checksum` of the bytes from `start` to `next`; NaN where nobody has taken it. */
  readonly checksum: number;
}

/** A block inside a record that began before it. Of no bytes there is nothing that could change. */
export function emptySummary(at: number): BlockSummary {
  return { start: at, next: at, records: 0, lines: 0, malformed: 0, checksum: NaN };
}

/** A block, with the numbers of its first record and line, both 0-based. */
export interface BlockPlace {
  readonly block: number;
  readonly start: number;
  readonly record: number;
  readonly line: number;
}

/**
 * Where the records of a source are, to the block: one entry a block, so 100 GB at 1 MiB is 100,000 entries. It
 * grows from the front and is never sparse. Entry `i` of each column is the state *before* block `i`; there is one
 * entry more than there are blocks.
 */
export class BlockIndex {
  readonly blockSize: number;
  readonly #starts = new DoubleColumn();
  readonly #records = new DoubleColumn();
  readonly #lines = new DoubleColumn();
  readonly #malformed = new DoubleColumn();
  /** Of the block before; of the first entry, none. */
  readonly #checksums = new DoubleColumn();

  /**
   * @param dataStart where the first record begins, past a byte-order mark, preamble and header
   * @param firstLine line of the source, 0-based, on which that is
   */
  constructor(blockSize: number, dataStart: number, firstLine: number) {
    this.blockSize = blockSize;
    this.#starts.push(dataStart);
    this.#records.push(0);
    this.#lines.push(firstLine);
    this.#malformed.push(0);
    this.#checksums.push(NaN);
  }

  /** Blocks known. */
  get length(): number {
    return this.#starts.length - 1;
  }

  /** Where the first record that is not known begins. */
  get next(): number {
    return this.#starts.last();
  }

  get records(): number {
    return this.#records.last();
  }

  get lines(): number {
    return this.#lines.last();
  }

  get malformed(): number {
    return this.#malformed.last();
  }

  /** Adds the block after the last one known; its `start` must be `next`. */
  append(summary: BlockSummary): void {
    if (summary.start !== this.next) {
      throw new RangeError(
        `A block that begins at ${summary.start} cannot follow one that ends at ${this.next}.`,
      );
    }
    this.#starts.push(summary.next);
    this.#records.push(this.records + summary.records);
    this.#lines.push(this.lines + summary.lines);
    this.#malformed.push(this.malformed + summary.malformed);
    this.#checksums.push(summary.checksum);
  }

  /** The state before a block; for `length`, the state at the end of what is known. */
  place(block: number): BlockPlace {
    return {
      block,
      start: this.#starts.at(block),
      record: this.#records.at(block),
      line: this.#lines.at(block),
    };
  }

  summary(block: number): BlockSummary {
    return {
      start: this.#starts.at(block),
      next: this.#starts.at(block + 1),
      records: this.#records.at(block + 1) - this.#records.at(block),
      lines: this.#lines.at(block + 1) - this.#lines.at(block),
      malformed: this.#malformed.at(block + 1) - this.#malformed.at(block),
      checksum: this.#checksums.at(block + 1),
    };
  }

  /** The block that holds a record (0-based number); undefined while it is not known. */
  blockOfRecord(record: number): number | undefined {
    return record < 0 || record >= this.records ? undefined : this.#records.upperBound(record) - 1;
  }

  /**
   * The first block in which a record can begin on a line (0-based) or after it. Several blocks can be on one line, and
   * the last line of a text needs no line end.
   */
  blockOfLine(line: number): number | undefined {
    return line > this.lines ? undefined : Math.max(0, this.#lines.lowerBound(line) - 1);
  }

  /** The block in which the record that covers an offset begins. */
  blockOfOffset(offset: number): number | undefined {
    return offset >= this.next ? undefined : Math.max(0, this.#starts.upperBound(offset) - 1);
  }

  /** The block that holds the n-th (0-based) malformed record. */
  blockOfMalformed(ordinal: number): number | undefined {
    return ordinal < 0 || ordinal >= this.malformed ? undefined : this.#malformed.upperBound(ordinal) - 1;
  }

  malformedBefore(block: number): number {
    return this.#malformed.at(block);
  }

  /** Forgets the blocks from `block` on: what follows a place that has changed. */
  truncate(block: number): void {
    for (const column of this.#all()) column.truncate(block + 1);
  }

  /** The first blocks as an index of their own. */
  upTo(blocks: number): BlockIndex {
    return BlockIndex.from(
      this.blockSize,
      this.columns().map((column) => column.subarray(0, blocks + 1)),
    );
  }

  /**
   * The blocks before the one that holds a byte, as an index that goes on there.
   * @param place where a record begins, behind those of all these blocks
   */
  endingAt({ start, record, line }: Pick<BlockPlace, 'start' | 'record' | 'line'>): BlockIndex {
    const blocks = Math.floor(start / this.blockSize);
    const index = this.upTo(blocks);
    const begin = [
      [index.#starts, start],
      [index.#records, record],
      [index.#lines, line],
    ] as const;
    for (const [column, value] of begin) {
      column.truncate(blocks);
      column.push(value);
    }
    return index;
  }

  /** The five columns, `length + 1` entries each, for the cache on disk. */
  columns(): readonly Float64Array[] {
    return this.#all().map((column) => column.view());
  }

  /** @throws RangeError when the columns are not those of an index */
  static from(blockSize: number, columns: readonly Float64Array[]): BlockIndex {
    const [starts, records, lines, malformed, checksums] = columns;
    const index = new BlockIndex(blockSize, starts[0], lines[0]);
    for (let i = 1; i < starts.length; i++) {
      index.append({
        start: starts[i - 1],
        next: starts[i],
        records: records[i] - records[i - 1],
        lines: lines[i] - lines[i - 1],
        malformed: malformed[i] - malformed[i - 1],
        checksum: checksums[i],
      });
    }
    return index;
  }

  #all(): readonly DoubleColumn[] {
    return [this.#starts, this.#records, this.#lines, this.#malformed, this.#checksums];
  }
}
