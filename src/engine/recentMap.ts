/** A map with a bounded number of entries: when there are more, those used longest ago are dropped. */
export class RecentMap<K, V> {
  readonly #most: number;
  readonly #entries = new Map<K, V>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Makes the entry the last to be dropped. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  /** Leaves the entry where it is. */
  peek(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Makes the entry the last to be dropped. @returns the values that are dropped for it */
  set(key: K, value: V): V[] {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const dropped: V[] = [];
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
      dropped.push(old);
    }
    return dropped;
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** From the entry that was used longest ago on. */
  keys(): MapIterator<K> {
    return this.#entries.keys();
  }

  values(): MapIterator<V> {
    return this.#entries.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }
}
