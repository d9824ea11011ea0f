import { createKernelMemory, type KernelMemory } from './memory.ts';

/** Values one after the other. */
export interface StoredValues {
  readonly bytes: Uint8Array;
  /** Bytes of each; 0 where `offsets` has where each begins, and where the last one ends. */
  readonly size: number;
  readonly offsets?: Int32Array;
}

/** The places where each of the different values comes first, and of all values which of them they are. */
export interface CodedPlaces {
  readonly places: Int32Array;
  readonly codes: Int32Array;
}

let kept: KernelMemory | undefined;
/** A memory that has grown past this is given back. */
const keptBytes = 16 * 1024 * 1024;

/**
 * The different ones among the values at some places; undefined where they are more than `mostValues`, or have more bytes than
 * `most`, each with `extra` bytes besides its own.
 */
export function codePlaces(
  { bytes, size, offsets }: StoredValues,
  places: Int32Array,
  { most, mostValues, extra }: { readonly most: number; readonly mostValues: number; readonly extra: number },
): CodedPlaces | undefined {
  const memory = (kept ??= createKernelMemory());
  const count = places.length;
  memory.reserve(bytes.length, 0);
  const arena = memory.arena();
  const at = {
    offsets: arena.take((offsets?.length ?? 0) * 4),
    places: arena.take(count * 4),
    codes: arena.take(count * 4),
    firsts: arena.take(count * 4),
    table: arena.take(slotsFor(count) * 8),
  };
  const { exports, bufferAt } = memory;
  const { buffer } = exports.memory;
  const words = (address: number, length: number): Int32Array => new Int32Array(buffer, address, length);
  memory.bytes().set(bytes);
  if (offsets) words(at.offsets, offsets.length).set(offsets);
  words(at.places, count).set(places);
  exports.beginDictionary(bufferAt, size, at.offsets);
  const limits = [most, mostValues, extra];
  const isFound = exports.codePlaces(
    at.places,
    count,
    ...limits,
    at.table,
    slotsFor(count),
    at.codes,
    at.firsts,
  );
  const found = isFound
    ? { places: words(at.firsts, exports.knownValues.value).slice(), codes: words(at.codes, count).slice() }
    : undefined;
  if (buffer.byteLength > keptBytes) kept = undefined;
  return found;
}

/** A power of two that is more than as many. */
function slotsFor(count: number): number {
  return 1 << (33 - Math.clz32(Math.max(1, count)));
}
