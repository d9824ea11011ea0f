import { isReadable } from '../fault.ts';
import { Lender } from '../format/lease.ts';
import { RecordBlock, type BlockParts, type FieldColumn, type FieldRequest } from '../format/record.ts';
import type { BlockSummary } from '../index/blockIndex.ts';
import { packedKernel, type Marks } from '../kernel/packed.ts';
import { DecimalColumn } from './decimalColumn.ts';
import { longestDecimal } from './decimals.ts';
import { DictionaryColumn } from './dictionaryColumn.ts';
import { DoubleColumn } from './doubleColumn.ts';
import { Scratch, type Stored } from './scratch.ts';
import { headerWords } from './segment.ts';
import { TimeColumn } from './timeColumn.ts';
import type { StoredSegment } from './storedSegment.ts';

/**
 * Blocks as a scan would give them to questions that look at fields only, made of stored segments. What is asked of the
 * records' own bytes, places and lines is not here, and asking is an error.
 */
export class StoredBlocks {
  readonly #fields: readonly FieldRequest[];
  readonly #lender = new Lender();
  readonly #room: Room;

  constructor(fields: readonly FieldRequest[]) {
    this.#fields = fields;
    this.#room = new Room(fields.map(() => new Scratch()));
  }

  /** A block, of the segments of the fields in their order. Valid until the next one is asked for. */
  block(summary: BlockSummary, segments: readonly StoredSegment[]): RecordBlock {
    this.#lender.takeBack();
    packedKernel().restart();
    return RecordBlock.borrowed(
      new StoredParts(summary, segments, this.#fields, this.#room),
      this.#lender.lend(),
    );
  }
}

/** All records of the block at hand, as a set. */
export function everyRecord(count: number): Marks {
  return packedKernel().all(count);
}

/** Memory that blocks share. */
class Room {
  readonly scratch: readonly Scratch[];
  faults = new Uint8Array(0);
  starts = new Uint32Array(0);
  ends = new Uint32Array(0);
  bytes = new Uint8Array(0);

  constructor(scratch: readonly Scratch[]) {
    this.scratch = scratch;
  }

  reserve(count: number, bytes: number): void {
    if (this.faults.length < count) {
      this.faults = new Uint8Array(2 * count);
      this.starts = new Uint32Array(2 * count);
      this.ends = new Uint32Array(2 * count);
    }
    if (this.bytes.length < bytes) this.bytes = new Uint8Array(2 * bytes);
    for (const scratch of this.scratch) scratch.reserve(count);
  }
}

class StoredParts implements BlockParts {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly count: number;
  readonly faulty: number;
  readonly lineCount: number;
  readonly next: number;
  readonly incomplete = false;
  readonly fields: readonly FieldColumn[];
  readonly #segments: readonly StoredSegment[];
  readonly #room: Room;
  #faults: Uint8Array | undefined;
  #ends: Uint32Array | undefined;

  constructor(
    { records, lines, malformed, start, next }: BlockSummary,
    segments: readonly StoredSegment[],
    requests: readonly FieldRequest[],
    room: Room,
  ) {
    this.offset = start;
    this.count = records;
    this.faulty = malformed;
    this.lineCount = lines;
    this.next = next - start;
    let size = 0;
    for (const { values } of segments) size += values.room;
    room.reserve(records, size);
    this.bytes = room.bytes.subarray(0, size);
    this.#segments = segments;
    this.#room = room;
    const fields: FieldColumn[] = [];
    let base = 0;
    for (let at = 0; at < segments.length; at++) {
      const segment = segments[at];
      fields.push(
        columnOf(segment, {
          words: segment.words,
          count: records,
          numeric: requests[at].numeric,
          bytes: this.bytes,
          base,
          scratch: room.scratch[at],
        }),
      );
      base += segment.values.room;
    }
    this.fields = fields;
  }

  /** With `ends`, all that is known of where a value stands: somewhere in these bytes. */
  get starts(): Uint32Array {
    return this.#room.starts.subarray(0, this.count);
  }

  get ends(): Uint32Array {
    this.#ends ??= this.#room.ends.subarray(0, this.count).fill(this.bytes.length);
    return this.#ends;
  }

  get faults(): Uint8Array {
    if (this.#faults === undefined) {
      this.#faults = this.#room.faults.subarray(0, this.count).fill(0);
      if (this.faulty > 0 && this.#segments.length > 0) readFaults(this.#segments[0], this.#faults);
    }
    return this.#faults;
  }

  get lines(): Uint32Array {
    throw new Error('A stored block does not know the lines of its records.');
  }

  get faultAt(): Uint32Array {
    throw new Error('A stored block does not know where its faults are.');
  }
}

function columnOf({ values, head }: StoredSegment, stored: Stored): FieldColumn {
  switch (values.kind) {
    case 'decimals':
      return new DecimalColumn(stored, values.head, longestDecimal(values.head));
    case 'doubles':
      return new DoubleColumn(stored, values.head);
    case 'times':
      return new TimeColumn(stored, values.head);
    case 'dictionary':
      return new DictionaryColumn(stored, values.head, head.hasNumbers);
  }
}

/** The records of a stored block that can be read field by field. */
export function readable({ count, faulty, faults }: RecordBlock): Marks | true {
  if (faulty === 0) return true;
  const marks = packedKernel().all(count);
  for (let record = 0; record < count; record++) if (!isReadable(faults[record])) marks.remove(record);
  return marks;
}

function readFaults({ words, head }: StoredSegment, faults: Uint8Array): void {
  const codes = headerWords + head.faulty;
  const bytes = new Uint8Array(words.buffer, words.byteOffset + codes * 4, head.faulty);
  for (let i = 0; i < head.faulty; i++) faults[words[headerWords + i]] = bytes[i];
}
