import { isUtf8 } from 'node:buffer';
import { Fault } from '../fault.ts';
import { faultReason } from '../faultReason.ts';
import type { RecordBlock } from '../format/record.ts';
import type { ByteBuilder } from './byteBuilder.ts';
import { appendText, faultOf, rawRecord } from './unreadable.ts';

/** Where a block stands in its source: how many records and lines come before it. */
export interface BlockNumbers {
  readonly record: number;
  readonly line: number;
}

/**
 * Appends one JSON object, on a line of its own, for each malformed or odd record of a block: `record` and `line`
 * (1-based), `offset` in bytes from the start of the source, `reason`, `raw` (the record's text), and `at`, the
 * offset in bytes from the record's start of what is wrong. Where the record is not UTF-8, `raw` has U+FFFD in
 * place of what is not, and `raw_base64` has the bytes.
 */
export function appendRejects(out: ByteBuilder, block: RecordBlock, before: BlockNumbers): void {
  if (block.faulty === 0) return;
  for (let record = 0; record < block.count; record++) {
    if (faultOf(block, record) !== Fault.None) appendReject(out, block, record, before);
  }
}

function appendReject(out: ByteBuilder, block: RecordBlock, record: number, before: BlockNumbers): void {
  const place = {
    record: before.record + record + 1,
    line: before.line + (block.lines[record] ?? 0) + 1,
    offset: block.offset + (block.starts[record] ?? 0),
    reason: faultReason(faultOf(block, record)),
  };
  const raw = rawRecord(block, record);
  out.text(`${JSON.stringify(place).slice(0, -1)},"raw":`);
  appendText(out, raw);
  out.text(`,"at":${block.faultAt[record] ?? 0}`);
  if (!isUtf8(raw)) appendBase64(out, raw);
  out.text('}\n');
}

function appendBase64(out: ByteBuilder, raw: Uint8Array): void {
  out.text(',"raw_base64":"');
  for (let from = 0; from < raw.length; from += piece) {
    const part = raw.subarray(from, from + piece);
    out.text(Buffer.from(part.buffer, part.byteOffset, part.length).toString('base64'));
  }
  out.text('"');
}

/** A multiple of three, so that the pieces' base64 can be joined. */
const piece = 3 * 1024 * 1024;
