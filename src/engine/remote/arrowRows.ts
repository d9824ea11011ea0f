import { type Batch, type DataType, type Table, tableFromIPC, Type } from '@uwdata/flechette';
import { said } from '../../said/said.ts';
import { closeBrace, lineFeed, minus, zero } from '../ascii.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { appendJsonString } from '../sink/jsonText.ts';
import { Timestamp } from '../query/value/time.ts';
import type { ColumnTypes } from './columnKind.ts';
import { RemoteError } from './remoteError.ts';

/** Rows that are written at once. */
const rowsAtOnce = 1024;

const nothing = Buffer.from('null');

/**
 * The rows of a message of Arrow's IPC format as JSON Lines, some at a time. Whole numbers and decimals keep all of their digits;
 * times are written as our language writes them; bytes as base64. What is no number of JSON (NaN, infinity) is null.
 * @throws RemoteError where it has a type that no JSON stands for
 */
export function* jsonLines(message: Uint8Array): Generator<Buffer> {
  const table = tableOf(message);
  const columns = table.schema.fields.map(({ name, type }, i) => ({
    key: Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    write: writerOf(type),
    batches: table.getChildAt(i).data,
  }));
  const lines = new ByteBuilder();
  for (let at = 0; at < (columns[0]?.batches.length ?? 0); at++) {
    const cells = columns.map(({ key, write, batches }) => ({ key, write: cellWriter(batches[at], write) }));
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

type CellWriter = (row: number, to: ByteBuilder) => void;

/** Texts and whole numbers, of which results are made for the most part, are written without becoming values of JavaScript. */
function cellWriter(batch: Batch<unknown>, write: Writer): CellWriter {
  const { type, values, offsets } = batch;
  const writeValue: CellWriter = (row, to) => to.text(write(batch.at(row)));
  if (type.typeId === Type.Utf8 && values instanceof Uint8Array && offsets instanceof Int32Array) {
    return (row, to) => {
      if (!isPresent(batch, row)) to.copy(nothing);
      else appendJsonString(to, values, offsets[row], offsets[row + 1]);
    };
  }
  if (type.typeId === Type.Int && values instanceof BigInt64Array) {
    return (row, to) => {
      const value = Number(values[row]);
      if (!isPresent(batch, row)) to.copy(nothing);
      else if (Number.isSafeInteger(value)) digits(value, to);
      else writeValue(row, to);
    };
  }
  return writeValue;
}

/** Where no value is missing, there may be no bits that say so. */
function isPresent(batch: Batch<unknown>, row: number): boolean {
  return batch.nullCount === 0 || batch.isValid(row);
}

/** Writes a safe integer. */
function digits(value: number, to: ByteBuilder): void {
  let rest = Math.abs(value);
  if (value < 0) to.byte(minus);
  let unit = 1;
  while (rest / unit >= 10) unit *= 10;
  for (; unit >= 1; unit /= 10) {
    const digit = Math.floor(rest / unit);
    to.byte(zero + digit);
    rest -= digit * unit;
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

/** Writes a value that was read from a column, as JSON. */
type Writer = (value: unknown) => string;

function writerOf(type: DataType): Writer {
  const write = presentWriter(type);
  return (value) => (value === null || value === undefined ? 'null' : write(value));
}

function presentWriter(type: DataType): Writer {
  switch (type.typeId) {
    case Type.Null:
      return () => 'null';
    case Type.Int:
    case Type.Bool:
      return String;
    case Type.Float:
      return type.precision === 1
        ? (value) => single(Number(value))
        : (value) => JSON.stringify(Number(value));
    case Type.Decimal:
      return (value) => decimal(value, type.scale);
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return (value) => JSON.stringify(value);
    case Type.Date:
      return (value) => JSON.stringify(new Timestamp(Number(value), 0, true).toString());
    case Type.Timestamp:
      return (value) => JSON.stringify(timestamp(Number(value)));
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
      return (value) => JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const write = writerOf(type.children[0].type);
      return (value) => `[${Array.from(value as Iterable<unknown>, write).join(',')}]`;
    }
    case Type.Struct: {
      const members = type.children.map(({ name, type: of }) => ({ name, write: writerOf(of) }));
      return (value) => {
        const object = value as Record<string, unknown>;
        return `{${members.map(({ name, write }) => `${JSON.stringify(name)}:${write(object[name])}`).join(',')}}`;
      };
    }
    case Type.Map: {
      const { type: pair } = type.children[0];
      if (pair.typeId !== Type.Struct) throw new TypeError('A map of Arrow is no list of pairs.');
      const write = writerOf(pair.children[1].type);
      return (value) => {
        const pairs = value as readonly (readonly [unknown, unknown])[];
        return `{${pairs.map(([name, of]) => `${JSON.stringify(String(name))}:${write(of)}`).join(',')}}`;
      };
    }
    default:
      throw new RemoteError(
        'query',
        said`The result has a column of a type that cannot be written, such as an interval: cast it to text.`,
      );
  }
}

/** The shortest text that is the same number in 32 bits. */
function single(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** All digits, as Arrow has them: those after the mark are `scale`. */
function decimal(value: unknown, scale: number): string {
  const text = String(value);
  if (scale <= 0) return text;
  const digits = text.replace('-', '').padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  const whole = `${text.startsWith('-') ? '-' : ''}${digits.slice(0, -scale)}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** From milliseconds with a fraction. */
function timestamp(value: number): string {
  const micros = Math.round((value - Math.floor(value)) * 1000);
  return new Timestamp(Math.floor(value) + Math.floor(micros / 1000), (micros % 1000) * 1000).toString();
}
