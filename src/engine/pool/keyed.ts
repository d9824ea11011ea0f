import { openBrace, space } from '../ascii.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { isReadable } from '../fault.ts';
import { Kind, type FieldRequest, type RecordBlock } from '../format/record.ts';
import { formatOf, type FormatSpec } from '../format/registry.ts';
import { HashKernel } from '../kernel/hashKernel.ts';
import { dateIn } from '../query/cell.ts';
import { unescapeOf } from '../query/fieldText.ts';
import type { AppendRecord } from '../sink/appendRecord.ts';
import { fieldsAsJson } from '../sink/jsonRow.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { writeFieldKey, writeKey } from '../stage/held/key.ts';
import { FieldVector } from '../stage/vector.ts';
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
  /** The keys of a block's records, one behind the other. */
  const keyBytes = new ByteWriter();
  const hasher = (kernel ??= new HashKernel());
  let room = new Stretches(0);
  let words = new Uint32Array(0);
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

  /** Writes the key of a record; false, and anything, where it has none. */
  function writeRecordKey(vectors: readonly FieldVector[], record: number): boolean {
    let isKeyed = false;
    for (let at = 0; at < vectors.length; at++) {
      const vector = vectors[at];
      isKeyed ||= vector.column.kinds[record] > Kind.Null;
      const reading = dates[at];
      const date = reading && dateIn(vector.value(record), reading === 'times' ? undefined : reading);
      if (date) writeKey(keyBytes, date);
      else writeFieldKey(keyBytes, vector, record, order, nature);
    }
    return isKeyed;
  }

  /** Two words of the hash of each key, and two of its record. */
  function writeHashes({ bytes, starts, ends }: RecordBlock, keyed: number): void {
    if (words.length < 4 * keyed) words = new Uint32Array(4 * keyed);
    const ofKeys = hasher.hash(keyBytes.view(), room.starts, room.ends, keyed, seed);
    for (let i = 0; i < keyed; i++) {
      words[4 * i] = ofKeys[2 * i];
      words[4 * i + 1] = ofKeys[2 * i + 1];
      const record = room.records[i];
      room.starts[i] = textStart(bytes, starts[record], ends[record]);
      room.ends[i] = textEnd(bytes, room.starts[i], ends[record]);
    }
    const ofRecords = hasher.hash(bytes, room.starts, room.ends, keyed, seed);
    for (let i = 0; i < keyed; i++) {
      words[4 * i + 2] = ofRecords[2 * i];
      words[4 * i + 3] = ofRecords[2 * i + 1];
    }
    out.copy(new Uint8Array(words.buffer, 0, 16 * keyed));
  }

  return {
    fields: named === undefined ? asked : [...asked, { path: [named], numeric: false }],
    take(block, selection, count, { origin }) {
      const { bytes, faults } = block;
      const vectors = block.fields
        .slice(0, keys.length)
        .map((column) => new FieldVector(bytes, column, unescape));
      if (room.records.length < count) room = new Stretches(count);
      keyBytes.clear();
      let keyed = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        if (!isReadable(faults[record])) {
          leftOut('unreadable', origin.record + record);
          continue;
        }
        const start = keyBytes.length;
        if (!writeRecordKey(vectors, record)) {
          leftOut('keyless', origin.record + record);
          keyBytes.cut(start);
          continue;
        }
        room.records[keyed] = record;
        room.starts[keyed] = start;
        room.ends[keyed] = keyBytes.length;
        keyed++;
      }
      if (asJson === undefined) {
        writeHashes(block, keyed);
        return;
      }
      const hashes = among && hasher.hash(keyBytes.view(), room.starts, room.ends, keyed, seed);
      for (let i = 0; i < keyed; i++) {
        if (among && hashes && !isAmong(among, hashes[2 * i])) continue;
        const record = room.records[i];
        const key = keyBytes.bytes.subarray(room.starts[i], room.ends[i]);
        writeKeyedRow(out, output.side, origin.record + record, 1, key, asJson(block, record));
      }
    },
    finish: () => ({ bytes: out.release(), keyed: tally }),
  };
}

/** Of this thread: a memory of its own for each stretch would take longer to make than to use. */
let kernel: HashKernel | undefined;

/** Records that have a key, and for each of them where something begins and ends. */
class Stretches {
  readonly records: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;

  constructor(count: number) {
    [this.records, this.starts, this.ends] = [0, 0, 0].map(() => new Uint32Array(count));
  }
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
      const start = textStart(bytes, starts[record], ends[record]);
      const json = bytes.subarray(start, textEnd(bytes, start, ends[record]));
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

/** Where a record begins without the white space around it. */
function textStart(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  while (from < end && bytes[from] <= space) from++;
  return from;
}

function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let to = end;
  while (to > start && bytes[to - 1] <= space) to--;
  return to;
}

function isAmong(among: Uint8Array, hash: number): boolean {
  const bit = bitOf(among, hash);
  return (among[bit >>> 3] & (1 << (bit & 7))) !== 0;
}
