import type { CodedValues, WholeNumbers } from '../format/fieldColumn.ts';
import { FieldColumn, Kind } from '../format/record.ts';
import { packedKernel } from '../kernel/packed.ts';

/** Numbers that lie within so many whole ones are counted by those. */
const mostWholes = 1024;

/** The different values of a column in some rows, in the order in which they come first: each as one row. */
export interface CountedColumn {
  readonly column: FieldColumn;
  readonly bytes: Uint8Array;
  /** In how many rows each is. */
  readonly counts: Uint32Array;
}

let codes = new Uint16Array(0);
let counts = new Uint32Array(0);
let order = new Uint32Array(0);

/**
 * Counts the values of a column that is kept as codes; undefined where it is not.
 * @param all rows that the column has
 */
export function countedColumn(
  values: FieldColumn,
  rows: Uint32Array,
  all: number,
): CountedColumn | undefined {
  const { coded } = values;
  if (coded) return ofCodes(coded, rows, all);
  const { wholes } = values;
  return wholes && wholes.most < mostWholes ? ofWholes(values, wholes, rows, all) : undefined;
}

function ofCodes(coded: CodedValues, rows: Uint32Array, all: number): CountedColumn {
  const { values, bytes } = coded;
  const distinct = count(coded.codes, coded.count, rows, all);
  const own = columnOf(distinct, values.numbers.length > 0);
  const { kinds, starts, ends, numbers } = values;
  const from = starts[0];
  for (let at = 0; at < distinct; at++) {
    const code = order[at];
    own.kinds[at] = kinds[code];
    own.starts[at] = starts[code] - from;
    own.ends[at] = ends[code] - from;
    if (numbers.length > 0) own.numbers[at] = numbers[code];
    own.counts[at] = counts[code];
  }
  return { column: own.column, bytes: bytes.subarray(from, ends[coded.count - 1]), counts: own.counts };
}

function ofWholes(values: FieldColumn, wholes: WholeNumbers, rows: Uint32Array, all: number): CountedColumn {
  const { packed, most } = wholes;
  if (codes.length < all) codes = new Uint16Array(2 * all);
  packedKernel().codes(packed, codes.subarray(0, all));
  // Records without a number have codes of their own, behind those of the numbers.
  if (wholes.known() !== true) {
    const { kinds } = values;
    for (let row = 0; row < all; row++) if (kinds[row] <= Kind.Null) codes[row] = most + 1 + kinds[row];
  }
  const distinct = count(codes, most + 3, rows, all);
  const own = columnOf(distinct, true);
  const numbers = new Uint32Array(distinct);
  for (let at = 0; at < distinct; at++) if (order[at] <= most) numbers[at] = order[at];
  const { column, bytes } = wholes.values(numbers);
  for (let at = 0; at < distinct; at++) {
    const code = order[at];
    const isNumber = code <= most;
    own.kinds[at] = isNumber ? column.kinds[at] : code - most - 1;
    own.starts[at] = column.starts[at];
    own.ends[at] = column.ends[at];
    own.numbers[at] = isNumber ? column.numbers[at] : NaN;
    own.counts[at] = counts[code];
  }
  return { column: own.column, bytes, counts: own.counts };
}

function columnOf(
  count: number,
  hasNumbers: boolean,
): { column: FieldColumn; counts: Uint32Array } & Pick<FieldColumn, 'kinds' | 'starts' | 'ends' | 'numbers'> {
  const kinds = new Uint8Array(count);
  const [starts, ends, counts] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const numbers = new Float64Array(hasNumbers ? count : 0);
  return { column: new FieldColumn(kinds, starts, ends, numbers), kinds, starts, ends, numbers, counts };
}

/** Fills in `counts`, and `order` with the codes that there are. @param size one past the greatest code */
function count(codes: Uint16Array, size: number, rows: Uint32Array, all: number): number {
  if (counts.length < size) {
    counts = new Uint32Array(2 * size);
    order = new Uint32Array(2 * size);
  }
  counts.fill(0, 0, size);
  let distinct = 0;
  if (rows.length === all) {
    for (let row = 0; row < all; row++) if (counts[codes[row]]++ === 0) order[distinct++] = codes[row];
  } else {
    for (const row of rows) if (counts[codes[row]]++ === 0) order[distinct++] = codes[row];
  }
  return distinct;
}
