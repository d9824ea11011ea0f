import { setImmediate } from 'node:timers/promises';
import { columnName, placesName, type ColumnStore } from '../columns/columnStore.ts';
import { readable } from '../columns/storedBlock.ts';
import type { FieldRequest, Marks, RecordBlock } from '../format/record.ts';
import type { BlockIndex } from '../index/blockIndex.ts';
import { fieldsOf, planFor, textNeed, type TextNeed } from '../pool/columns.ts';
import {
  placesBit,
  type Output,
  type StagesOutput,
  type StoredPart,
  type StretchColumns,
} from '../pool/task.ts';
import type { Plan } from '../query/index.ts';
import type * as stored from '../stage/stored.ts';
import type { PackedStages, TopBound } from '../stage/stored.ts';
import { numbersOf } from '../columns/decimals.ts';
import { KeptBlocks, type KeptBlock } from './keptBlocks.ts';
import type { OrderedResult } from './scanInOrder.ts';
import type { PackedAnswers } from './scanRequest.ts';
import { lookingMs } from './stretches.ts';

/** Fields that a bit of `StretchColumns.wanted` can stand for. */
export const mostFields = placesBit;
/** Of a block with more text than this, the records are found by scanning it. */
const mostText = 16 * 1024 * 1024;

/** The columns of a file, as one scan reads and adds to them. */
export class ColumnUse {
  readonly #store: ColumnStore;
  readonly #fields: readonly FieldRequest[];
  readonly #need: TextNeed;
  readonly #where: Plan['where'];
  readonly #isAnswered: boolean;
  readonly #stages: PackedStages | undefined;
  readonly #output: StagesOutput | undefined;
  readonly #top: TopBound | undefined;
  readonly #kept: KeptBlocks;

