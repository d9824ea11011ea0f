import { hashDouble } from './hashDouble.ts';
import { placesByGroup, type PlacesByGroup } from './placesByGroup.ts';

const smallest = 1 << 9;
/** Up to so many places, a table that is emptied is used again; it counts by what is in it. */
const kept = 1 << 16;
const bytesAPlace = 12;

/**
 * Doubles by their group, each once, in no order. They stand in the table themselves (open addressing, linear probing), so
 * that one that is looked for costs one or two lines of the cache, however many there are.
 */
export class GroupedDoubles {
  /** NaN where there is none. */
  #values = emptyValues(smallest);
  #groups = new Uint32Array(smallest);
  #count = 0;
  /** Places of the values by their groups, as long as none is added. */
  #listed: PlacesByGroup | undefined;

  /** Bytes held. */
  get size(): number {
    const taken = this.#values.length > kept ? this.#values.length * bytesAPlace : this.#count * 24;
    return taken + (this.#listed?.size ?? 0);
  }

  /**
   * @param value no NaN
   * @returns whether the group did not have the value
   */
  add(group: number, value: number): boolean {
    const values = this.#values;
    const groups = this.#groups;
    const mask = values.length - 1;
    let place = hash(group, value) & mask;
    for (;;) {
      const there = values[place];
      if (there === value) {
        if (groups[place] === group) return false;
      } else if (there !== there) break;
      place = (place + 1) & mask;
    }
    values[place] = value;
    groups[place] = group;
    this.#count++;
    this.#listed = undefined;
    if (this.#count * 3 > values.length * 2) this.#grow();
    return true;
  }

  /** The values of a group. */
  of(group: number): Float64Array {
    const places = (this.#listed ??= this.#list()).of(group);
    const values = new Float64Array(places.length);
    for (let i = 0; i < values.length; i++) values[i] = this.#values[places[i]];
    return values;
  }

  clear(): void {
    if (this.#values.length > kept) {
      this.#values = emptyValues(smallest);
      this.#groups = new Uint32Array(smallest);
    } else if (this.#count > 0) this.#values.fill(Number.NaN);
    this.#count = 0;
    this.#listed = undefined;
  }

  #grow(): void {
    const [values, groups] = [this.#values, this.#groups];
    const larger = emptyValues(values.length * 2);
    const largerGroups = new Uint32Array(larger.length);
    const mask = larger.length - 1;
    for (let from = 0; from < values.length; from++) {
      const value = values[from];
      if (Number.isNaN(value)) continue;
      let place = hash(groups[from], value) & mask;
      while (!Number.isNaN(larger[place])) place = (place + 1) & mask;
      larger[place] = value;
      largerGroups[place] = groups[from];
    }
    this.#values = larger;
    this.#groups = largerGroups;
  }

  #list(): PlacesByGroup {
    const [values, groups] = [this.#values, this.#groups];
    return placesByGroup(values.length, (place) => (Number.isNaN(values[place]) ? undefined : groups[place]));
  }
}

function hash(group: number, value: number): number {
  return hashDouble(value) + Math.imul(group, 0x9e3779b1);
}

function emptyValues(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}
