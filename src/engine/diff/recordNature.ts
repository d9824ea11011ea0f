import type { Dataset } from '../dataset/dataset.ts';
import type { CellNature } from '../query/cell.ts';
import { keyField, type KeyField } from './keys.ts';

/** How the cells of a column are written. */
export type Reading = CellNature['reading'];

/** How the records of a file are written that is compared with another. */
export interface RecordNature {
  /** Whether all values are texts, an empty one NULL: cells of a table. */
  readonly isText: boolean;
  /** What the fields of the key are called here, and what they are called in the result. */
  readonly keys: readonly (KeyField & { readonly as: readonly string[] })[];
  /** How the cells of a table's columns are written, by their names, where that is not how the language writes them. */
  readonly readings: ReadonlyMap<string, Reading>;
}

/** Of the older and the newer file. @throws DiffKeyError */
export function recordNatures(
  files: readonly [Dataset, Dataset],
  keys: readonly string[],
): readonly [RecordNature, RecordNature] {
  const [ofBefore, ofAfter] = files.map((file) => keys.map((key) => keyField(key, file)));
  const isText = files.map(({ layout }) => layout.names === 'columns');
  const named = isText[0] ? ofAfter : ofBefore;
  const [before, after] = [ofBefore, ofAfter].map((fields, side): RecordNature => ({
    isText: isText[side],
    keys: fields.map((field, at) => ({ ...field, as: named[at].names })),
    readings: readingsOf(files[side]),
  }));
  return [before, after];
}

function readingsOf({ layout }: Dataset): RecordNature['readings'] {
  if (layout.names === 'paths') return new Map();
  const { columns, readings = [] } = layout;
  return new Map(
    columns.flatMap((name, at) => {
      const reading = readings.at(at);
      return reading === undefined ? [] : [[name, reading] as const];
    }),
  );
}
