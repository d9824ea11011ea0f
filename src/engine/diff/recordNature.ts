import type { Dataset } from '../dataset/dataset.ts';
import type { InnerPath } from '../format/layout.ts';
import type { CellNature } from '../query/cell.ts';
import type { KeyedOutput } from '../pool/task.ts';
import { keyField, namesInNewer, type KeyField } from './keys.ts';

/** How the cells of a column are written. */
export type Reading = CellNature['reading'];

/** How the records of a file are written that is compared with another. */
export interface RecordNature {
  /** Whether all values are texts, an empty one NULL: cells of a table. */
  readonly isText: boolean;
  /** What the fields of the key are called here, and what they are called in the result. */
  readonly keys: readonly (KeyField & { readonly as: readonly string[] })[];
  /** What columns of a table are called in the result, by their names here, where that is another name. */
  readonly names: ReadonlyMap<string, string>;
  /** How the cells of a table's columns are written, by their names, where that is not how the language writes them. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** Where the file's own schema has times, in a record as it is compared. */
  readonly times: readonly InnerPath[];
  /** The paths at which a table beside it has a column for an object as a whole. */
  readonly wholes: Wholes;
}

/** Dotted paths that are columns of a table, which has none for members below them: an object there is its JSON text. */
export type Wholes = ReadonlySet<string>;

/** Whether one file is a table, whose values are texts, and the other is not. */
export function areMixed([before, after]: readonly [
  Pick<RecordNature, 'isText'>,
  Pick<RecordNature, 'isText'>,
]): boolean {
  return before.isText !== after.isText;
}

/** Of the older and the newer file. @throws DiffKeyError */
export function recordNatures(
  files: readonly [Dataset, Dataset],
  keys: readonly string[],
): readonly [RecordNature, RecordNature] {
  const [ofBefore, ofAfter] = files.map((file) => keys.map((key) => keyField(key, file)));
  const isText = files.map(({ layout }) => layout.names === 'columns');
  const named = isText[0] ? ofAfter : ofBefore;
  const wholes = isText[0] === isText[1] ? undefined : wholesOf(files[isText[0] ? 0 : 1], named);
  const names = namesInNewer(files);
  const [before, after] = [ofBefore, ofAfter].map((fields, side): RecordNature => ({
    isText: isText[side],
    keys: fields.map((field, at) => ({ ...field, as: named[at].names })),
    names: new Map([
      ...(side === 0 ? names : []),
      ...(isText[side]
        ? fields.map((field, at) => [field.names[0], named[at].names.join('.')] as const)
        : []),
    ]),
    readings: readingsOf(files[side]),
    times: timesOf(files[side]).map((path) => (wholes ? besideTable(path, wholes) : path)),
    wholes: wholes ?? new Set(),
  }));
  return [before, after];
}

/** How the dates of each field of the key are written, as `KeyedOutput` takes it. */
export function datesOfKeys(natures: readonly [RecordNature, RecordNature]): KeyedOutput['dates'] {
  const isMixed = areMixed(natures);
  const table = natures[0].isText ? natures[0] : natures[1];
  const times = new Set(natures.flatMap((nature) => nature.times.map((path) => JSON.stringify(path))));
  return natures[0].keys.map(({ as }, at) => {
    const reading = isMixed ? table.readings.get(table.keys[at].names[0]) : undefined;
    if (reading?.kind === 'date') return reading;
    return times.has(JSON.stringify(isMixed ? besideTable(as, table.wholes) : as)) ? 'times' : undefined;
  });
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

function timesOf({ layout }: Dataset): readonly InnerPath[] {
  return layout.names === 'paths' ? (layout.times ?? []) : [];
}

function wholesOf({ layout }: Dataset, keys: readonly KeyField[]): Wholes {
  const columns = layout.names === 'columns' ? layout.columns : [];
  const above = new Set<string>();
  for (const path of [...columns, ...keys.map(({ names }) => names.join('.'))])
    for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1))
      above.add(path.slice(0, dot));
  return new Set(columns.filter((path) => !above.has(path)));
}

/**
 * Where a value is beside a table: objects are taken apart, but for those that a column holds as a whole, and their members
 * are called by dotted paths.
 */
export function besideTable(path: InnerPath, wholes: Wholes): InnerPath {
  const names = namesDown(path);
  const whole = names.findIndex((_, at) => wholes.has(names.slice(0, at + 1).join('.')));
  const length = whole === -1 ? names.length : whole + 1;
  return [names.slice(0, length).join('.'), ...path.slice(length)];
}

/** The names down to a value, or to the first list. */
export function namesDown(path: InnerPath): string[] {
  const list = path.indexOf(null);
  return path.slice(0, list === -1 ? undefined : list).filter((step) => step !== null);
}
