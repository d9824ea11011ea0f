import { Kind } from '../../format/record.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { KeySet } from '../held/keySet.ts';
import type { FieldVector } from '../vector.ts';
import { placesByGroup, type PlacesByGroup } from './placesByGroup.ts';
import { PairTable } from './pairTable.ts';

/** Texts by their group, each once, as UTF-8: one that comes as bytes is never decoded. */
export class GroupedTexts {
  readonly #keys = new KeySet();
  /** Groups and numbers of keys, as soon as there is a group besides the first. */
  readonly #pairs = new PairTable();
  /** As long as there is none, so many of the keys are the first group's. */
  #ofFirst: number | undefined = 0;
  #listed: PlacesByGroup | undefined;
  readonly #key = new ByteWriter(64);

  /** Bytes held. */
  get size(): number {
    return this.#keys.size + this.#pairs.size + (this.#listed?.size ?? 0);
  }

  /**
   * Numbers of the texts of the selected rows; `noKey` where a row has none that is its bytes. All are to be added, in their
   * order, before another text is.
   */
  numbers({ selection, count }: Batch, { bytes, column }: FieldVector, numbers: Uint32Array): void {
    this.#keys.numbers(bytes, column, Kind.Text, selection, count, numbers);
  }

  /** The number of one text, to be added at once. */
  number(bytes: Uint8Array, start: number, end: number): number {
    return this.#keys.number(bytes, start, end);
  }

  /** @returns whether the group did not have it */
  add(group: number, text: string): boolean {
    this.#key.clear();
    this.#key.utf8(text);
    return this.addNumber(group, this.#keys.number(this.#key.bytes, 0, this.#key.length));
  }

  addNumber(group: number, number: number): boolean {
    if (this.#ofFirst !== undefined) {
      // Keys are numbered in the order in which they come, so that one that is new is the next one.
      if (group === 0) {
        if (number < this.#ofFirst) return false;
        this.#ofFirst = number + 1;
        this.#listed = undefined;
        return true;
      }
      for (let known = 0; known < this.#ofFirst; known++) this.#pairs.number(0, known);
      this.#ofFirst = undefined;
    }
    const known = this.#pairs.count;
    if (this.#pairs.number(group, number) < known) return false;
    this.#listed = undefined;
    return true;
  }

  write(group: number, out: ByteWriter): void {
    if (this.#ofFirst !== undefined) {
      const count = group === 0 ? this.#ofFirst : 0;
      out.count(count);
      for (let number = 0; number < count; number++) this.#writeKey(number, out);
      return;
    }
    const pairs = this.#pairs;
    this.#listed ??= placesByGroup(pairs.count, (pair) => pairs.first(pair));
    const own = this.#listed.of(group);
    out.count(own.length);
    for (const pair of own) this.#writeKey(pairs.second(pair), out);
  }

  /** Calls `fresh` for each text that the group did not have. */
  merge(group: number, from: ByteReader, fresh: (group: number) => void): void {
    const { bytes } = from.source;
    for (let left = from.count(); left > 0; left--) {
      const length = from.count();
      const number = this.#keys.number(bytes, from.at, from.at + length);
      from.skip(length);
      if (this.addNumber(group, number)) fresh(group);
    }
  }

  clear(): void {
    this.#keys.clear();
    this.#pairs.clear();
    this.#ofFirst = 0;
    this.#listed = undefined;
  }

  #writeKey(number: number, out: ByteWriter): void {
    const key = this.#keys.key(number);
    out.count(key.length);
    out.copy(key);
  }
}
