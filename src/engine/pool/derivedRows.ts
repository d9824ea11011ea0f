import { SaidError } from '../../said/said.ts';
import { createPlainJsonlScanner } from '../format/json/lines.ts';
import type { RecordBlock } from '../format/record.ts';
import type { Plan } from '../query/index.ts';
import { batchOfBlock } from '../stage/batch.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { writeRows } from '../stage/output.ts';
import type { RowStage } from '../stage/stage.ts';
import { stagesOf } from '../stage/stages.ts';

/** Computes the rows of a plan of which each comes from one record, as JSON Lines in a scanner of their own. */
export class DerivedRows {
  readonly scanner = createPlainJsonlScanner();
  readonly #plan: Plan;
  readonly #stages: readonly RowStage[];
  readonly #out = new ByteWriter(64 * 1024);

  constructor(plan: Plan) {
    this.#plan = plan;
    // A view leaves out by itself what LIMIT does.
    this.#stages = stagesOf(plan).stages.flatMap(({ local }) => local?.() ?? []);
  }

  /**
   * One row for each selected record. Must be called while the block is valid; its answer is valid until the
   * next call.
   * @param caught whether what cannot be computed is answered, not thrown
   */
  compute(
    block: RecordBlock,
    selected: Uint32Array,
    record: number,
    line: number,
    caught: boolean,
  ): RecordBlock | SaidError {
    try {
      return this.#compute(block, selected, record, line);
    } catch (error) {
      if (caught && error instanceof SaidError) return error;
      throw error;
    }
  }

  #compute(block: RecordBlock, selected: Uint32Array, record: number, line: number): RecordBlock {
    let batch = batchOfBlock(this.#plan, block, selected, selected.length, { record, line });
    for (const stage of this.#stages) batch = stage(batch);
    this.#out.clear();
    writeRows(this.#out, batch, this.#plan.output);
    const { length } = this.#out;
    this.scanner.reserve(length).set(this.#out.view());
    return this.scanner.scan({ length, offset: 1, from: 0, until: length, final: true, fields: [] });
  }
}
