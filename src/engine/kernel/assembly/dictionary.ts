import { hashText } from './textHash';

/*
 * The different values of a column, each by the place where it comes first. `dictionaryKernel.ts` lays out the arrays.
 */

/** The column at hand: the words of values that are all of `size` bytes, or texts, of which `offsets` has where each begins. */
let bytes: usize = 0;
let size: u32 = 0;
let offsets: usize = 0;

export function beginDictionary(newBytes: usize, newSize: u32, newOffsets: usize): void {
  bytes = newBytes;
  size = newSize;
  offsets = newOffsets;
}

/** How many different values were found. */
export let knownValues: u32 = 0;

/**
 * Gives each of the values at `count` places the number of its value, in order of first appearance; the place of the first of each
 * goes to `firsts`. Answers false where they have more than `most` bytes, or `mostValues` of them are not enough.
 * @param slots of `table`, eight bytes each: a power of two, and more than there are places
 * @param extra bytes that a value takes besides its own
 */
export function codePlaces(
  places: usize,
  count: u32,
  most: f64,
  mostValues: u32,
  extra: u32,
  table: usize,
  slots: u32,
  codes: usize,
  firsts: usize,
): bool {
  memory.fill(table, 0, usize(slots) << 3);
  let all: f64 = 0;
  knownValues = 0;
  for (let at: u32 = 0; at < count; at++) {
    const place = load<u32>(places + (usize(at) << 2));
    let start = bytes + usize(place) * size;
    let length = size;
    if (size == 0) {
      const from = load<u32>(offsets + (usize(place) << 2));
      start = bytes + from;
      length = load<u32>(offsets + (usize(place) << 2), 4) - from;
    }
    const hash = hashText(start, length, 0);
    let slot = u32(hash) & (slots - 1);
    let code: u32 = 0;
    // A slot has the number of a value, and one more, and the upper half of its hash.
    while (true) {
      const entry = table + (usize(slot) << 3);
      code = load<u32>(entry);
      if (code == 0) {
        all += f64(length + extra);
        if (all > most || knownValues == mostValues) return false;
        store<u32>(firsts + (usize(knownValues) << 2), place);
        code = ++knownValues;
        store<u32>(entry, code);
        store<u32>(entry, u32(hash >> 32), 4);
        break;
      }
      if (load<u32>(entry, 4) == u32(hash >> 32) && isValue(load<u32>(firsts + (usize(code - 1) << 2)), start, length)) break;
      slot = (slot + 1) & (slots - 1);
    }
    store<u32>(codes + (usize(at) << 2), code - 1);
  }
  return true;
}

/** Whether the value at a place is the bytes at `start`. */
// @ts-ignore: decorator
@inline
function isValue(place: u32, start: usize, length: u32): bool {
  let other = bytes + usize(place) * size;
  if (size == 0) {
    const from = load<u32>(offsets + (usize(place) << 2));
    if (load<u32>(offsets + (usize(place) << 2), 4) - from != length) return false;
    other = bytes + from;
  }
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(start + at) != load<u64>(other + at)) return false;
  return at == length || ((load<u64>(start + at) ^ load<u64>(other + at)) & ((u64(1) << (u64(length - at) << 3)) - 1)) == 0;
}
