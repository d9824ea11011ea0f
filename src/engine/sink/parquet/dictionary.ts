import { codePlaces, type CodedPlaces } from '../../kernel/dictionaryKernel.ts';
import type { Physical } from './physical.ts';

/** The different values of a column: the places where each of them comes first, and of all values which of them they are. */
export type Dictionary = CodedPlaces;

/** Values that are looked at, spread over all of them, before all are. */
const sampled = 1000;
/** Where so large a part of the bytes of those is of different values, a dictionary is hardly of use. */
const mostOfSample = 0.9;
/** A code must have few enough bits to be packed. */
const mostValues = 1 << 20;

/** The dictionary of the values at these places; undefined where it would not make half of their bytes of them. */
export function dictionaryOf(values: Physical, places: Int32Array): Dictionary | undefined {
  const { length } = places;
  if (length === 0) return undefined;
  const { extra } = values;
  const few = Math.min(length, sampled);
  const sample = Int32Array.from(
    { length: few },
    (_, at) => places[Math.floor((at * (length - 1)) / Math.max(1, few - 1))],
  );
  // The values of the whole column would take room beside it, which those of long texts are not worth.
  const some = values.some(sample);
  const ofSome = Int32Array.from(sample.keys());
  const most = mostOfSample * values.sizeOf(sample);
  if (codePlaces(some, ofSome, { most, mostValues, extra }) === undefined) return undefined;
  return codePlaces(values.stored, places, { most: values.sizeOf(places) / 2, mostValues, extra });
}
