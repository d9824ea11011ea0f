import { openBrace, space } from '../ascii.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { isReadable } from '../fault.ts';
import { Kind, type FieldRequest, type RecordBlock } from '../format/record.ts';
import { formatOf, type FormatSpec } from '../format/registry.ts';
import { dateIn } from '../query/cell.ts';
import { unescapeOf } from '../query/fieldText.ts';
import type { AppendRecord } from '../sink/appendRecord.ts';
import { fieldsAsJson } from '../sink/jsonRow.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { writeFieldKey, writeKey } from '../stage/held/key.ts';
import { FieldVector } from '../stage/vector.ts';
import { hashPair } from './keyHash.ts';
import { bitOf, writeKeyedRow } from './keyedRow.ts';
import type { KeyedOutput, ScanResult } from './task.ts';

/** NULL comes last, as everywhere; no order is asked for. */
const order = { descending: false, nullsFirst: false };

/** A `Collector`. */
interface KeyedCollector {
  readonly fields: readonly FieldRequest[];
  take(
    block: RecordBlock,
    selection: Uint32Array,
    count: number,
    place: { readonly origin: { readonly record: number } },
  ): void;
  finish(): Pick<ScanResult, 'bytes' | 'keyed'>;
}

/**
 * Makes of each record its key with its content, or with a hash of it: what two files are compared by. Records without
 * a key, and those that cannot be read, are counted.
 */
export function keyedCollector(output: KeyedOutput, spec: FormatSpec): KeyedCollector {
  const { keys, loose, dates, content, among, seed } = output;
  const format = formatOf(spec);
  const { named } = format.layout;
  const unescape = unescapeOf(format.layout);
  const nature = { loose };
  const out = new ByteWriter();
  const key = new ByteWriter();
  const hash = new Int32Array(2);
  const printed = new Int32Array(2);
  const asJson = content === 'record' ? jsonOf(spec) : undefined;
  const tally = { unreadable: 0, keyless: 0, firstUnreadable: -1, firstKeyless: -1 };

  function leftOut(kind: 'unreadable' | 'keyless', record: number): void {
    const first = kind === 'unreadable' ? 'firstUnreadable' : 'firstKeyless';
    if (tally[kind]++ === 0) tally[first] = record;
  }

  const asked = keys.map((path): FieldRequest => ({
    path,
    numeric: loose || format.layout.names === 'paths',
  }));

  return {
    fields: named === undefined ? asked : [...asked, { path: [named], numeric: false }],
    take(block, selection, count, { origin }) {
      const { bytes, starts, ends, faults } = block;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const vectors = block.fields
        .slice(0, keys.length)
        .map((column) => new FieldVector(bytes, column, unescape));
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        if (!isReadable(faults[record])) {
          leftOut('unreadable', origin.record + record);
          continue;
        }
        key.clear();
        let isKeyed = false;
        for (const [at, vector] of vectors.entries()) {
          isKeyed ||= vector.column.kinds[record] > Kind.Null;
          const reading = dates.at(at);
          const date = reading && dateIn(vector.value(record), reading === 'times' ? undefined : reading);
          if (date) writeKey(key, date);
          else writeFieldKey(key, vector, record, order, nature);
        }
        if (!isKeyed) {
          leftOut('keyless', origin.record + record);
          continue;
        }
        hashPair(key.bytes, key.dataView, 0, key.length, seed, hash);
        if (asJson === undefined) {
          const [start, end] = trimmed(bytes, starts[record], ends[record]);
          hashPair(bytes, view, start, end, seed, printed);
          out.uint32(hash[0]);
          out.uint32(hash[1]);
          out.uint32(printed[0]);
          out.uint32(printed[1]);
        } else if (among === undefined || isAmong(among, hash[0])) {
          writeKeyedRow(out, output.side, origin.record + record, 1, key.view(), asJson(block, record));
        }
      }
    },
    finish: () => ({ bytes: out.release(), keyed: tally }),
  };
}

/** A record as JSON; void after the next call. */
function jsonOf(spec: FormatSpec): (block: RecordBlock, record: number) => Uint8Array {
  const format = formatOf(spec);
  const fields = format.fields?.();
  const out = new ByteBuilder();
  const { named } = format.layout;
  if (!fields)
    return (block, record) => {
      const { bytes, starts, ends } = block;
      const json = bytes.subarray(...trimmed(bytes, starts[record], ends[record]));
      return named === undefined ? json : withName(json, named, block, record, out);
    };
  const append: AppendRecord = fieldsAsJson(fields, out);
  return (block, record) => {
    out.clear();
    append(block, record);
    return out.view();
  };
}

/** A record with its name as its last member; void after the next call. */
function withName(
  json: Uint8Array,
  member: string,
  { bytes, fields }: RecordBlock,
  record: number,
  out: ByteBuilder,
): Uint8Array {
  const names = fields.at(-1);
  if (json[0] !== openBrace || names === undefined || names.kinds[record] <= Kind.Null) return json;
  const inside = json.subarray(1, -1);
  const isEmpty = inside.every((byte) => byte <= space);
  out.clear();
  out.text('{');
  out.copy(inside);
  out.text(`${isEmpty ? '' : ','}${JSON.stringify(member)}:`);
  // As it is written, its quotes around it.
  out.copy(bytes.subarray(names.starts[record] - 1, names.ends[record] + 1));
  out.text('}');
  return out.view();
}

function trimmed(bytes: Uint8Array, start: number, end: number): [number, number] {
  let [from, to] = [start, end];
  while (from < to && bytes[from] <= space) from++;
  while (from < to && bytes[to - 1] <= space) to--;
  return [from, to];
}

function isAmong(among: Uint8Array, hash: number): boolean {
  const bit = bitOf(among, hash);
  return (among[bit >>> 3] & (1 << (bit & 7))) !== 0;
}
