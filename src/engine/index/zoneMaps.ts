import { RecentMap } from '../recentMap.ts';
import { excludes, type Zone, type ZoneBounds } from './zone.ts';

/** A condition on a column, which is given by where the scanner finds it. */
export type ZonedCondition = ZoneBounds & { readonly path: readonly (string | number)[] };

/** Columns whose zones are kept; the one that was filtered on longest ago is given up first. */
const keptColumns = 16;

/** The zones of the columns that were filtered on, block by block, as far as they were scanned. */
export class ZoneMaps {
  readonly #columns = new RecentMap<string, (Zone | undefined)[]>(keptColumns);

  set(condition: ZonedCondition, block: number, zone: Zone): void {
    const key = keyOf(condition);
    let zones = this.#columns.get(key);
    if (!zones) {
      zones = [];
      this.#columns.set(key, zones);
    }
    zones[block] = zone;
  }

  /** Whether a block may hold a record that meets all conditions. */
  mayMatch(conditions: readonly ZonedCondition[], block: number): boolean {
    for (const condition of conditions) {
      const zone = this.#columns.peek(keyOf(condition))?.at(block);
      if (zone !== undefined && excludes(zone, condition)) return false;
    }
    return true;
  }

  /** Forgets the blocks from `block` on. */
  truncate(block: number): void {
    for (const zones of this.#columns.values()) if (zones.length > block) zones.length = block;
  }

  /** All of it, oldest column first, for the cache on disk. */
  entries(): [string, readonly (Zone | undefined)[]][] {
    return [...this.#columns];
  }

  restore(entries: readonly [string, readonly (Zone | undefined)[]][]): void {
    for (const [key, zones] of entries) this.#columns.set(key, [...zones]);
  }
}

/** A condition is asked of each block. */
const keys = new WeakMap<ZonedCondition, string>();

/** Zones of numbers and of texts are different things, even of one column. */
function keyOf(condition: ZonedCondition): string {
  let key = keys.get(condition);
  if (key === undefined) {
    key = JSON.stringify([condition.kind, ...condition.path]);
    keys.set(condition, key);
  }
  return key;
}
