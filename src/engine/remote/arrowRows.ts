import { type Table, tableFromIPC } from '@uwdata/flechette';
import { closeBrace, lineFeed } from '../ascii.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { cellWriter } from './arrowCells.ts';
import type { ColumnTypes } from './columnKind.ts';

/** Rows that are written at once. */
const rowsAtOnce = 1024;

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
  const lines = new ByteBuilder();
  for (let at = 0; at < (columns[0]?.batches.length ?? 0); at++) {
    const cells = columns.map(({ key, batches }) => ({ key, write: cellWriter(batches[at]) }));
    const rows = columns[0].batches[at].length;
    for (let row = 0; row < rows; row++) {
      for (const { key, write } of cells) {
        lines.copy(key);
        write(row, lines);
      }
      lines.byte(closeBrace);
      lines.byte(lineFeed);
      if (row % rowsAtOnce === rowsAtOnce - 1 || row === rows - 1) {
        const { buffer, byteOffset, length } = lines.take();
        yield Buffer.from(buffer, byteOffset, length);
      }
    }
  }
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
