import { closeBrace, comma, openBrace } from '../ascii.ts';
import { isReadable } from '../fault.ts';
import type { FieldReader } from '../format/driver.ts';
import type { RecordBlock } from '../format/record.ts';
import type { AppendRecord } from './appendRecord.ts';
import type { ByteBuilder } from '../byteBuilder.ts';
import { appendJsonString, appendOnOneLine } from './jsonText.ts';
import { mayHoldNaN, strictJson } from './strictJson.ts';
import { appendUnreadable, asUnicode, faultOf } from './unreadable.ts';

/** Stands before each element of an array; the first one's comma is taken away when the parts are put together. */
export const elementSeparator = new TextEncoder().encode(',\n');

/**
 * JSON values, byte for byte but for line ends between their parts, which `oneLine` leaves out, and for `NaN` and `Infinity`,
 * which are texts.
 */
export function jsonAsJson(oneLine: boolean, out: ByteBuilder): AppendRecord {
  const appendJson = (bytes: Uint8Array, start = 0, end = bytes.length): void =>
    oneLine ? appendOnOneLine(out, bytes, start, end) : out.copy(bytes, start, end);
  let looked: RecordBlock | undefined;
  let isStrict = true;
  return (block, record) => {
    if (block !== looked) isStrict = !mayHoldNaN(block.bytes);
    looked = block;
    const start = block.starts[record] ?? 0;
    const end = block.ends[record] ?? 0;
    if (!isReadable(faultOf(block, record))) {
      appendUnreadable(out, block, record);
      return;
    }
    if (!isStrict) appendJson(strictJson(block.bytes.subarray(start, end)));
    else appendJson(block.bytes, start, end);
  };
}

/**
 * Rows of a table as objects: every cell is a string, exactly its text; one that queries take for NULL is null. A field that
 * a short row lacks is left out.
 */
export function fieldsAsJson(source: FieldReader, out: ByteBuilder): AppendRecord {
  const keys: Uint8Array[] = [];

  function keyOf(column: number): Uint8Array {
    const key = keys[column] ?? encoder.encode(`${JSON.stringify(source.name(column))}:`);
    keys[column] = key;
    return key;
  }

  return (block, record) => {
    if (!isReadable(faultOf(block, record))) {
      appendUnreadable(out, block, record);
      return;
    }
    const count = source.read(block, record);
    out.byte(openBrace);
    for (let column = 0; column < count; column++) {
      if (column > 0) out.byte(comma);
      out.copy(keyOf(column));
      if (source.isNull(column)) {
        out.copy(jsonNull);
        continue;
      }
      const { bytes, start, end } = asUnicode(source.text(column), block, record);
      appendJsonString(out, bytes, start, end);
    }
    out.byte(closeBrace);
  };
}

const encoder = new TextEncoder();
const jsonNull = encoder.encode('null');
