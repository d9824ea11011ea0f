import type { ListColumn, ScalarColumn, StructColumn, TextColumn, TypedColumn } from '../typed/column.ts';

/**
 * The values of a column that holds no others, and where in the rows they stand, as Parquet keeps it: an entry for each value, and
 * for each place where a value could be and is none. The levels are Dremel's: https://github.com/apache/parquet-format, Nested
 * Encoding.
 */
export interface Leaf {
  /** The names in the schema that lead to it. */
  readonly path: readonly string[];
  readonly column: ScalarColumn | TextColumn;
  /** How many entries there are. */
  readonly count: number;
  /** Of each entry, how much of its path is there; `maxDefinition` where there is a value. */
  readonly definitions: Uint8Array;
  readonly maxDefinition: number;
  /** Of each entry, which list on its path goes on with it; undefined where there is no list. */
  readonly repetitions: Uint8Array | undefined;
  readonly maxRepetition: number;
  /** Of each entry with a value, which of the column's it is; undefined where they are the entries themselves. */
  readonly places: Int32Array | undefined;
}

/** Entries of what stands above a column. Of those without a value, the place is -1. */
interface Entries {
  readonly count: number;
  readonly definitions: Uint8Array;
  readonly repetitions: Uint8Array | undefined;
  readonly maxRepetition: number;
  readonly places: Int32Array | undefined;
}

/** The leaves of a column, in the order of the schema. */
export function leavesOf(name: string, column: TypedColumn, rows: number): Leaf[] {
  const leaves: Leaf[] = [];
  const entries = {
    count: rows,
    definitions: new Uint8Array(rows),
    repetitions: undefined,
    maxRepetition: 0,
    places: undefined,
  };
  addLeaves(leaves, [name], column, entries, 0);
  return leaves;
}

/** @param level how much of its path is there where the column begins to be */
function addLeaves(
  leaves: Leaf[],
  path: readonly string[],
  column: TypedColumn,
  above: Entries,
  level: number,
): void {
  switch (column.kind) {
    case 'struct': {
      const entries = entriesOfStruct(column, above, level);
      for (const [key, member] of column.members)
        addLeaves(leaves, [...path, key], member, entries, level + 1);
      return;
    }
    case 'list':
      addLeaves(
        leaves,
        [...path, 'list', 'element'],
        column.items,
        entriesOfList(column, above, level),
        level + 2,
      );
      return;
    default: {
      const { present } = column;
      const { count, places } = above;
      const definitions = above.definitions.slice();
      if (!places && column.nulls === 0) definitions.fill(level + 1);
      else
        for (let entry = 0; entry < count; entry++) {
          const place = places ? places[entry] : entry;
          if (place >= 0 && present[place] === 1) definitions[entry] = level + 1;
        }
      leaves.push({ ...above, path, column, definitions, maxDefinition: level + 1 });
    }
  }
}

function entriesOfStruct({ present, nulls }: StructColumn, above: Entries, level: number): Entries {
  const { count } = above;
  if (!above.places && nulls === 0) return { ...above, definitions: new Uint8Array(count).fill(level + 1) };
  const definitions = above.definitions.slice();
  const places = new Int32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const place = above.places ? above.places[entry] : entry;
    const isThere = place >= 0 && present[place] === 1;
    places[entry] = isThere ? place : -1;
    if (isThere) definitions[entry] = level + 1;
  }
  return { ...above, definitions, places };
}

/** An entry for each item, and one for each list that has none or is null. */
function entriesOfList({ present, offsets }: ListColumn, above: Entries, level: number): Entries {
  let count = 0;
  for (let entry = 0; entry < above.count; entry++) {
    const place = above.places ? above.places[entry] : entry;
    count += place >= 0 && present[place] === 1 ? Math.max(1, offsets[place + 1] - offsets[place]) : 1;
  }
  const maxRepetition = above.maxRepetition + 1;
  const definitions = new Uint8Array(count);
  const repetitions = new Uint8Array(count);
  const places = new Int32Array(count).fill(-1);
  let to = 0;
  for (let entry = 0; entry < above.count; entry++) {
    const place = above.places ? above.places[entry] : entry;
    repetitions[to] = above.repetitions?.[entry] ?? 0;
    const isThere = place >= 0 && present[place] === 1;
    const end = isThere ? offsets[place + 1] : 0;
    let item = isThere ? offsets[place] : 0;
    if (item === end) {
      definitions[to++] = isThere ? level + 1 : above.definitions[entry];
      continue;
    }
    places[to] = item;
    definitions[to++] = level + 2;
    while (++item < end) {
      places[to] = item;
      repetitions[to] = maxRepetition;
      definitions[to++] = level + 2;
    }
  }
  return { count, definitions, repetitions, maxRepetition, places };
}
