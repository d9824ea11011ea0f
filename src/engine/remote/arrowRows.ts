import { type Batch, type Table, tableFromIPC, Type } from '@uwdata/flechette';
import { ByteBuilder } from '../byteBuilder.ts';
import { woven, type WovenColumn } from '../kernel/weaveKernel.ts';
import { cellWriter, validityOf } from './arrowCells.ts';
import type { ColumnTypes } from './columnKind.ts';

/** Rows that are written at once: a multiple of 8, as there is a bit for each. */
const rowsAtOnce = 4096;

/**
 * The rows of a message of Arrow's IPC format as JSON Lines, some at a time. Whole numbers and decimals keep all of their digits;
 * times are written as our language writes them; bytes as base64. What is no number of JSON (NaN, infinity) is null.
 * @throws RemoteError where it has a type that no JSON stands for
 */
export function* jsonLines(message: Uint8Array): Generator<Buffer> {
  const table = tableOf(message);
  const columns = table.schema.fields.map(({ name }, i) => ({
    key: Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    batches: table.getChildAt(i).data,
  }));
  for (let at = 0; at < (columns[0]?.batches.length ?? 0); at++) {
    const writers = columns.map(({ key, batches }) => columnWriter(key, batches[at]));
    const rows = columns[0].batches[at].length;
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(rows, from + rowsAtOnce);
      const parts = writers.map((write) => write(from, to));
      for (const lines of woven(parts, to - from)) yield Buffer.from(lines);
    }
  }
}

/** Makes a column of the rows [from, to): as it stands where the kernel can write its values, else of cells that are written. */
function columnWriter(key: Uint8Array, batch: Batch<unknown>): (from: number, to: number) => WovenColumn {
  const { type, values, offsets } = batch;
  const bits = batch.nullCount > 0 ? validityOf(batch) : undefined;
  const head = (from: number, to: number): Pick<WovenColumn, 'key' | 'present'> => ({
    key,
    present: bits?.subarray(from >> 3, (to + 7) >> 3),
  });
  if (type.typeId === Type.Utf8 && values instanceof Uint8Array && offsets instanceof Int32Array)
    return (from, to) => ({
      ...head(from, to),
      kind: 'text',
      bytes: values,
      offsets: offsets.subarray(from, to + 1),
    });
  if (type.typeId === Type.Int && values instanceof Int32Array)
    return (from, to) => ({ ...head(from, to), kind: 'int32', values: values.subarray(from, to) });
  if (type.typeId === Type.Int && values instanceof BigInt64Array)
    return (from, to) => ({ ...head(from, to), kind: 'int64', values: values.subarray(from, to) });
  if (type.typeId === Type.Float && values instanceof Float64Array)
    return (from, to) => ({ ...head(from, to), kind: 'json', ...numbersIn(values.subarray(from, to)) });
  const write = cellWriter(batch);
  const cells = new ByteBuilder();
  return (from, to) => {
    cells.clear();
    const ends = new Int32Array(to - from + 1);
    for (let row = from; row < to; row++) {
      write(row, cells);
      ends[row - from + 1] = cells.length;
    }
    return { key, present: undefined, kind: 'json', bytes: cells.view(), offsets: ends };
  };
}

/** One text for all: to write each by itself would take longer than to make it. */
function numbersIn(values: Float64Array): { bytes: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(values.length + 1);
  let text = '';
  for (let at = 0; at < values.length; at++) {
    text += Number.isFinite(values[at]) ? String(values[at]) : 'null';
    offsets[at + 1] = text.length;
  }
  return { bytes: Buffer.from(text, 'latin1'), offsets };
}

/** The columns of a message. */
export function columnTypes(message: Uint8Array): ColumnTypes {
  return new Map(tableOf(message).schema.fields.map(({ name, type }) => [name, type]));
}

/** The names of the columns of a message. */
export function columnNames(message: Uint8Array): string[] {
  return tableOf(message).schema.fields.map(({ name }) => name);
}

function tableOf(message: Uint8Array): Table {
  // Columns are read in place, and begin at multiples of 8 bytes from the start of the message: a copy is aligned.
  return tableFromIPC(new Uint8Array(message), { useBigInt: true, useDecimalInt: true, useDate: false });
}
