import type { Format } from '../format/driver.ts';
import type { RecordBlock } from '../format/record.ts';
import { cellValue } from './cells.ts';
import { merge, nothingSeen, see, seeNumber, seeText, type Seen } from './seen.ts';
import { jsonValues, rowValues } from './values.ts';
import { parseWholeNumbers } from './wholeNumbers.ts';

/** Looks at the records of one part of a file, for a schema of it. */
export interface Seer {
  add(block: RecordBlock, selection: Uint32Array, count: number): void;
  /** Plain data for `SeenFile`. */
  take(): SeenPart;
}

/** The values of JSON records; or the cells of each column, as text and as what they read as. */
export type SeenPart =
  | { readonly kind: 'values'; readonly seen: Seen }
  | { readonly kind: 'cells'; readonly rows: number; readonly columns: ReadonlyMap<string, SeenCells> };

/** The cells of a column that are not empty. */
export interface SeenCells {
  cells: number;
  /** What all are as texts, and those that read as numbers, or as true or false. */
  readonly texts: Seen;
  readonly numbers: Seen;
  booleans: number;
}

export function seerOf(format: Format): Seer {
  return format.fields ? cellSeer(format) : valueSeer();
}

function valueSeer(): Seer {
  const seen = nothingSeen();
  return {
    add(block, selection, count) {
      const values = jsonValues(block, parseWholeNumbers);
      for (let i = 0; i < count; i++) see(seen, values(selection[i]));
    },
    take: () => ({ kind: 'values', seen }),
  };
}

function cellSeer(format: Format): Seer {
  const columns = new Map<string, SeenCells>();
  const named = format.layout.names === 'columns' ? format.layout.columns.length : 0;
  const rowsOf = rowValues(format, (text, column, reading): ReadCell | undefined => {
    // A schema says nothing of cells that are in no column.
    if (column >= named) return undefined;
    // What begins with zeros is a code, which would lose them.
    const isCode = /^[+-]?0\d/.test(text);
    return { text, value: isCode ? text : cellValue(text, cellsOfAnyType, reading, true) };
  });
  let rows = 0;
  return {
    add(block, selection, count) {
      const values = rowsOf(block);
      rows += count;
      for (let i = 0; i < count; i++) {
        for (const [name, cell] of Object.entries(
          values(selection[i]) as Record<string, ReadCell | undefined>,
        )) {
          if (cell) seeCell(columns, name, cell);
        }
      }
    },
    take: () => ({ kind: 'cells', rows, columns }),
  };
}

interface ReadCell {
  readonly text: string;
  readonly value: unknown;
}

const cellsOfAnyType = { number: true, boolean: true, json: false };

function seeCell(columns: Map<string, SeenCells>, name: string, { text, value }: ReadCell): void {
  let column = columns.get(name);
  if (!column) columns.set(name, (column = noCells()));
  column.cells++;
  seeText(column.texts, text);
  if (typeof value === 'number' || typeof value === 'bigint') seeNumber(column.numbers, value);
  if (typeof value === 'boolean') column.booleans++;
}

function noCells(): SeenCells {
  return { cells: 0, texts: nothingSeen(), numbers: nothingSeen(), booleans: 0 };
}

/** Puts together what was seen in the parts of a file, each of which is void once it was taken in. */
export class SeenFile {
  readonly #values = nothingSeen();
  readonly #columns = new Map<string, SeenCells>();
  #rows = 0;

  add(part: SeenPart): void {
    if (part.kind === 'values') {
      merge(this.#values, part.seen);
      return;
    }
    this.#rows += part.rows;
    for (const [name, cells] of part.columns) {
      const known = this.#columns.get(name);
      if (!known) {
        this.#columns.set(name, cells);
        continue;
      }
      known.cells += cells.cells;
      known.booleans += cells.booleans;
      merge(known.texts, cells.texts);
      merge(known.numbers, cells.numbers);
    }
  }

  /** What was seen in all; to be asked once. */
  finish(): Seen {
    const all = this.#values;
    all.objects += this.#rows;
    for (const [name, column] of this.#columns) {
      all.members.set(name, { objects: column.cells, seen: seenOf(column) });
    }
    return all;
  }
}

/** A column is of numbers, or of true and false, where all of its cells are. */
function seenOf({ cells, texts, numbers, booleans }: SeenCells): Seen {
  if (numbers.integers + numbers.fractions === cells) return numbers;
  return booleans === cells ? { ...nothingSeen(), hasTrue: true, hasFalse: true } : texts;
}
