/** Words of 32 bits that grow, for segments one after the other. */
export class WordWriter {
  words = new Uint32Array(1 << 14);
  doubles = new Float64Array(this.words.buffer);
  bytes = new Uint8Array(this.words.buffer);
  /** Words in use. */
  length = 0;

  /** Makes room for so many more words, which are not cleared; answers where they begin. */
  take(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.words.length) {
      const words = new Uint32Array(2 ** Math.ceil(Math.log2(needed)));
      words.set(this.words.subarray(0, at));
      this.words = words;
      this.doubles = new Float64Array(words.buffer);
      this.bytes = new Uint8Array(words.buffer);
    }
    this.length = needed;
    return at;
  }

  /** Goes on at a multiple of 8 bytes. */
  align(): void {
    if (this.length % 2 === 1) this.words[this.take(1)] = 0;
  }

  double(value: number): void {
    this.doubles[this.take(2) / 2] = value;
  }

  append(words: Uint32Array): void {
    const at = this.take(words.length);
    this.words.set(words, at);
  }

  /** Bytes, and zeros up to the next word. */
  copy(bytes: Uint8Array): void {
    const count = Math.ceil(bytes.length / 4);
    if (count === 0) return;
    const at = this.take(count);
    this.words[at + count - 1] = 0;
    this.bytes.set(bytes, at * 4);
  }
}
