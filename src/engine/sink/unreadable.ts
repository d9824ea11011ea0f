import { isUtf8 } from 'node:buffer';
import { Fault } from '../fault.ts';
import type { FieldText } from '../format/driver.ts';
import type { RecordBlock } from '../format/record.ts';
import { reasonIn } from '../format/recordBlocks.ts';
import type { ByteBuilder } from '../byteBuilder.ts';
import { appendJsonString } from './jsonText.ts';

/**
 * Appends what stands, in another format, for a record that cannot be read: an object with the reason and the
 * text. Only a query that asks for `_error` selects such records.
 */
export function appendUnreadable(out: ByteBuilder, block: RecordBlock, record: number): void {
  out.text(`{"_error":${JSON.stringify(reasonIn(block, record))},"_raw":`);
  appendText(out, rawRecord(block, record));
  out.text('}');
}

export function faultOf(block: RecordBlock, record: number): Fault {
  return (block.faults[record] ?? Fault.None) as Fault;
}

export function rawRecord({ bytes, starts, ends }: RecordBlock, record: number): Uint8Array {
  return bytes.subarray(starts[record], ends[record]);
}

/** Appends bytes as a JSON string, U+FFFD in place of what is not UTF-8. */
export function appendText(out: ByteBuilder, bytes: Uint8Array): void {
  appendJsonString(out, isUtf8(bytes) ? bytes : repaired(bytes));
}

/** UTF-8 with U+FFFD in place of what was not. */
export function repaired(bytes: Uint8Array): Uint8Array {
  return encoder.encode(decoder.decode(bytes));
}

/** The cell with U+FFFD in place of what is not UTF-8. Only a record with a fault can need it. */
export function asUnicode(cell: FieldText, block: RecordBlock, record: number): FieldText {
  if (faultOf(block, record) === Fault.None) return cell;
  const text = cell.bytes.subarray(cell.start, cell.end);
  if (isUtf8(text)) return cell;
  const bytes = repaired(text);
  return { bytes, start: 0, end: bytes.length };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
