import { Fault } from '../fault.ts';
import type { PartitionValue, Source } from '../source/source.ts';
import { faultReason } from '../faultReason.ts';
import { english } from '../../said/said.ts';
import { FieldColumn, RecordBlock, type FieldRequest, type ScanTask } from './record.ts';

/** A block without a record. */
export function noRecords(buffer: Uint8Array, task: ScanTask, fields: readonly FieldRequest[]): RecordBlock {
  const none = new Uint32Array(0);
  return RecordBlock.owned({
    bytes: buffer.subarray(0, task.length),
    offset: task.offset,
    count: 0,
    starts: none,
    ends: none,
    lines: none,
    faults: new Uint8Array(0),
    faultAt: none,
    faulty: 0,
    lineCount: 0,
    next: task.from,
    incomplete: false,
    fields: fields.map(() => FieldColumn.missing(0)),
  });
}

/** The value of `_error`: why a record is malformed or odd. In English, as queries and files have it. */
export function reasonIn(block: RecordBlock, record: number): string {
  const raw = block.bytes.subarray(block.starts[record], block.ends[record]);
  return english(faultReason(block.faults[record], raw, block.faultAt[record]));
}

/** A block whose scanner will be used again; its bytes are still the scanner's. */
export function copied(block: RecordBlock): RecordBlock {
  const { bytes, offset, offsets, count, starts, ends, lines, faults, faultAt, faulty } = block;
  const { lineCount, next, incomplete, ended, fields, held } = block;
  return RecordBlock.owned({
    ...{ bytes, offset, offsets, count, faulty, lineCount, next, incomplete, ended },
    starts: starts.slice(),
    ends: ends.slice(),
    lines: lines.slice(),
    faults: faults.slice(),
    faultAt: faultAt.slice(),
    held: held?.slice(),
    fields: fields.map((field) => field.copied()),
  });
}

/** A block that holds its own bytes, the first `length` of them: its scanner's buffer will be used for others. */
export function owned(block: RecordBlock, length: number): RecordBlock {
  return copied(block).with({ bytes: block.bytes.slice(0, length) });
}

/** A record that cannot be read, as a block has it. */
export interface AddedRecord {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly fault: Fault;
  readonly at: number;
}

/** A block with one more record after its own. */
export function withLast(
  block: RecordBlock,
  { start, end, line, fault, at }: AddedRecord,
  fields: readonly FieldRequest[],
): RecordBlock {
  const last = block.with({
    count: 1,
    starts: Uint32Array.of(start),
    ends: Uint32Array.of(end),
    lines: Uint32Array.of(line),
    faults: Uint8Array.of(fault),
    faultAt: Uint32Array.of(at),
    faulty: 1,
    fields: fields.map(({ numeric }) => FieldColumn.missing(1, numeric)),
  });
  // It is there for whoever asks for malformed records, whatever text they look for.
  const held = block.held && Uint32Array.of(...block.held, block.count);
  return joined([block, last], block).with({ held });
}

/** The first `count` records of a block. */
export function firstOf(block: RecordBlock, count: number): RecordBlock {
  const faults = block.faults.subarray(0, count);
  return block.with({
    count,
    starts: block.starts.subarray(0, count),
    ends: block.ends.subarray(0, count),
    lines: block.lines.subarray(0, count),
    faults,
    faultAt: block.faultAt.subarray(0, count),
    faulty: faults.reduce((sum, fault) => sum + (fault === Fault.None ? 0 : 1), 0),
    next: count < block.count ? block.starts[count] : block.next,
    fields: block.fields.map((field) => field.first(count)),
    held: block.held?.filter((record) => record < count),
  });
}

/** Blocks that follow each other in the same bytes, each with memory of its own, as one. */
export function followed(blocks: readonly RecordBlock[], bytes: Uint8Array): RecordBlock {
  const last = blocks[blocks.length - 1];
  let [lineCount, count] = [0, 0];
  const held: number[] = [];
  const placed = blocks.map((block) => {
    const lines = block.lines.map((line) => line + lineCount);
    for (const record of block.held ?? []) held.push(record + count);
    lineCount += block.lineCount;
    count += block.count;
    return block.with({ lines });
  });
  const { next, incomplete, ended, offset } = last;
  const none = last.with({ bytes, offset, next, incomplete, ended, lineCount });
  return joined(placed, none).with({ held: last.held && Uint32Array.from(held) });
}

