import type { Dataset } from '../dataset/dataset.ts';
import type { InnerNatures, InnerPath, TableCell } from '../format/layout.ts';
import { isSameReading } from '../query/cell.ts';
import { memberName, sides } from './recordDiff.ts';
import {
  areMixed,
  besideTable,
  namesDown,
  recordNatures,
  type RecordNature,
  type Wholes,
} from './recordNature.ts';

/**
 * What the values are in the rows that `RecordDiff` makes: those of a table are cells there as well, and what a file says
 * is a time is one.
 * @throws DiffKeyError
 */
export function rowNatures(files: readonly [Dataset, Dataset], key: readonly string[]): InnerNatures {
  const natures = recordNatures(files, key);
  const isMixed = areMixed(natures);
  const keys = keysOf(natures, isMixed);
  const ofKey = new Set(keys.map(({ path }) => JSON.stringify(path)));
  const isTable = natures.some(({ isText }) => isText);
  const cells = isTable ? keys.map((one): TableCell => ({ ...one, path: inRow(one.path) })) : [];
  const times: InnerPath[] = [];
  for (const [side, { layout }] of files.entries()) {
    if (layout.names === 'columns') {
      const { names } = natures[side];
      const fieldsOfKey = new Set(natures[side].keys.map(({ names: [name] }) => name));
      for (const [at, name] of layout.columns.entries()) {
        if (fieldsOfKey.has(name)) continue;
        const path = inRow([names.get(name) ?? name, sides[side]]);
        cells.push({ path, reading: layout.readings?.at(at) });
      }
    } else {
      const wholes = isMixed ? natures[side].wholes : undefined;
      for (const path of layout.times ?? []) {
        const key = pathOfKey(path, ofKey, isMixed);
        if (key) times.push(inRow(key));
        else times.push(...valuePaths(path, sides[side], wholes).map((one) => inRow(one)));
      }
    }
  }
  return { ...(times.length > 0 && { times }), ...(cells.length > 0 && { cells, areMixed: isMixed }) };
}

/** The fields of the key. Each is what stands in either file, so that it is written in a way only where both write it so. */
function keysOf([a, b]: readonly [RecordNature, RecordNature], isMixed: boolean): TableCell[] {
  return a.keys.map(({ as, names: [ofA] }, at): TableCell => {
    const [one, other] = [a.readings.get(ofA), b.readings.get(b.keys[at].names[0])];
    const reading = isMixed ? (one ?? other) : isSameReading(one, other) ? one : undefined;
    return { path: isMixed ? [as.join('.')] : as, reading };
  });
}

/** Where a time of the key is in a row; undefined where it is none of the key. */
function pathOfKey(path: InnerPath, keys: ReadonlySet<string>, isMixed: boolean): InnerPath | undefined {
  const names = namesDown(path);
  for (let length = names.length; length > 0; length--) {
    const key = isMixed ? [names.slice(0, length).join('.')] : names.slice(0, length);
    if (keys.has(JSON.stringify(key))) return [...key, ...path.slice(length)];
  }
  return undefined;
}

/**
 * Where a time can be in a row. Beside a table, objects are taken apart but for those that it has as a whole. Else an object
 * is there with its members or, where one of the records lacks it, as a whole.
 */
function valuePaths(path: InnerPath, side: string, wholes: Wholes | undefined): InnerPath[] {
  if (wholes) {
    const [name, ...rest] = besideTable(path, wholes);
    return [[name, side, ...rest]];
  }
  const names = namesDown(path);
  const rest = path.slice(names.length);
  return names.map((_, at) => [...names.slice(0, at + 1), side, ...names.slice(at + 1), ...rest]);
}

function inRow<Step extends string | null>([first, ...rest]: readonly Step[]): (Step | string)[] {
  return [first === null ? first : memberName(first), ...rest];
}
