import { said } from '../../../said/said.ts';
import type { Step } from '../compressed/decoded.ts';
import type { Mark, Marks } from '../compressed/marks.ts';
import { SourceError, type Source } from '../source.ts';
import type { SourcePart } from '../part.ts';
import type { RowGroup } from 'hyparquet/src/types.js';
import { ReadAhead } from './chunkBytes.ts';
import { ColumnReader } from './columnReader.ts';
import { readFooter } from './footer.ts';
import { columnWriters, type ColumnWriter } from './jsonText.ts';
import { turn } from './leafReader.ts';
import { mayHold, placeOf } from './rowGroups.ts';

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
  const { rowGroups, schema, stored } = yield* readFooter(base);
  const all = columnWriters(schema);
  const wanted = part?.columns && new Set(part.columns);
  const columns = wanted ? all.filter(({ name }) => wanted.has(name)) : all;
  const bounds = part?.bounds ?? [];
  const ahead = new ReadAhead();
  let { position } = from;
  let slice: Slice | undefined;
  const { row: start = 0 } = from;
  let before = 0;
  for (const [index, group] of rowGroups.entries()) {
    const [first, rows] = [before, Number(group.num_rows)];
    before += rows;
    if (before <= start || rows === 0) continue;
    const { at, length } = placeOf(group);
    slice ??= new Slice(group);
    const read = bounds.length === 0 || mayHold(group, schema, bounds) ? columns : [];
    const values: ArrayLike<unknown>[] = [];
    let readers: ColumnReader[] = [];
    let name = '';
    try {
      readers = read.map((column) => {
        ({ name } = column);
        return new ColumnReader(base, stored, name, group, ahead);
      });
      let done = Math.max(0, start - first);
      for (const reader of done > 0 ? readers : []) {
        ({ name } = reader);
        yield* reader.seek(done);
      }
      while (done < rows) {
        // Decompressing is an eighth of the work of making JSON.
        const waste = done === 0 ? 0 : readers.reduce((sum, { behind }) => sum + behind, 0) / 8;
        const since = position - marks.last.position;
        if (position > 0 && marks.wants(position) && (waste <= littleWaste || since > 64 * waste)) {
          marks.add({ position, at: at + Math.round((length * done) / rows), row: first + done, waste });
        }
        let count = Math.min(slice.rows, rows - done);
        for (const reader of readers) {
          ({ name } = reader);
          const ready = yield* reader.ready(count);
          if (ready === 0) throw new RangeError(`it has ${done} of ${rows} values`);
          count = Math.min(count, ready);
        }
        for (const [column, reader] of readers.entries()) {
          ({ name } = reader);
          values[column] = reader.take(count);
        }
        const began = position;
        for (const chunk of linesOf(read, values, count)) {
          position += chunk.length;
          yield chunk;
          await turn();
        }
        done += count;
        slice.fit(position - began);
        ahead.grow(position - began);
      }
    } catch (error) {
      throw damaged(base, error, `row group ${index + 1}, column ${name}`, position);
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

function* linesOf(
  columns: readonly ColumnWriter[],
  values: readonly ArrayLike<unknown>[],
  rows: number,
): Generator<Uint8Array> {
  let text = '';
  for (let row = 0; row < rows; row++) {
    if (columns.length === 0) text += '{';
    for (const [column, { key, write }] of columns.entries()) {
      text += `${column === 0 ? '{' : ','}${key}:${write(values[column][row])}`;
    }
    text += '}\n';
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

function damaged({ name }: Source, error: unknown, where: string, position: number): unknown {
  if (error instanceof SourceError || !(error instanceof Error)) return error;
  const reason = error.message.replace(/^parquet /, '');
  const failure = reason.startsWith('unsupported') ? 'unsupported' : 'corrupt';
  const message =
    failure === 'unsupported'
      ? said`${name} cannot be read (${reason}; ${where}).`
      : said`${name} is damaged (${where}: ${reason}).`;
  return new SourceError(failure, message, position);
}
