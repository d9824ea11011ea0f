import type { RowGroup } from 'hyparquet/src/types.js';
import type { Step } from '../compressed/decoded.ts';
import type { Mark, Marks } from '../compressed/marks.ts';
import type { SourcePart } from '../part.ts';
import type { Source } from '../source.ts';
import { ReadAhead } from './chunkBytes.ts';
import { readFooter } from './footer.ts';
import { GroupReader, numbered, type GroupRows } from './groupReader.ts';
import { columnWriters, lineOf } from './jsonText.ts';
import { turn } from './leafReader.ts';
import { mayHold, placeOf } from './rowGroups.ts';
import { decodeSome } from './someRows.ts';

/** Where more than this is decoded in vain to begin in the middle of a row group, there are few such places. */
const littleWaste = 4 * 1024 * 1024;
/** Characters of JSON after which a chunk is given, and others have their turn. */
const chunkLength = 1024 * 1024;

/** See `Codec.decode`. Of each column, pages are read as their rows come: the first rows need the first pages alone. */
export async function* decodeRows(
  base: Source,
  from: Mark,
  marks: Marks,
  part: SourcePart | undefined,
): AsyncGenerator<Step, void> {
  const footer = yield* readFooter(base);
  const { rowGroups, schema, stored } = footer;
  const all = columnWriters(schema);
  const wanted = part?.columns && new Set(part.columns);
  const columns = wanted ? all.filter(({ name }) => wanted.has(name)) : all;
  if (part?.rows) {
    yield* decodeSome(base, from, marks, { footer, columns, rows: part.rows });
    return;
  }
  const bounds = part?.bounds ?? [];
  const ahead = new ReadAhead();
  let { position } = from;
  let slice: Slice | undefined;
  const { row: start = 0 } = from;
  for (const of of numbered(rowGroups)) {
    const { group, first, rows } = of;
    if (first + rows <= start || rows === 0) continue;
    const { at, length } = placeOf(group);
    slice ??= new Slice(group);
    const read = bounds.length === 0 || mayHold(group, schema, bounds) ? columns : [];
    const reader = new GroupReader(base, stored, of, read, ahead, () => position);
    yield* reader.goTo(Math.max(0, start - first));
    while (reader.done < rows) {
      const { done } = reader;
      // Decompressing is an eighth of the work of making JSON.
      const waste = done === 0 ? 0 : reader.behind / 8;
      const since = position - marks.last.position;
      if (position > 0 && marks.wants(position) && (waste <= littleWaste || since > 64 * waste)) {
        marks.add({ position, at: at + Math.round((length * done) / rows), row: first + done, waste });
      }
      const began = position;
      for (const chunk of linesOf(yield* reader.take(Math.min(slice.rows, rows - done)))) {
        position += chunk.length;
        yield chunk;
        await turn();
      }
      slice.fit(position - began);
      ahead.grow(position - began);
    }
  }
}

/** Bytes of text that are made at a time: as much as the opening of a file looks at, and then more. */
const [shortSlice, usualSlice, longSlice] = [128 * 1024, 256 * 1024, 1024 * 1024];

/** How many rows are put together at a time. */
class Slice {
  #rows: number;

  constructor(group: RowGroup) {
    const { length, decoded } = placeOf(group);
    // What is compressed well is long in text.
    const row = Math.max(
      1,
      Math.max(length, decoded) / Number(group.num_rows) + nameLength * group.columns.length,
    );
    this.#rows = Math.min(mostRows, Math.ceil(shortSlice / row));
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param length bytes that its rows came to */
  fit(length: number): void {
    if (length < usualSlice) this.#rows = Math.min(mostRows, 2 * this.#rows);
    else if (length > longSlice) this.#rows = Math.max(1, this.#rows >> 1);
  }
}

const mostRows = 16_384;
/** Of a column, with what stands around it. */
const nameLength = 8;

function* linesOf({ columns, values, count }: GroupRows): Generator<Uint8Array> {
  let text = '';
  for (let row = 0; row < count; row++) {
    text += lineOf(columns, values, row);
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
