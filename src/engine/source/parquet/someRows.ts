import type { Step } from '../compressed/decoded.ts';
import type { Mark, Marks } from '../compressed/marks.ts';
import type { Source } from '../source.ts';
import { ReadAhead } from './chunkBytes.ts';
import type { Footer } from './footer.ts';
import { GroupReader, numbered, type NumberedGroup } from './groupReader.ts';
import { lineOf, type ColumnWriter } from './jsonText.ts';
import { turn } from './leafReader.ts';
import { placeOf } from './rowGroups.ts';

/** Characters of lines that are put in order at a time, about: few at first, for who waits for the first rows. */
const [shortBatch, longBatch] = [256 * 1024, 8 * 1024 * 1024];
const mostRows = 65_536;

/**
 * Rows by their numbers, in the order of these: of a batch of them, those that are near each other in the file are read
 * together, and pages between them are passed over. Rows in the order of the file are each read once.
 */
export async function* decodeSome(
  base: Source,
  from: Mark,
  marks: Marks,
  { footer, columns, rows }: SomeRows,
): AsyncGenerator<Step, void> {
  // There may be no row group either.
  if (rows.length === 0) return;
  const groups = numbered(footer.rowGroups);
  const ahead = new ReadAhead(littleAhead);
  let { position, row: next = 0 } = from;
  let reader: GroupReader | undefined;
  let count = Math.min(mostRows, Math.ceil(shortBatch / lengthOf(groups)));
  while (next < rows.length) {
    const batch = rows.subarray(next, next + count);
    // Of each, its place in the batch and its number.
    const inFile = Array.from(batch, (row, at) => ({ row, at })).sort((a, b) => a.row - b.row);
    const lines = new Array<string>(batch.length);
    let length = 0;
    for (let i = 0; i < inFile.length;) {
      const { row } = inFile[i];
      if (!reader || row < reader.of.first + reader.done || row >= reader.of.first + reader.of.rows) {
        const of = groupOf(groups, row);
        if (!of) throw new RangeError(`The file has no row ${row}.`);
        reader = new GroupReader(base, footer.stored, of, columns, ahead, () => position);
      }
      const { first } = reader.of;
      yield* reader.goTo(row - first);
      let last = i;
      while (inFile.at(last + 1)?.row === inFile[last].row + 1) last++;
      const wanted = Math.min(last - i + 1, first + reader.of.rows - row);
      const taken = yield* reader.take(wanted);
      for (let k = 0; k < taken.count; k++, i++) {
        const line = lineOf(taken.columns, taken.values, k);
        lines[inFile[i].at] = line;
        length += line.length;
      }
      if (i % turnEvery < taken.count) await turn();
    }
    const bytes = Buffer.from(lines.join(''));
    yield bytes;
    next += batch.length;
    position += bytes.length;
    ahead.grow(bytes.length);
    if (marks.wants(position)) {
      marks.add({ position, at: Math.round(((base.size ?? 0) * next) / rows.length), row: next });
    }
    const fitting = Math.floor((longBatch * batch.length) / Math.max(1, length));
    count = Math.max(1, Math.min(mostRows, 4 * count, fitting));
  }
}

export interface SomeRows {
  readonly footer: Footer;
  readonly columns: readonly ColumnWriter[];
  /** Their numbers, from 0, each once. */
  readonly rows: Float64Array;
}

const turnEvery = 256;
/** Of each column, there may be one row in a row group. */
const littleAhead = 8 * 1024;

/** Characters of a row, about. */
function lengthOf(groups: readonly NumberedGroup[]): number {
  const [first] = groups;
  const { length, decoded } = placeOf(first.group);
  return Math.max(16, Math.max(length, decoded) / Math.max(1, first.rows));
}

/** The row group that a row is in. */
function groupOf(groups: readonly NumberedGroup[], row: number): NumberedGroup | undefined {
  let [low, high] = [0, groups.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (groups[middle].first + groups[middle].rows <= row) low = middle + 1;
    else high = middle;
  }
  return groups.at(low);
}