/** The records of several blocks as those of one, their lines as they are; the rest is that of `none`. */
export function joined(blocks: readonly RecordBlock[], none: RecordBlock): RecordBlock {
  const count = blocks.reduce((sum, block) => sum + block.count, 0);
  const join = <T extends Settable>(empty: T, parts: readonly T[]): T => {
    let at = 0;
    for (const part of parts) {
      empty.set(part, at);
      at += part.length;
    }
    return empty;
  };
  return none.with({
    count,
    starts: join(
      new Uint32Array(count),
      blocks.map(({ starts }) => starts),
    ),
    ends: join(
      new Uint32Array(count),
      blocks.map(({ ends }) => ends),
    ),
    lines: join(
      new Uint32Array(count),
      blocks.map(({ lines }) => lines),
    ),
    faults: join(
      new Uint8Array(count),
      blocks.map(({ faults }) => faults),
    ),
    faultAt: join(
      new Uint32Array(count),
      blocks.map(({ faultAt }) => faultAt),
    ),
    faulty: blocks.reduce((sum, { faulty }) => sum + faulty, 0),
    fields: none.fields.map((_, i) => {
      const parts = blocks.map(({ fields }) => fields[i]);
      const numbers = parts.reduce((sum, part) => sum + part.numbers.length, 0);
      return new FieldColumn(
        join(
          new Uint8Array(count),
          parts.map(({ kinds }) => kinds),
        ),
        join(
          new Uint32Array(count),
          parts.map(({ starts }) => starts),
        ),
        join(
          new Uint32Array(count),
          parts.map(({ ends }) => ends),
        ),
        join(
          new Float64Array(numbers),
          parts.map((part) => part.numbers),
        ),
      );
    }),
  });
}

interface Settable extends ArrayLike<number> {
  set(part: ArrayLike<number>, at: number): void;
}

/** Where in the file a record of a block begins, in bytes. */
export function offsetOf({ offset, offsets, starts }: RecordBlock, record: number): number {
  return offsets ? offsets[record] : offset + starts[record];
}

/** The 0-based number of a record, where so many come before the block. */
export function numberOf({ placed }: RecordBlock, record: number, before: number): number {
  return placed ? placed.records[record] : before + record;
}

/** The 0-based line on which a record begins, where so many come before the block. */
export function lineOf({ placed, lines }: RecordBlock, record: number, before: number): number {
  return placed ? placed.lines[record] : before + (lines[record] ?? 0);
}

/** The path or name of the file that a record is of; undefined where nobody asked. */
export function pathOf({ files, offset, starts }: RecordBlock, record: number): string | undefined {
  return files?.pathAt(offset + starts[record]);
}

/** What the folder of a record's file says of it, of the column of that number. */
export function partitionOf(
  { files, offset, starts }: RecordBlock,
  record: number,
  column: number,
): PartitionValue {
  return files?.partitionsAt(offset + starts[record]).at(column) ?? null;
}

/**
 * Where a record begins in the text of the file that it is of; where in the file, if nobody asked which. Undefined where that is
 * not known.
 */
export function offsetInFile(block: RecordBlock, record: number): number | undefined {
  const { files, offset, starts } = block;
  return files && files.count > 1 ? files.offsetAt(offset + starts[record]) : offsetOf(block, record);
}

/** The block with where its records begin in their file, for a text in another encoding, and in which file. */
export async function withOffsets(
  block: RecordBlock,
  { offsets, files, places }: Source,
  signal: AbortSignal,
): Promise<RecordBlock> {
  if (places) {
    const placed = places.of(block.offset, block.starts.subarray(0, block.count));
    return block.with({ files, placed, offsets: placed.offsets });
  }
  if (!offsets) return block.with({ files });
  const { bytes, offset, starts, count, next } = block;
  return block.with({
    files,
    offsets: await offsets.ofPlaces(bytes, offset, starts.subarray(0, count), next, signal),
  });
}
