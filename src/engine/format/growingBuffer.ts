/** The buffer of a scanner that has no kernel: bytes in an array that grows. */
export class GrowingBuffer {
  #bytes = new Uint8Array(0);

  /** See `Scanner.reserve`. */
  reserve(length: number, keep = 0): Uint8Array {
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(length);
      larger.set(this.#bytes.subarray(0, keep));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  /** Its first `length` bytes. */
  first(length: number): Uint8Array {
    return this.#bytes.subarray(0, length);
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }
}
