import { ColumnFiles } from '../columns/columnFiles.ts';
import { ColumnStore, type ColumnKeeping, type ColumnOptions } from '../columns/columnStore.ts';
import { BlockIndex, type BlockSummary } from '../index/blockIndex.ts';
import type { FileSpec } from '../pool/task.ts';
import type { OpenedSource } from '../source/open.ts';
import { cacheName, type IndexStore, type StoreKey } from '../index/store.ts';
import { ZoneMaps } from '../index/zoneMaps.ts';
import type { PagePart } from '../pool/task.ts';
import type { Plan } from '../query/index.ts';
import { RecentMap } from '../recentMap.ts';
import type { OrderedResult } from './scanInOrder.ts';
import { stretchOf } from './view.ts';

/** Views whose counts are kept. */
const keptViews = 8;

/** Where what is known outlives the file's being open. */
export interface Keeping {
  readonly store: IndexStore;
  /** The file as it was when it was opened: what is known is known of that. */
  readonly key: StoreKey;
  /** Whether the file is as it was when it was opened. */
  readonly unchanged: () => Promise<boolean>;
}

/** What has been appended to a file whose end was known, as an index of all of it. */
export interface Growth {
  readonly index: BlockIndex;
  /** How many blocks, from the first on, are as they were. */
  readonly same: number;
  /** Where the last whole record ends. */
  readonly end: number;
  /** Whether it begins behind a whole record, where the file ended: then all records before it are as they were. */
  readonly isBehind: boolean;
  /** Of several files as one table, how they are opened from now on. Whoever opens them later has them in another order. */
  readonly opened?: { readonly spec: FileSpec; readonly source: OpenedSource } | undefined;
}

/** What scans have learned of a file: where its records are, what its blocks hold, how many match a query. */
export class Knowledge {
  /** What is kept of the file's columns; undefined where nothing is. */
  readonly columns: ColumnStore | undefined;
  readonly #zones = new ZoneMaps();
  #keeping: Keeping | undefined;
  /** Running counts of the views that were run last, by query. */
  readonly #views = new RecentMap<string, Float64Array>(keptViews);
  #index: BlockIndex;
  #cut: BlockSummary | undefined;
  /**
   * Of a file that may have changed, the index that the store has. Zones and counts of views past the end of `#index`
   * are those of its blocks.
   */
  #unproven: BlockIndex | undefined;
  /** Blocks of `#index` that were found to be those of `#unproven`. */
  #proven = 0;
  /** The extent of what the store has. */
  #saved = '';

  /** @param columns undefined: none are kept */
  constructor(index: BlockIndex, keeping: Keeping | undefined, columns: ColumnOptions | undefined) {
    this.#index = index;
    this.#keeping = keeping;
    this.columns = columns && new ColumnStore(() => this.index, columns, keeping && columnKeeping(keeping));
  }

  get index(): BlockIndex {
    return this.#index;
  }

