/**
 * Open addressing: a table whose length is a power of two holds numbers of entries, -1 where there is none; an entry
 * stands at its hash or in the next free place behind it.
 */
export function emptyTable(length = 1 << 11): Int32Array<ArrayBuffer> {
  return new Int32Array(length).fill(-1);
}

/** A table twice as large with the first `count` entries. */
export function largerTable(
  table: Int32Array,
  count: number,
  hashOf: (number: number) => number,
): Int32Array<ArrayBuffer> {
  const larger = emptyTable(table.length * 2);
  const mask = larger.length - 1;
  for (let number = 0; number < count; number++) {
    let slot = hashOf(number) & mask;
    while (larger[slot] !== -1) slot = (slot + 1) & mask;
    larger[slot] = number;
  }
  return larger;
}

/** Up to so many places, a table that is emptied is used again. */
const keptLength = 1 << 16;

/** Whether the table was emptied; one that is too large to keep was not. */
export function tryEmpty(table: Int32Array): boolean {
  if (table.length > keptLength) return false;
  table.fill(-1);
  return true;
}
