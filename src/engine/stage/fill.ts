import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import { compileForBatches } from './expression.ts';
import { inPieces } from './pieces.ts';
import type { Stage } from './stage.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';

/** FILL column: the last value that is not NULL, of the row or of those before it. */
export function fillStage({ items, bound }: Step<'fill'>, slots: readonly Slot[]): Stage {
  return {
    name: 'FILL',
    reads: slotsOfBound(bound),
    fills: items.map(({ slot }) => slot),
    async *run(input, { signal }) {
      const columns = items.map(({ expression, slot }) => ({
        slot,
        expression: compileForBatches(expression, bound, slots),
        last: null as Cell,
      }));
      // What exceeds the room of a piece does so here, before a row has been filled.
      const values = (batch: Batch) => columns.map(({ expression }) => expression.vector(batch));
      const prepared = inPieces(input, (batch) => ({ batch, values: values(batch) }), signal);
      for await (const { batch, values } of prepared) {
        const vectors = batch.vectors.slice();
        for (const [at, column] of columns.entries()) {
          const filled = fillColumn(batch, values[at], column.last);
          vectors[column.slot] = filled.vector;
          column.last = filled.last;
        }
        yield { ...batch, vectors };
      }
    },
  };
}

function fillColumn(batch: Batch, values: Vector, before: Cell): { vector: Vector; last: Cell } {
  let last = before;
  const cells = new Array<Cell>(batch.rows).fill(null);
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    last = values.cell(row) ?? last;
    cells[row] = last;
  }
  return { vector: new CellVector(cells), last };
}
