import { isAscii } from 'node:buffer';
import { parseJson } from '../../protocol/jsonValue.ts';
import type { Format } from '../format/driver.ts';
import type { CellReading } from '../format/csv/cellReading.ts';
import type { RecordBlock } from '../format/record.ts';

/** The records of a block as values, by their index. */
export type RecordValues = (record: number) => unknown;

/** Text of more bytes than this is not made in one go. */
const longestText = 64 * 1024 * 1024;

/** Records of JSON. Where a block is ASCII, as most are, its text is made in one go. */
export function jsonValues(block: RecordBlock, parse: (text: string) => unknown = parseJson): RecordValues {
  const { bytes, starts, ends, count } = block;
  if (count === 0) return () => undefined;
  const first = starts[0];
  const all = bytes.subarray(first, ends[count - 1]);
  const buffer = Buffer.from(all.buffer, all.byteOffset, all.length);
  if (all.length <= longestText && isAscii(all)) {
    const text = buffer.toString('latin1');
    return (record) => parse(text.slice(starts[record] - first, ends[record] - first));
  }
  return singleValues(block, parse);
}

/** The same where few of the records are asked for. */
export function singleValues(
  { bytes, starts, ends }: RecordBlock,
  parse: (text: string) => unknown = parseJson,
): RecordValues {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (record) => parse(buffer.toString('utf8', starts[record], ends[record]));
}

/**
 * The rows of a table as objects. A cell without anything in it is a member that is missing.
 * @param valueOf what a cell is, by the number of its column
 */
export function rowValues(
  format: Format,
  valueOf: (text: string, column: number, reading: CellReading | undefined) => unknown,
): (block: RecordBlock) => RecordValues {
  const fields = format.fields?.();
  const { layout } = format;
  if (fields === undefined || layout.names !== 'columns') throw new TypeError('The records are no rows.');
  return (block) => (record) => {
    const values: Record<string, unknown> = {};
    const count = fields.read(block, record);
    for (let column = 0; column < count; column++) {
      if (fields.isNull(column)) continue;
      const { bytes, start, end } = fields.text(column);
      const text = decoder.decode(bytes.subarray(start, end));
      setMember(values, fields.name(column), valueOf(text, column, layout.readings?.at(column)));
    }
    return values;
  };
}

/** As `JSON.parse` does. */
function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
