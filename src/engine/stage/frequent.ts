import { valueOrder } from '../query/operator/topOf.ts';
import type { Slot } from '../query/resolve/slot.ts';
import type { Step } from '../query/resolve/step.ts';
import { vectorAt, wholeBatch, type Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { compareKeys, writeSortKey } from './held/key.ts';
import type { Stage } from './stage.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';

interface Value {
  readonly cell: Cell;
  readonly count: number;
  /** What it sorts by beside values that are as frequent. */
  readonly key: Uint8Array;
}

/** TOP: of groups with their counts the largest ones, and the share that each has. */
export function frequentStage(step: Step<'frequent'>, slots: readonly Slot[]): Stage {
  const { value, rows, share } = step;
  return {
    name: 'TOP',
    reads: [value, rows],
    fills: [value, rows, share],
    renews: true,
    async *run(input, { signal }) {
      const top = new TopValues(step, slots[value]);
      for await (const batch of input) {
        top.add(batch);
        signal.throwIfAborted();
      }
      yield top.rows();
    },
  };
}

/** Values that are kept besides those that are asked for, so that sorting out is rare. */
const spare = 1024;

class TopValues {
  readonly #step: Step<'frequent'>;
  readonly #nature: Slot;
  readonly #key = new ByteWriter(64);
  #values: Value[] = [];
  #total = 0;

  constructor(step: Step<'frequent'>, nature: Slot) {
    this.#step = step;
    this.#nature = nature;
  }

  add(batch: Batch): void {
    const { value, rows, most } = this.#step;
    const [values, counts] = [vectorAt(batch, value), vectorAt(batch, rows)];
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const count = Number(counts.value(row));
      this.#total += count;
      this.#key.clear();
      writeSortKey(this.#key, values.value(row), valueOrder, this.#nature);
      this.#values.push({ cell: values.cell(row), count, key: this.#key.take() });
      if (this.#values.length >= 2 * most + spare) this.#cut();
    }
  }

  rows(): Batch {
    this.#cut();
    const { value, rows, share } = this.#step;
    const vectors: Vector[] = [];
    vectors[value] = new CellVector(this.#values.map(({ cell }) => cell));
    vectors[rows] = new CellVector(this.#values.map(({ count }) => count));
    vectors[share] = new CellVector(this.#values.map(({ count }) => count / this.#total));
    return wholeBatch(vectors, this.#values.length);
  }

  #cut(): void {
    this.#values.sort((a, b) => b.count - a.count || compareKeys(a.key, b.key));
    this.#values.length = Math.min(this.#values.length, this.#step.most);
  }
}
