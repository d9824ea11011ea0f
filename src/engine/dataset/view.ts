import type { BlockIndex } from '../index/blockIndex.ts';
import { DoubleColumn } from '../index/column.ts';
import { takenOf, type MatchWindow } from '../matchWindow.ts';
import type { PagePart, Stretch } from '../pool/task.ts';
import type { PlannedQuery } from './plan.ts';

/**
 * A view of a file: the records that a query selects, as one running count a block. Row `n` is found by searching
 * the counts for its block and filtering that block once more, so a view of any size is a few bytes a block.
 */
export class View {
  readonly query: PlannedQuery;
  /** Of the matches, those that are rows. */
  readonly #window: MatchWindow;
  /** Matches before block `i`; one entry more than there are blocks. */
  readonly #counts = new DoubleColumn();

  constructor(query: PlannedQuery) {
    this.query = query;
    this.#window = query.window;
    this.#counts.push(0);
  }

  /** Blocks that were scanned. */
  get blocks(): number {
    return this.#counts.length - 1;
  }

  /** Rows so far. */
  get rows(): number {
    return takenOf(this.#window, this.#counts.last());
  }

  /** Matches so far, those that OFFSET passes over included. */
  get matches(): number {
    return this.#counts.last();
  }

  /** The running counts, one entry more than blocks. */
  get counts(): Float64Array {
    return this.#counts.view().slice();
  }

  /** Takes over the counts of an earlier run. */
  restore(counts: Float64Array): void {
    this.#counts.truncate(0);
    for (const count of counts) this.#counts.push(count);
  }

  /** Matches before a block. */
  matchesBefore(block: number): number {
    return this.#counts.at(block);
  }

  append(matched: number): void {
    this.#counts.push(this.#counts.last() + matched);
  }

  /** Forgets the blocks from `block` on. */
  truncate(block: number): void {
    this.#counts.truncate(block + 1);
  }

  /** The blocks that hold rows [first, first + count), with what is to be taken of each. */
  parts(index: BlockIndex, first: number, count: number): PagePart[] {
    const parts: PagePart[] = [];
    const last = Math.min(first + count, this.rows) + this.#window.skip;
    let match = Math.max(0, first) + this.#window.skip;
    while (match < last) {
      const block = this.#counts.upperBound(match) - 1;
      const skip = match - this.#counts.at(block);
      const take = Math.min(last, this.#counts.at(block + 1)) - match;
      parts.push({ stretch: stretchOf(index, block), skip, take });
      match += take;
    }
    return parts;
  }

  /** The view's first row that a block, or one after it, may hold; `rows` where none does. */
  rowOfBlock(block: number): number {
    const matches = this.#counts.at(Math.min(block, this.blocks));
    return takenOf(this.#window, matches);
  }

  /** The block that holds a row. */
  blockOfRow(row: number): number {
    return this.#counts.upperBound(row + this.#window.skip) - 1;
  }
}

/** A block as a stretch of its own. */
export function stretchOf(index: BlockIndex, block: number): Stretch {
  const { start, record, line } = index.place(block);
  const from = block * index.blockSize;
  return { from, to: from + index.blockSize, start, record, line };
}
