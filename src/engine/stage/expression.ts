import type { CellNature } from '../query/cell.ts';
import { compileExpression, elementOf, type Compiled } from '../query/evaluate.ts';
import type { Bound } from '../query/resolve/step.ts';
import { memberNature, type Slot } from '../query/resolve/slot.ts';
import type { Expression } from '../query/syntax/tree.ts';
import { truthOf } from '../query/value/compare.ts';
import type { Value } from '../query/value/value.ts';
import { vectorAt, type Batch } from './batch.ts';
import { CellVector, FieldVector, type Cell, type Vector } from './vector.ts';

/** An expression that is asked of one batch after the other. */
export interface BatchExpression extends CellNature {
  /** Its values as a vector: the column itself where the expression is one, else computed for the selected rows. */
  vector(batch: Batch): Vector;
  /** The field of the source that the expression is, where it is one and the batch still has it as such. */
  field(batch: Batch): FieldVector | undefined;
  /** Makes `batch` the one that `value` is asked of. */
  use(batch: Batch): void;
  value(row: number): Value;
}

export function compileForBatches(
  expression: Expression,
  bound: Bound,
  slots: readonly Slot[],
): BatchExpression {
  let current: Batch | undefined;
  const at = (slot: number): Vector => {
    if (current === undefined) throw new Error('no batch is in use');
    return vectorAt(current, slot);
  };
  const inSlot = (slot: number): Compiled => ({
    evaluate: (row) => at(slot).value(row),
    loose: slots[slot].loose,
    reading: slots[slot].reading,
    times: slots[slot].times,
  });
  const { evaluate, loose, reading, times } = compileExpression(expression, {
    column(node) {
      const binding = bound.columns.get(node);
      if (binding === undefined) return { evaluate: () => null, loose: false };
      const { slot, rest } = binding;
      if (rest.length === 0) return inSlot(slot);
      const nature = memberNature(slots[slot], rest);
      return { evaluate: (row) => rest.reduce<Value>(elementOf, at(slot).value(row)), ...nature };
    },
    call(node) {
      const slot = bound.calls.get(node);
      return slot === undefined ? undefined : inSlot(slot);
    },
  });
  const plain = plainSlot(expression, bound);
  return {
    loose,
    reading,
    times,
    use(batch) {
      current = batch;
    },
    value: evaluate,
    field: (batch) => (plain === undefined ? undefined : asField(vectorAt(batch, plain))),
    vector(batch) {
      if (plain !== undefined) return vectorAt(batch, plain);
      current = batch;
      const { room } = batch;
      const cells = new Array<Cell>(batch.rows).fill(null);
      for (let i = 0; i < batch.count; i++) {
        const row = batch.selection[i];
        const value = evaluate(row);
        room?.takeCell(value);
        cells[row] = value;
      }
      return new CellVector(cells);
    },
  };
}

/** Does not compute the values for the rows of a piece again. */
export function keepingLast(expression: BatchExpression): BatchExpression {
  let piece: Batch['room'];
  let last: Vector | undefined;
  return {
    ...expression,
    vector(batch) {
      if (last === undefined || piece === undefined || batch.room !== piece) {
        last = expression.vector(batch);
        piece = batch.room;
      }
      return last;
    },
  };
}

/** The slot of an expression that is a column and nothing else. */
function plainSlot(expression: Expression, bound: Bound): number | undefined {
  if (expression.kind === 'call') return bound.calls.get(expression);
  if (expression.kind !== 'column') return undefined;
  const binding = bound.columns.get(expression);
  return binding?.rest.length === 0 ? binding.slot : undefined;
}

/** The rows of the batch for which a condition is true. */
export function selectTrue(batch: Batch, condition: BatchExpression): Batch {
  condition.use(batch);
  const selection = new Uint32Array(batch.count);
  let count = 0;
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    if (truthOf(condition.value(row)) === true) selection[count++] = row;
  }
  return { ...batch, selection, count };
}

export function asField(vector: Vector): FieldVector | undefined {
  return vector instanceof FieldVector ? vector : undefined;
}
