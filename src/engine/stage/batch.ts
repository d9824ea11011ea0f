import type { RecordBlock } from '../format/record.ts';
import { unescapeOf } from '../query/fieldText.ts';
import type { Origin, Plan } from '../query/index.ts';
import type { Room } from './room.ts';
import {
  AttributeVector,
  BytesVector,
  FieldVector,
  PartitionVector,
  RecordVector,
  type Vector,
} from './vector.ts';

/**
 * Rows on their way from one stage to the next. Vectors may look into the memory of a scanner: a batch is valid
 * until the next one is asked for, and who keeps rows longer copies them.
 */
export interface Batch {
  /** By slot number; a slot that nothing further on reads may be empty. */
  readonly vectors: readonly (Vector | undefined)[];
  /** The rows, as the vectors number them, in order. Only the first `count` are valid. */
  readonly selection: Uint32Array;
  readonly count: number;
  /** One more than the largest row number there can be. */
  readonly rows: number;
  /** What may be computed from the rows, where that is counted. */
  readonly room?: Room | undefined;
}

/**
 * The records of a block that a plan's condition has taken.
 * @param text the block with the records' own bytes, where `block` has only their fields
 */
export function batchOfBlock(
  plan: Plan,
  block: RecordBlock,
  selection: Uint32Array,
  count: number,
  origin: Origin,
  text = block,
): Batch {
  const { layout } = plan;
  const unescape = unescapeOf(layout);
  const vectors = plan.slots.map(({ source }): Vector | undefined => {
    switch (source.kind) {
      case 'field':
        return new FieldVector(block.bytes, block.fields[source.field], unescape);
      case 'attribute':
        return new AttributeVector(source.attribute, text, origin);
      case 'partition':
        return new PartitionVector(source.partition, text);
      case 'record':
        return new RecordVector(text);
      case 'bytes':
        return new BytesVector(text);
      case 'computed':
        return undefined;
    }
  });
  return { vectors, selection, count, rows: block.count };
}

/** All of `rows` rows. */
export function wholeBatch(vectors: readonly (Vector | undefined)[], rows: number): Batch {
  const selection = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) selection[row] = row;
  return { vectors, selection, count: rows, rows };
}

export function vectorAt(batch: Batch, slot: number): Vector {
  const vector = batch.vectors[slot];
  if (vector === undefined) throw new Error(`slot ${slot} has not been filled`);
  return vector;
}
