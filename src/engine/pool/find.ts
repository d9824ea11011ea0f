import type { Needle, RecordBlock } from '../format/record.ts';
import { foldDoubts, Hits, placesOf } from '../query/index.ts';
import type { Find } from './task.ts';

/**
 * Finds a text in records' raw bytes, as people's Ctrl+F does: anywhere, across fields, as the file has it
 * written. Upper and lower case are the same unless `matchCase`, by Unicode's simple folding as JavaScript's
 * `toLowerCase` has it.
 */
export class TextFinder {
  readonly #needle: Needle;
  /**
   * The text in lower case, and what makes it worth while to look for that in a record; undefined: every record
   * has to be looked at.
   */
  readonly #folded: string;
  readonly #doubts: readonly Needle[] | undefined;

  constructor(find: Find) {
    this.#folded = find.text.toLowerCase();
    const hasCase = !find.matchCase && this.#folded !== find.text.toUpperCase();
    this.#needle = { bytes: Buffer.from(find.text), foldCase: hasCase };
    this.#doubts = hasCase ? foldDoubts(find.text) : [];
  }

  /** Narrows a selection of the block's records in place; answers how many are left. */
  select(block: RecordBlock, selection: Uint32Array, count: number): number {
    if (count === 0) return 0;
    const { starts, ends } = block;
    const last = selection[count - 1];
    const search = (needle: Needle): Hits => new Hits(placesOf(block, needle, selection[0], last), needle);
    const hits = this.#doubts && search(this.#needle);
    const doubts = this.#doubts?.map(search);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const record = selection[i];
      const start = starts[record];
      const end = ends[record];
      if (hits?.isIn(start, end)) {
        selection[kept++] = record;
      } else if (!doubts || doubts.some((doubt) => doubt.isIn(start, end))) {
        const text = decoder.decode(block.bytes.subarray(start, end));
        if (text.toLowerCase().includes(this.#folded)) selection[kept++] = record;
      }
    }
    return kept;
  }
}

const decoder = new TextDecoder();
