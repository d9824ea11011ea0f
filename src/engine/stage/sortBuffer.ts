import { compareKeys } from './key.ts';

const chunkSize = 1 << 20;

/** Rows as keys and payloads, one behind the other in a few large chunks, to be put into the order of their keys. */
export class SortBuffer {
  readonly #chunks: Uint8Array[] = [];
  #current = 0;
  #used = 0;
  #capacity = 1024;
  #chunkOf = new Uint32Array(this.#capacity);
  #startOf = new Uint32Array(this.#capacity);
  #keyLength = new Uint32Array(this.#capacity);
  #payloadLength = new Uint32Array(this.#capacity);
  #high = new Uint32Array(this.#capacity);
  #low = new Uint32Array(this.#capacity);
  #bytes = 0;
  count = 0;

  /** Bytes of the rows, and what it takes to find them. */
  get size(): number {
    return this.#bytes + this.count * 24;
  }

  add(key: Uint8Array, payload: Uint8Array): void {
    if (this.count === this.#capacity) this.#grow();
    const length = key.length + payload.length;
    let chunk = this.#chunks.at(this.#current);
    while (chunk === undefined || this.#used + length > chunk.length) {
      if (chunk !== undefined) this.#current++;
      // A chunk that is left from before is used again, so that filling the buffer anew takes no new memory.
      chunk = this.#chunks.at(this.#current) ?? this.#newChunk(length);
      this.#used = 0;
    }
    chunk.set(key, this.#used);
    chunk.set(payload, this.#used + key.length);
    const row = this.count++;
    this.#chunkOf[row] = this.#current;
    this.#startOf[row] = this.#used;
    this.#keyLength[row] = key.length;
    this.#payloadLength[row] = payload.length;
    this.#high[row] = word(key, 0);
    this.#low[row] = word(key, 4);
    this.#used += length;
    this.#bytes += length;
  }

  key(row: number): Uint8Array {
    const start = this.#startOf[row];
    return this.#chunks[this.#chunkOf[row]].subarray(start, start + this.#keyLength[row]);
  }

  payload(row: number): Uint8Array {
    const start = this.#startOf[row] + this.#keyLength[row];
    return this.#chunks[this.#chunkOf[row]].subarray(start, start + this.#payloadLength[row]);
  }

  /** The rows in order; equal keys stay as they came. */
  order(): Uint32Array {
    const order = radixOrder(this.#high, this.#low, this.count);
    for (let from = 0; from < order.length;) {
      let to = from + 1;
      while (to < order.length && this.#samePrefix(order[from], order[to])) to++;
      if (to - from > 1) {
        order.subarray(from, to).sort((a, b) => compareKeys(this.key(a), this.key(b)) || a - b);
      }
      from = to;
    }
    return order;
  }

  /** Keeps only these rows, in this order. */
  keep(rows: Uint32Array): void {
    const kept = Array.from(rows, (row) => [this.key(row), this.payload(row)] as const);
    this.free();
    for (const [key, payload] of kept) this.add(key, payload);
  }

  /** Gives up all rows, but not the memory. */
  clear(): void {
    this.#current = 0;
    this.#used = 0;
    this.#bytes = 0;
    this.count = 0;
  }

  /** Gives up all rows and the memory. */
  free(): void {
    this.#chunks.length = 0;
    this.clear();
  }

  #newChunk(length: number): Uint8Array {
    const chunk = new Uint8Array(Math.max(chunkSize, length));
    this.#chunks.push(chunk);
    return chunk;
  }

  #samePrefix(a: number, b: number): boolean {
    return this.#high[a] === this.#high[b] && this.#low[a] === this.#low[b];
  }

  #grow(): void {
    this.#capacity *= 2;
    const larger = (array: Uint32Array): Uint32Array<ArrayBuffer> => {
      const copy = new Uint32Array(this.#capacity);
      copy.set(array);
      return copy;
    };
    this.#chunkOf = larger(this.#chunkOf);
    this.#startOf = larger(this.#startOf);
    this.#keyLength = larger(this.#keyLength);
    this.#payloadLength = larger(this.#payloadLength);
    this.#high = larger(this.#high);
    this.#low = larger(this.#low);
  }
}

/** Four bytes of a key, the first the highest; missing ones are 0, as in a key that ends there. */
function word(key: Uint8Array, at: number): number {
  return (
    (((key[at] ?? 0) << 24) | ((key[at + 1] ?? 0) << 16) | ((key[at + 2] ?? 0) << 8) | (key[at + 3] ?? 0)) >>>
    0
  );
}

/** Row numbers in the order of 64-bit prefixes: a stable radix sort of 16 bits a pass, least significant first. */
function radixOrder(high: Uint32Array, low: Uint32Array, count: number): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, row) => row);
  let next = new Uint32Array(count);
  const counts = new Uint32Array(65536);
  for (const [words, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    counts.fill(0);
    for (let row = 0; row < count; row++) counts[(words[row] >>> shift) & 0xffff]++;
    if (count === 0 || counts[(words[0] >>> shift) & 0xffff] === count) continue;
    let sum = 0;
    for (let digit = 0; digit < 65536; digit++) {
      const here = counts[digit];
      counts[digit] = sum;
      sum += here;
    }
    for (let i = 0; i < count; i++) next[counts[(words[order[i]] >>> shift) & 0xffff]++] = order[i];
    [order, next] = [next, order];
  }
  return order;
}