  private constructor(
    store: ColumnStore,
    index: () => BlockIndex,
    plan: Plan,
    output: Output,
    mayAnswer: boolean,
    stages: typeof stored | undefined,
  ) {
    this.#store = store;
    this.#fields = fieldsOf(plan, output);
    this.#kept = new KeptBlocks(store, index, this.#fields);
    const need = mayAnswer ? textNeed(plan, output, stages?.textNeedOf) : 'all';
    this.#need = need === 'matches' && !store.keepsPlaces ? 'all' : need;
    this.#where = plan.where;
    const mayMark = this.#need !== 'all' && (plan.where === undefined || plan.where.mark !== undefined);
    if (mayMark && stages && output.kind === 'stages') {
      this.#output = output;
      this.#top = stages.TopBound.of(planFor(plan, output));
      if (this.#need === 'fields') this.#stages = stages.PackedStages.of(planFor(plan, output));
    }
    const isCount = mayMark && output.kind === 'count';
    this.#isAnswered = isCount || this.#stages !== undefined || this.#top !== undefined;
  }

  /**
   * Loads the stages only where the output carries steps out.
   * @param mayAnswer whether the text is not wanted for anything else
   */
  static async of(
    store: ColumnStore,
    index: () => BlockIndex,
    plan: Plan,
    output: Output,
    mayAnswer: boolean,
  ): Promise<ColumnUse> {
    const computes = output.kind === 'stages' || output.kind === 'rowStatistics';
    const stages = computes ? await import('../stage/stored.ts') : undefined;
    return new ColumnUse(store, index, plan, output, mayAnswer, stages);
  }

  /** How blocks are answered whose packed columns tell in no time what is asked; undefined where they never do. */
  get answers(): PackedAnswers | undefined {
    if (!this.#isAnswered) return undefined;
    return { matches: (block) => this.#matches(block), take: () => this.#stages?.take() };
  }

  /** Fetches what is kept, for a scan of the blocks [from, to). @throws the signal's reason */
  async begin(from: number, to: number, signal: AbortSignal): Promise<void> {
    const { names } = this.#kept;
    await this.#store.use(this.#store.keepsPlaces ? [...names, placesName] : names);
    if (this.#top && this.#output?.cutoff === undefined) await this.#bound(this.#top, from, to, signal);
  }

  /**
   * Finds what the first rows of an order come before, if the columns of all blocks are kept. Of a part of them it would be known
   * as well, but a scan that is stopped early gives the first rows of what it has read.
   */
  async #bound(top: TopBound, from: number, to: number, signal: AbortSignal): Promise<void> {
    const blocks: { readonly found: KeptBlock; readonly best: number }[] = [];
    let isWhole = this.#where === undefined && this.#fields[top.field].numeric;
    for (let block = from; block < to; block++) {
      const found = this.#kept.find(block);
      if (found === undefined) return;
      if (found.summary.malformed > 0) isWhole = false;
      const values = found.segments.at(top.field)?.values;
      if (values?.kind !== 'decimals' && values?.kind !== 'doubles') continue;
      const { low, high } = values.kind === 'doubles' ? values.head : numbersOf(values.head);
      blocks.push({ found, best: top.descending ? high : low });
    }
    blocks.sort((a, b) => (top.descending ? b.best - a.best : a.best - b.best));
    // Of each block, one record has its best number.
    if (isWhole) top.expect(blocks.map(({ best }) => best));
    let until = performance.now() + lookingMs;
    for (const { found, best } of blocks) {
      if (top.isBeyond(best)) break;
      const records = this.#kept.made(found);
      const marks = this.#marks(records);
      if (marks !== undefined) top.add(records.fields[top.field], marks);
      if (performance.now() < until) continue;
      await setImmediate();
      signal.throwIfAborted();
      until = performance.now() + lookingMs;
    }
    if (this.#output) this.#output.cutoff = top.cutoff();
  }

  /**
   * See `ScanRequest.columns`.
   * @param isAnswered whether `answers` is asked what it can tell: of the others that are known here, a task need not look at them
   */
  stretch(from: number, to: number, isAnswered: boolean): StretchColumns | undefined {
    // What is made of blocks here comes in their order, and not among what a task makes of those around them.
    const mayKnow = isAnswered && this.#stages === undefined;
    const stored: (StoredPart | undefined)[] = [];
    const wanted = new Uint32Array(to - from);
    for (let block = from; block < to; block++) {
      const part = this.#need === 'all' ? undefined : this.#stored(block, mayKnow);
      stored.push(part);
      if (part) continue;
      for (const [at, field] of this.#fields.slice(0, mostFields).entries()) {
        if (!this.#store.has(field, block)) wanted[block - from] |= 1 << at;
      }
      const isPlaced = !this.#store.keepsPlaces || this.#store.segment(placesName, block) !== undefined;
      if (this.#fields.length > 0 && !isPlaced) wanted[block - from] |= 1 << placesBit;
    }
    return { stored, wanted };
  }

  /** Takes in the segments that a scan has made; the index has grown with it already. */
  learn({ firstBlock, result }: OrderedResult): void {
    for (const { field, bytes, places } of result?.made ?? []) {
      const name = field === placesBit ? placesName : columnName(this.#fields[field]);
      for (const { ordinal, start, end } of places) {
        this.#store.put(name, firstBlock + ordinal, bytes.subarray(start, end));
      }
    }
  }

  #matches(block: number): number | undefined {
    const found = this.#kept.find(block);
    return found && this.#matchesIn(found);
  }

  #matchesIn(found: KeptBlock): number | undefined {
    if (found.summary.records === 0) return 0;
    const records = this.#kept.made(found);
    const marks = this.#marks(records);
    if (marks === undefined) return undefined;
    const matched = typeof marks === 'object' ? marks.marked : marks ? records.count : 0;
    if (this.#stages?.add(records, marks) === false) return undefined;
    if (this.#top?.mayHold(records.fields[this.#top.field], marks)) return undefined;
    return matched;
  }

  /** The records of a block that match, where its packed columns tell. */
  #marks(records: RecordBlock): Marks | boolean | undefined {
    return this.#where ? this.#where.mark?.(records) : readable(records);
  }

  #stored(block: number, mayKnow: boolean): StoredPart | undefined {
    const found = this.#kept.find(block);
    if (found === undefined) return undefined;
    const { summary } = found;
    const matched = mayKnow && summary.malformed === 0 ? this.#matchesIn(found) : undefined;
    if (matched !== undefined) return { summary, segments: [], matched };
    const segments = found.segments.map(({ bytes }) => bytes);
    if (this.#need === 'fields' || summary.records === 0) return { summary, segments };
    const places = this.#store.segment(placesName, block)?.bytes;
    const isSmall = summary.next - summary.start <= mostText;
    return places && isSmall ? { summary, segments, places } : undefined;
  }
}
