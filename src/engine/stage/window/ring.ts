/** Values by ordinal, those at the front given up as the window moves on. */
export class Ring<T> {
  #values: (T | undefined)[] = new Array<T | undefined>(16);
  #first = 0;
  #end = 0;

  /** Ordinal of the value that comes next. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#first;
  }

  push(value: T): void {
    if (this.length === this.#values.length) this.#grow();
    this.#values[this.#end++ % this.#values.length] = value;
  }

  /** Undefined where the ordinal is no longer, or not yet, there. */
  at(ordinal: number): T | undefined {
    return ordinal < this.#first || ordinal >= this.#end
      ? undefined
      : this.#values[ordinal % this.#values.length];
  }

  /** Gives up all values before an ordinal. */
  dropBefore(ordinal: number): void {
    while (this.#first < ordinal && this.#first < this.#end) {
      this.#values[this.#first++ % this.#values.length] = undefined;
    }
  }

  #grow(): void {
    const larger = new Array<T | undefined>(this.#values.length * 2);
    for (let at = this.#first; at < this.#end; at++) {
      larger[at % larger.length] = this.#values[at % this.#values.length];
    }
    this.#values = larger;
  }
}
