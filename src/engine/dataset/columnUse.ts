import { columnName, placesName, type ColumnStore } from '../columns/columnStore.ts';
import { StoredBlocks } from '../columns/storedBlock.ts';
import type { StoredSegment } from '../columns/storedSegment.ts';
import type { FieldRequest } from '../format/record.ts';
import type { BlockIndex, BlockSummary } from '../index/blockIndex.ts';
import { fieldsOf, textNeed, type TextNeed } from '../pool/columns.ts';
import { placesBit, type Output, type StoredPart, type StretchColumns } from '../pool/task.ts';
import type { Mark, Plan } from '../query/index.ts';
import type { OrderedResult } from './scanInOrder.ts';

/** Fields that a bit of `StretchColumns.wanted` can stand for. */
const mostFields = placesBit;
/** Of a block with more text than this, the records are found by scanning it. */
const mostText = 16 * 1024 * 1024;

/** The columns of a file, as one scan reads and adds to them. */
export class ColumnUse {
  readonly #store: ColumnStore;
  readonly #index: () => BlockIndex;
  readonly #fields: readonly FieldRequest[];
  readonly #names: readonly string[];
  readonly #need: TextNeed;
  readonly #mark: Mark | undefined;
  readonly #blocks: StoredBlocks;

  /** @param mayAnswer whether the text is not wanted for anything else */
  constructor(store: ColumnStore, index: () => BlockIndex, plan: Plan, output: Output, mayAnswer: boolean) {
    this.#store = store;
    this.#index = index;
    this.#fields = fieldsOf(plan, output);
    this.#names = this.#fields.map(columnName);
    this.#blocks = new StoredBlocks(this.#fields);
    const need = mayAnswer ? textNeed(plan, output) : 'all';
    this.#need = need === 'matches' && !store.keepsPlaces ? 'all' : need;
    this.#mark = output.kind === 'count' && this.#need === 'fields' ? plan.where?.mark : undefined;
  }

  /** Whether `matches` may know of some block. */
  get counts(): boolean {
    return this.#mark !== undefined;
  }

  /** Fetches what is kept. */
  begin(): Promise<void> {
    return this.#store.use(this.#store.keepsPlaces ? [...this.#names, placesName] : this.#names);
  }

  /** How many records of a block match, where its packed columns tell that in no time. */
  matches(block: number): number | undefined {
    const found = this.#mark && this.#found(block);
    if (found === undefined) return undefined;
    const { summary, segments } = found;
    if (summary.records === 0) return 0;
    const marks = this.#mark?.(this.#blocks.block(summary, segments));
    if (marks === undefined) return undefined;
    return typeof marks === 'object' ? marks.marked : marks ? summary.records : 0;
  }

  /** See `ScanRequest.columns`. */
  stretch(from: number, to: number): StretchColumns | undefined {
    const stored: (StoredPart | undefined)[] = [];
    const wanted = new Uint32Array(to - from);
    for (let block = from; block < to; block++) {
      const part = this.#need === 'all' ? undefined : this.#stored(block);
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

  #stored(block: number): StoredPart | undefined {
    const found = this.#found(block);
    if (found === undefined) return undefined;
    const { summary } = found;
    const segments = found.segments.map(({ bytes }) => bytes);
    if (this.#need === 'fields' || summary.records === 0) return { summary, segments };
    const places = this.#store.segment(placesName, block)?.bytes;
    const isSmall = summary.next - summary.start <= mostText;
    return places && isSmall ? { summary, segments, places } : undefined;
  }

  /** The segments of all fields; none where the block has no records. */
  #found(block: number): { summary: BlockSummary; segments: readonly StoredSegment[] } | undefined {
    const index = this.#index();
    if (block >= index.length) return undefined;
    const summary = index.summary(block);
    if (summary.records === 0) return { summary, segments: [] };
    // Which records are malformed is known by columns.
    if (this.#fields.length === 0 && summary.malformed > 0) return undefined;
    const segments: StoredSegment[] = [];
    for (const [at, field] of this.#fields.entries()) {
      const segment = this.#store.segment(this.#names[at], block);
      if (!segment?.answers(field)) return undefined;
      segments.push(segment);
    }
    return { summary, segments };
  }
}
