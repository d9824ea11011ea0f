import type { Physical } from './physical.ts';

/** The different values of a column: the places where each of them comes first, and of all values which of them they are. */
export interface Dictionary {
  readonly places: Int32Array;
  readonly codes: Int32Array;
}

/** Values that are looked at, spread over all of them, before all are. */
const sampled = 1000;
/** Where so large a part of the bytes of those is of different values, a dictionary is hardly of use. */
const mostOfSample = 0.9;
/** A code must have few enough bits to be packed. */
const mostValues = 1 << 20;

/** The dictionary of the values at these places; undefined where it would not make half of their bytes of them. */
export function dictionaryOf(values: Physical, places: Int32Array, count: number): Dictionary | undefined {
  if (count === 0) return undefined;
  const few = Math.min(count, sampled);
  const sample = Int32Array.from(
    { length: few },
    (_, at) => places[Math.floor((at * (count - 1)) / Math.max(1, few - 1))],
  );
  if (codesOf(values, sample, few, mostOfSample * bytesOf(values, sample, few)) === undefined)
    return undefined;
  return codesOf(values, places, count, bytesOf(values, places, count) / 2);
}

function bytesOf(values: Physical, places: Int32Array, count: number): number {
  let bytes = 0;
  for (let at = 0; at < count; at++) bytes += values.size(places[at]);
  return bytes;
}

/** @param most bytes that the different values may have */
function codesOf(values: Physical, places: Int32Array, count: number, most: number): Dictionary | undefined {
  const codes = new Int32Array(count);
  let first = new Int32Array(1024);
  let hashes = new Int32Array(1024);
  // Of each slot the code of its value, and one more; twice as many as values, at least.
  let slots = new Int32Array(2048);
  let [known, bytes] = [0, 0];
  for (let at = 0; at < count; at++) {
    const place = places[at];
    const hash = values.hash(place);
    let slot = hash & (slots.length - 1);
    let code = slots[slot] - 1;
    while (code >= 0 && !(hashes[code] === hash && values.equal(first[code], place))) {
      slot = (slot + 1) & (slots.length - 1);
      code = slots[slot] - 1;
    }
    if (code < 0) {
      bytes += values.size(place);
      if (bytes > most || known === mostValues) return undefined;
      if (known === first.length) {
        first = doubled(first);
        hashes = doubled(hashes);
        slots = new Int32Array(slots.length * 2);
        for (let old = 0; old < known; old++) slots[freeSlot(slots, hashes[old])] = old + 1;
        slot = freeSlot(slots, hash);
      }
      code = known++;
      first[code] = place;
      hashes[code] = hash;
      slots[slot] = code + 1;
    }
    codes[at] = code;
  }
  return { places: first.subarray(0, known), codes };
}

function freeSlot(slots: Int32Array, hash: number): number {
  let slot = hash & (slots.length - 1);
  while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
  return slot;
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
