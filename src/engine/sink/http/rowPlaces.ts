import type { RowPlace } from './batch.ts';

/** Where the rows of a piece come from. */
export interface RowPlaces {
  at(row: number): Omit<RowPlace, 'row'>;
}

/**
 * Of rows that are records.
 * @param places three numbers a row: its record and line from those of `origin`, and its byte in the file
 */
export function recordPlaces(
  places: Float64Array,
  origin: { readonly record: number; readonly line: number },
): RowPlaces {
  return {
    at: (row) => ({
      record: origin.record + places[3 * row] + 1,
      line: origin.line + places[3 * row + 1] + 1,
      offset: places[3 * row + 2],
      key: undefined,
    }),
  };
}

/** Of rows that are computed, each from one record. @param offsets where those begin; empty where there is no single one */
export function computedPlaces(offsets: readonly number[]): RowPlaces | undefined {
  if (offsets.length === 0) return undefined;
  return { at: (row) => ({ record: undefined, line: undefined, offset: offsets[row], key: undefined }) };
}
