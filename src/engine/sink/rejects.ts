import { isUtf8 } from 'node:buffer';
import { english } from '../../said/said.ts';
import { Fault } from '../fault.ts';
import { faultReason } from '../faultReason.ts';
import type { RecordBlock } from '../format/record.ts';
import { lineOf, numberOf, offsetInFile, offsetOf, pathOf } from '../format/recordBlocks.ts';
import type { ByteBuilder } from '../byteBuilder.ts';
import { appendText, faultOf, rawRecord } from './unreadable.ts';

/** A malformed or odd record. Plain data: it crosses from a worker, which knows no absolute numbers. */
export interface Reject {
  /** Records and lines before it, from wherever the numbers begin. */
  readonly record: number;
  readonly line: number;
  /** Of its first byte, from the start of the source. */
  readonly offset: number;
  /** Of several files, that which it is in, and where there. */
  readonly inFile?: { readonly file: string | undefined; readonly file_offset: number | undefined };
  readonly fault: Fault;
  /** Where in the record it was seen, in bytes from its start. */
  readonly at: number;
  readonly raw: Uint8Array;
}

/** How many records and lines come before what a `Reject` counts from. */
export interface RejectOrigin {
  readonly record: number;
  readonly line: number;
}

/** Copies the malformed and odd records of a block, of which the first has the numbers of `origin`. */
export function* rejectsIn(block: RecordBlock, origin: RejectOrigin): Generator<Reject> {
  if (block.faulty === 0) return;
  for (let record = 0; record < block.count; record++) {
    const fault = faultOf(block, record);
    if (fault === Fault.None) continue;
    yield {
      record: numberOf(block, record, origin.record),
      line: lineOf(block, record, origin.line),
      offset: offsetOf(block, record),
      ...((block.files?.count ?? 1) > 1 && {
        inFile: { file: pathOf(block, record), file_offset: offsetInFile(block, record) },
      }),
      fault,
      at: block.faultAt[record] ?? 0,
      raw: new Uint8Array(rawRecord(block, record)),
    };
  }
}

/**
 * Appends a JSON object on a line of its own: `record` and `line` (1-based), `offset` in bytes from the start of
 * the source, of several files also `file` and `file_offset`, `reason`, `raw` (the record's text), and `at`, the offset in bytes from the record's start of what
 * is wrong. Where the record is not UTF-8, `raw` has U+FFFD in place of what is not, and `raw_base64` the bytes.
 */
export function appendReject(out: ByteBuilder, reject: Reject, origin: RejectOrigin): void {
  const place = {
    record: origin.record + reject.record + 1,
    line: origin.line + reject.line + 1,
    offset: reject.offset,
    ...reject.inFile,
    reason: english(faultReason(reject.fault, reject.raw, reject.at)),
  };
  out.text(`${JSON.stringify(place).slice(0, -1)},"raw":`);
  appendText(out, reject.raw);
  out.text(`,"at":${reject.at}`);
  if (!isUtf8(reject.raw)) appendBase64(out, reject.raw);
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
