import type { Marks, RecordBlock } from '../format/record.ts';
import type { Plan } from '../query/index.ts';
import { batchOfBlock } from './batch.ts';
import type { Reducer } from './stage.ts';
import { stagesOf } from './stages.ts';

/** What `LocalStages` makes of blocks, by their packed columns alone: so little work that no other thread is asked. */
export class PackedStages {
  readonly #plan: Plan;
  readonly #reducer: Reducer;

  private constructor(plan: Plan, reducer: Reducer) {
    this.#plan = plan;
    this.#reducer = reducer;
  }

  /** Undefined where there are steps before the first one that could be done so. */
  static of(plan: Plan): PackedStages | undefined {
    const { stages, live, local } = stagesOf(plan);
    const reducer = local === 0 ? stages.at(0)?.parts?.reduce(live[1]) : undefined;
    return reducer?.addPacked && new PackedStages(plan, reducer);
  }

  /**
   * Takes in all records of a block or those marked.
   * @returns false, and nothing is taken in, where its columns do not tell what is asked
   */
  add(block: RecordBlock, marks: Marks | boolean): boolean {
    if (marks === false) return true;
    const batch = batchOfBlock(this.#plan, block, noRows, 0, noOrigin);
    return this.#reducer.addPacked?.(batch, marks) ?? false;
  }

  /** What was made of the blocks since the last call. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#reducer.take();
    this.#reducer.restart();
    return bytes;
  }
}

const noRows = new Uint32Array(0);
/** What is packed are fields, which do not ask for it. */
const noOrigin = { record: 0, line: 0 };
