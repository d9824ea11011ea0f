import { partitionPoint } from '../partitionPoint.ts';
/** A growing column of doubles: the index's storage, 8 bytes an entry, doubling. */
export class DoubleColumn {
  #values = new Float64Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#values[index];
  }

  last(): number {
    return this.#length === 0 ? 0 : this.#values[this.#length - 1];
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(2 * this.#length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** The entries as they stand; a view, valid until the next `push`. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** The first entry that is not below a value; the length where there is none. */
  lowerBound(value: number): number {
    return partitionPoint(0, this.#length, (at) => this.#values[at] < value);
  }

  /** How many entries are at most `value`, in a column that never falls. */
  upperBound(value: number): number {
    return partitionPoint(0, this.#length, (at) => this.#values[at] <= value);
  }
}
