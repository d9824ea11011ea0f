import type { RecordBlock } from '../format/record.ts';
import type { Find } from './task.ts';

/**
 * Finds a text in records' raw bytes, as people's Ctrl+F does: anywhere, across fields, as the file has it written.
 * Upper and lower case are the same unless `matchCase`, by Unicode's simple folding as JavaScript's `toLowerCase` has it.
 */
export class TextFinder {
  readonly #needle: Buffer;
  /** For a needle that has case and must ignore it: the text, lower-cased; records are then decoded. */
  readonly #folded: string | undefined;

  constructor(find: Find) {
    const lower = find.text.toLowerCase();
    const hasCase = lower !== find.text.toUpperCase();
    this.#needle = Buffer.from(find.text);
    this.#folded = !find.matchCase && hasCase ? lower : undefined;
  }

  /** Narrows a selection of the block's records in place; answers how many are left. */
  select(block: RecordBlock, selection: Uint32Array, count: number): number {
    return this.#folded === undefined
      ? this.#selectExact(block, selection, count)
      : this.#selectFolded(block, selection, count, this.#folded);
  }

  #selectExact(block: RecordBlock, selection: Uint32Array, count: number): number {
    const { bytes, starts, ends } = block;
    const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let kept = 0;
    let hit = -1;
    for (let i = 0; i < count; i++) {
      const record = selection[i];
      if (hit < starts[record]) hit = haystack.indexOf(this.#needle, starts[record]);
      if (hit < 0) break;
      if (hit + this.#needle.length <= ends[record]) selection[kept++] = record;
    }
    return kept;
  }

  #selectFolded(block: RecordBlock, selection: Uint32Array, count: number, folded: string): number {
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const record = selection[i];
      const text = decoder.decode(block.bytes.subarray(block.starts[record], block.ends[record]));
      if (text.toLowerCase().includes(folded)) selection[kept++] = record;
    }
    return kept;
  }
}

const decoder = new TextDecoder();
