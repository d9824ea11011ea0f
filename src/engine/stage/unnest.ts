import { itemOf } from '../query/cell.ts';
import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import { JsonList } from '../query/value/json.ts';
import type { Value } from '../query/value/value.ts';
import { wholeBatch, type Batch } from './batch.ts';
import { compileForBatches, type BatchExpression } from './expression.ts';
import type { Stage } from './stage.ts';
import { CellVector, GatherVector, type Cell, type Vector } from './vector.ts';

/** UNNEST list: a row for each item. A value that is no list is its only item; NULL and an empty list give no row. */
export function unnestStage(step: Step<'unnest'>, slots: readonly Slot[]): Stage {
  const { expression, bound, slot, position } = step;
  return {
    name: 'UNNEST',
    reads: slotsOfBound(bound),
    fills: position === undefined ? [slot] : [slot, position],
    local: () => {
      const list = compileForBatches(expression, bound, slots);
      return (batch) => unnestBatch(batch, list, slot, position);
    },
  };
}

/** @param position slot for the 1-based place of the item, where the query asks for it */
function unnestBatch(
  batch: Batch,
  expression: BatchExpression,
  slot: number,
  position: number | undefined,
): Batch {
  const vector = expression.vector(batch);
  const { reading } = expression;
  const alone = (row: number, value: Value): Cell =>
    reading === undefined ? vector.cell(row) : itemOf(value, reading);
  const sources: number[] = [];
  const items: Cell[] = [];
  const positions: number[] = [];
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    const value = vector.value(row);
    if (value === null) continue;
    const list = value instanceof JsonList ? value.items : [alone(row, value)];
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
