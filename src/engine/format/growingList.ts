/** Numbers without end, in an array that grows. */
export class GrowingList {
  count = 0;
  values = new Uint32Array(1024);

  push(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Uint32Array(2 * this.count);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
  }

  /** The last number; undefined when there is none. */
  pop(): number | undefined {
    return this.count === 0 ? undefined : this.values[--this.count];
  }
}