  /** Takes over where blocks are, as another process has found in the same file. */
  adopt(columns: readonly Float64Array[]): void {
    if (columns[0].length - 1 > this.#index.length)
      this.#index = BlockIndex.from(this.#index.blockSize, columns);
  }

  /** Takes over what has been appended. */
  grow({ index, same, opened }: Growth): void {
    // Another process would take the blocks for those of the files one after the other.
    if (opened) this.#keeping = undefined;
    this.#unproven = undefined;
    this.#zones.truncate(same);
    for (const [query, counts] of [...this.#views]) this.#views.set(query, counts.slice(0, same + 1));
    this.columns?.truncate(same);
    this.#index = index;
  }

  /** What the store has of the file, as far as no block of it has turned out to be another. */
  get unproven(): BlockIndex | undefined {
    this.#prove();
    return this.#unproven;
  }

  /** Whether a block may hold a record that meets all conditions; of one that is not known yet, if it is as it was. */
  mayMatch(conditions: Plan['zones'], block: number): boolean {
    this.#prove();
    return this.#zones.mayMatch(conditions, block);
  }

  /** Records after the last whole block, in what a failing source has given. */
  get cut(): BlockSummary | undefined {
    return this.#cut?.start === this.index.next ? this.#cut : undefined;
  }

  /** Takes in what a scan on these conditions has found; the index has grown with it already. */
  learn(result: OrderedResult, conditions: Plan['zones']): void {
    this.#prove();
    const { blocks, firstBlock } = result;
    for (let i = 0; i < blocks.length; i++) {
      const { zones } = blocks[i];
      for (let at = 0; at < zones.length; at++) this.#zones.set(conditions[at], firstBlock + i, zones[at]);
    }
    const last = result.blocks.at(-1);
    if (result.result?.failure && last?.start === this.index.next) this.#cut = last;
  }

  /** The blocks that hold records [first, first + count), as far as they are known; the first block always is. */
  parts(first: number, count: number): PagePart[] {
    const { cut } = this;
    if (this.index.length === 0 && !cut) {
      return first === 0 ? [{ stretch: stretchOf(this.index, 0), skip: 0, take: count }] : [];
    }
    const parts: PagePart[] = [];
    let record = first;
    while (record < first + count) {
      const block = this.blockOfRecord(record);
      if (block === undefined) break;
      const stretch = stretchOf(this.index, block);
      const { records } = block < this.index.length ? this.index.summary(block) : (cut ?? { records: 0 });
      const take = Math.min(first + count - record, records - (record - stretch.record));
      parts.push({ stretch, skip: record - stretch.record, take });
      record += take;
    }
    return parts;
  }

  /** Records that are known, those of a last block that was cut short included. */
  get records(): number {
    return this.index.records + (this.cut?.records ?? 0);
  }

  /** The block that holds a record, 0-based; undefined where none is known to. */
  blockOfRecord(record: number): number | undefined {
    return this.index.blockOfRecord(record) ?? (record < this.records ? this.index.length : undefined);
  }

  /** A view's counts from an earlier run of its query, as far as they hold. */
  recall(query: string): Float64Array | undefined {
    this.#prove();
    return this.#views.peek(query)?.slice(0, this.index.length + 1);
  }

  /** Keeps a view's counts for the next run of its query. */
  remember(query: string, counts: Float64Array): void {
    this.#views.set(query, counts);
  }

  /** Puts what is known into the store, if that is more than it has. */
  async save(): Promise<void> {
    if (!this.#keeping || this.index.length === 0) return;
    if (this.columns && (await this.#keeping.unchanged())) await this.columns.save();
    // What the store has reaches further, and may hold.
    if ((this.unproven?.length ?? 0) > this.index.length) return;
    const extent = this.#extent();
    if (extent === this.#saved) return;
    this.#saved = extent;
    const { store, key, unchanged } = this.#keeping;
    // A block's checksum and its entry in the index are of the same bytes, which other scans may not have seen.
    const same = await unchanged();
    const views = same ? [...this.#views].map(([query, counts]) => ({ query, counts })) : [];
    const zones = same ? this.#zones.entries() : [];
    await store.save(key, { index: this.index, zones, views }, new AbortController().signal);
  }

  /** Takes over what the store has. */
  async restore(signal: AbortSignal): Promise<void> {
    const snapshot = this.#keeping && (await this.#keeping.store.load(this.#keeping.key, signal));
    if (!snapshot) return;
    this.#zones.restore(snapshot.zones);
    for (const { query, counts } of snapshot.views) this.#views.set(query, counts);
    if (snapshot.proven) {
      this.#index = snapshot.index;
      this.#saved = this.#extent();
    } else {
      this.#unproven = snapshot.index;
    }
  }

  /** Compares what has become known with what the store has; from the first block on that is another, nothing holds. */
  #prove(): void {
    const before = this.#unproven;
    if (!before) return;
    for (; this.#proven < Math.min(this.index.length, before.length); this.#proven++) {
      if (isSame(this.index.summary(this.#proven), before.summary(this.#proven))) continue;
      this.#zones.truncate(this.#proven);
      for (const [query, counts] of [...this.#views])
        this.#views.set(query, counts.slice(0, this.#proven + 1));
      this.#unproven = undefined;
      return;
    }
    if (this.#proven === before.length) this.#unproven = undefined;
  }

  /** How much is known: another text where it has become more. */
  #extent(): string {
    const views = [...this.#views].map(([query, { length }]) => [query, length]);
    const zones = this.#zones.entries().map(([column, { length }]) => [column, length]);
    return JSON.stringify([this.index.length, views, zones]);
  }
}

function columnKeeping({ store, key }: Keeping): ColumnKeeping {
  const { reach = Infinity, state } = key;
  return {
    files: new ColumnFiles(store.folder, cacheName(key)),
    settled: ({ malformed, next }) => malformed === 0 || next + reach <= state.size,
  };
}

function isSame(one: BlockSummary, other: BlockSummary): boolean {
  return (
    one.start === other.start &&
    one.next === other.next &&
    (one.checksum === other.checksum || one.start === one.next)
  );
}
