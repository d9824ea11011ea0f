import { said } from '../../../said/said.ts';
import type { Step } from '../compressed/decoded.ts';
import type { Mark, Marks } from '../compressed/marks.ts';
import { SourceError, type Source } from '../source.ts';
import type { SourcePart } from '../part.ts';
import { ReadAhead } from './chunkBytes.ts';
import { ColumnReader } from './columnReader.ts';
import { readFooter } from './footer.ts';
import { columnWriters, type ColumnWriter } from './jsonText.ts';
import { turn } from './leafReader.ts';
import { mayHold, startOf } from './rowGroups.ts';

/** Rows that are put together at a time, at most: also where there are no columns to go by. */
const sliceRows = 16_384;
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
  for (const [index, group] of rowGroups.entries()) {
    const rows = Number(group.num_rows);
    const at = startOf(group);
    if (at < from.at || rows === 0) continue;
    if (position > 0 && marks.wants(position)) marks.add({ position, at });
    const read = bounds.length === 0 || mayHold(group, schema, bounds) ? columns : [];
    const values: ArrayLike<unknown>[] = [];
    let readers: ColumnReader[] = [];
    let name = '';
    try {
      readers = read.map((column) => {
        ({ name } = column);
        return new ColumnReader(base, stored, name, group, ahead);
      });
      for (let done = 0; done < rows;) {
        let count = Math.min(sliceRows, rows - done);
        for (const reader of readers) {
          ({ name } = reader);
          const ready = yield* reader.ready();
          if (ready === 0) throw new RangeError(`it has ${done} of ${rows} values`);
          count = Math.min(count, ready);
        }
        for (const [column, reader] of readers.entries()) {
          ({ name } = reader);
          values[column] = reader.take(count);
        }
        for (const chunk of linesOf(read, values, count)) {
          position += chunk.length;
          yield chunk;
          await turn();
        }
        done += count;
        ahead.grow();
      }
    } catch (error) {
      throw damaged(base, error, `row group ${index + 1}, column ${name}`, position);
    }
  }
}

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
