import { said } from '../../../said/said.ts';
import { partitionPoint } from '../../partitionPoint.ts';
import type { Step } from '../compressed/decoded.ts';
import type { Mark, Marks } from '../compressed/marks.ts';
import { SourceError, type Source } from '../source.ts';
import { ReadAhead } from './chunkBytes.ts';
import type { Footer } from './footer.ts';
import { GroupReader, numbered, type NumberedGroup } from './groupReader.ts';
import { lineOf, type ColumnWriter } from './jsonText.ts';
import { turn } from './leafReader.ts';
import { placeOf } from './rowGroups.ts';

/** Characters of lines that are put in order at a time, about: few at first, for who waits for the first rows. */
const [shortBatch, longBatch] = [256 * 1024, 8 * 1024 * 1024];
const mostRows = 65_536;
/** Rows next to each other whose values are held at a time. */
const mostTaken = 1024;

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
    const isInOrder = inFile.every(({ at }, i) => at === i);
    const mostLength = isInOrder ? longBatch : 2 * longBatch;
    const lines = new Array<string>(batch.length);
    let [made, length] = [0, 0];
    while (made < inFile.length && length <= mostLength) {
      const { row } = inFile[made];
      if (!reader || row < reader.of.first + reader.done || row >= reader.of.first + reader.of.rows) {
        const of = groupOf(groups, row);
        if (!of)
          throw new SourceError('changed', said`${base.name} has changed since it was opened.`, position);
        reader = new GroupReader(base, footer.stored, of, columns, ahead, () => position);
      }
      const { first } = reader.of;
      yield* reader.goTo(row - first);
      let wanted = 1;
      while (wanted < mostTaken && inFile.at(made + wanted)?.row === row + wanted) wanted++;
      const taken = yield* reader.take(Math.min(wanted, first + reader.of.rows - row));
      for (let k = 0; k < taken.count && length <= mostLength; k++, made++) {
        const line = lineOf(taken.columns, taken.values, k);
        lines[inFile[made].at] = line;
        length += line.length;
      }
      if (made % turnEvery < taken.count) await turn();
    }
    const fitting = Math.floor((longBatch * made) / Math.max(1, length));
    // Rows are longer than those before them: what is in order is given, and else there are fewer at a time.
    if (made < batch.length && !isInOrder) {
      count = Math.max(1, Math.min(batch.length >> 1, fitting));
      continue;
    }
    lines.length = made;
    const bytes = Buffer.from(lines.join(''));
    yield bytes;
    next += made;
    position += bytes.length;
    ahead.grow(bytes.length);
    if (marks.wants(position)) {
      marks.add({ position, at: Math.round(((base.size ?? 0) * next) / rows.length), row: next });
    }
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

/** Characters of a row, at least. */
const shortest = 16;

/** Characters of a row, about. */
function lengthOf(groups: readonly NumberedGroup[]): number {
  const first = groups.at(0);
  if (!first) return shortest;
  const { length, decoded } = placeOf(first.group);
  return Math.max(shortest, Math.max(length, decoded) / Math.max(1, first.rows));
}

/** The row group that a row is in. */
function groupOf(groups: readonly NumberedGroup[], row: number): NumberedGroup | undefined {
  return groups.at(partitionPoint(0, groups.length, (at) => groups[at].first + groups[at].rows <= row));
}
