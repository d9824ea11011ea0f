import { JsonList } from '../query/value/json.ts';
import { wholeBatch, type Batch } from './batch.ts';
import type { BatchExpression } from './expression.ts';
import { inPieces } from './pieces.ts';
import { CellVector, GatherVector, type Cell, type Vector } from './vector.ts';

/**
 * UNNEST list: a row for each item. A value that is no list is its only item; NULL and an empty list give no row.
 * @param position slot for the 1-based place of the item, where the query asks for it
 */
export async function* unnest(
  batches: AsyncIterable<Batch>,
  expression: BatchExpression,
  slot: number,
  position: number | undefined,
): AsyncGenerator<Batch> {
  for await (const exploded of inPieces(batches, (piece) => unnestBatch(piece, expression, slot, position))) {
    if (exploded.count > 0) yield exploded;
  }
}

export function unnestBatch(
  batch: Batch,
  expression: BatchExpression,
  slot: number,
  position: number | undefined,
): Batch {
  const vector = expression.vector(batch);
  const sources: number[] = [];
  const items: Cell[] = [];
  const positions: number[] = [];
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    const value = vector.value(row);
    if (value === null) continue;
    const list = value instanceof JsonList ? value.items : [vector.cell(row)];
    batch.room?.take(list.length * itemSize);
    for (const [at, item] of list.entries()) {
      sources.push(row);
      items.push(item);
      positions.push(at + 1);
    }
  }
  const rows = Uint32Array.from(sources);
  const vectors: (Vector | undefined)[] = batch.vectors.map((base) => base && new GatherVector(base, rows));
  vectors[slot] = new CellVector(items);
  if (position !== undefined) vectors[position] = new CellVector(positions);
  return { ...wholeBatch(vectors, items.length), room: batch.room };
}

/** Bytes that a row takes while it waits for the next stage, roughly. */
const itemSize = 32;
