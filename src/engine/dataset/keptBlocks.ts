import { columnName, type ColumnStore } from '../columns/columnStore.ts';
import { StoredBlocks } from '../columns/storedBlock.ts';
import type { StoredSegment } from '../columns/storedSegment.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import type { BlockIndex, BlockSummary } from '../index/blockIndex.ts';

export interface KeptBlock {
  readonly summary: BlockSummary;
  /** Of all fields; none where the block has no records. */
  readonly segments: readonly StoredSegment[];
}

/** The blocks of a file of which some fields are kept. */
export class KeptBlocks {
  readonly names: readonly string[];
  readonly #store: ColumnStore;
  readonly #index: () => BlockIndex;
  readonly #fields: readonly FieldRequest[];
  readonly #blocks: StoredBlocks;

  constructor(store: ColumnStore, index: () => BlockIndex, fields: readonly FieldRequest[]) {
    this.names = fields.map(columnName);
    this.#store = store;
    this.#index = index;
    this.#fields = fields;
    this.#blocks = new StoredBlocks(fields);
  }

  /** Undefined where a field is not kept. */
  find(block: number): KeptBlock | undefined {
    const index = this.#index();
    if (block >= index.length) return undefined;
    const summary = index.summary(block);
    if (summary.records === 0) return { summary, segments: [] };
    // Which records are malformed is known by columns.
    if (this.#fields.length === 0 && summary.malformed > 0) return undefined;
    const segments: StoredSegment[] = [];
    for (let at = 0; at < this.#fields.length; at++) {
      const segment = this.#store.segment(this.names[at], block, summary);
      if (!segment?.answers(this.#fields[at])) return undefined;
      segments.push(segment);
    }
    return { summary, segments };
  }

  /** What was found of a block with records, made of its segments. Valid until the next one is asked for. */
  made({ summary, segments }: KeptBlock): RecordBlock {
    return this.#blocks.block(summary, segments);
  }

  /** A block with records, as `made` of what is found. */
  records(block: number): RecordBlock | undefined {
    const found = this.find(block);
    return found && found.summary.records > 0 ? this.made(found) : undefined;
  }
}
