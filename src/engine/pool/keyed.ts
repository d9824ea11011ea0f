import { openBrace, space } from '../ascii.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { isReadable } from '../fault.ts';
import type { Format } from '../format/driver.ts';
import { Kind, type FieldRequest, type RecordBlock, type Scanner } from '../format/record.ts';
import { formatOf } from '../format/registry.ts';
import { HashKernel } from '../kernel/hashKernel.ts';
import { dateIn } from '../query/cell.ts';
import { unescapeOf } from '../query/fieldText.ts';
import type { AppendRecord } from '../sink/appendRecord.ts';
import { fieldsAsJson } from '../sink/jsonRow.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { writeFieldKey, writeKey } from '../stage/held/key.ts';
import { FieldVector } from '../stage/vector.ts';
import { writeKeyedRow } from './keyedRow.ts';
import type { ChosenRecords, FileSpec, KeyedOutput, KeyedTally, ScanResult } from './task.ts';

/** NULL comes last, as everywhere; no order is asked for. */
const order = { descending: false, nullsFirst: false };

/** A `Collector`. */
interface KeyedCollector {
  readonly fields: readonly FieldRequest[];
  take(block: RecordBlock, selection: Uint32Array, count: number, place: Place): void;
  finish(): Pick<ScanResult, 'bytes' | 'keyed'>;
}

interface Place {
  /** 0-based number of the block's first record in the file, and from where the stretch begins. */
  readonly record: number;
  readonly origin: { readonly record: number };
}

/**
 * Makes of each record its key with its content, or with a hash of it: what two files are compared by. Records without
 * a key, and those that cannot be read, are counted.
 */
export function keyedCollector(output: KeyedOutput, spec: FileSpec): KeyedCollector {
  const { chosen, side } = output;
  const format = formatOf(spec.format);
  const { named } = format.layout;
  const asked = output.keys.map((path): FieldRequest => ({
    path,
    numeric: output.loose || format.layout.names === 'paths',
  }));
  const fields = named === undefined ? asked : [...asked, { path: [named], numeric: false }];
  const tally = { unreadable: 0, keyless: 0, firstUnreadable: -1, firstKeyless: -1 };
  const keys = new KeyColumn(output, format, tally);
  if (output.content === 'hash') {
    const hashes = new HashWriter(output.seed);
    return {
      fields,
      take(block, selection, count, { origin }) {
        hashes.write(block, keys, count, keys.take(block, selection, count, origin.record));
      },
      finish: () => ({ bytes: hashes.finish(), keyed: tally }),
    };
  }

  const out = new ByteWriter();
  const asJson = jsonOf(format);
  if (!chosen?.areFew) {
    const narrowed = new Selection();
    return {
      fields,
      take(block, selection, count, { record, origin }) {
        const wanted = chosen ? narrowed.of(chosen, selection, count, record) : { selection, count };
        const keyed = keys.take(block, wanted.selection, wanted.count, origin.record);
        for (let i = 0; i < keyed; i++) {
          const one = keys.records[i];
          writeKeyedRow(out, side, origin.record + one, 1, keys.key(i), asJson(block, one));
        }
      },
      finish: () => ({ bytes: out.release(), keyed: tally }),
    };
  }

  // Where few are wanted, nothing is looked for in the others.
  const narrowed = new Selection();
  const scanner = rowScannerOf(spec, format);
  const only = Uint32Array.of(0);
  return {
    fields: [],
    take(block, selection, count, { record, origin }) {
      const wanted = narrowed.of(chosen, selection, count, record);
      const { bytes, starts, ends } = block;
      for (let i = 0; i < wanted.count; i++) {
        const one = wanted.selection[i];
        const length = ends[one] - starts[one];
        scanner.reserve(length).set(bytes.subarray(starts[one], ends[one]));
        const task = { length, offset: 0, from: 0, until: Math.max(1, length), final: true, fields: asked };
        const alone = scanner.scan(task);
        if (keys.take(alone, only, Math.min(1, alone.count), origin.record + one) === 0) continue;
        writeKeyedRow(out, side, origin.record + one, 1, keys.key(0), asJson(block, one));
      }
    },
    finish: () => ({ bytes: out.release(), keyed: tally }),
  };
}

type OpenTally = { -readonly [Name in keyof KeyedTally]: number };

/** The keys of some records of a block; void after the next `take`. */
class KeyColumn {
  readonly #output: KeyedOutput;
  readonly #unescape: ReturnType<typeof unescapeOf>;
  readonly #nature: { readonly loose: boolean };
  readonly #tally: OpenTally;
  readonly #bytes = new ByteWriter();
  /** Of those that have a key: which they are in the block, and where their keys are in `bytes`. */
  records = new Uint32Array(0);
  starts = new Uint32Array(0);
  ends = new Uint32Array(0);
  /** Of the same, which they are among those that were given. */
  places = new Uint32Array(0);

  /** @param tally counts those that have none */
  constructor(output: KeyedOutput, format: Format, tally: OpenTally) {
    this.#output = output;
    this.#unescape = unescapeOf(format.layout);
    this.#nature = { loose: output.loose };
    this.#tally = tally;
  }

  get bytes(): Uint8Array {
    return this.#bytes.view();
  }

  key(i: number): Uint8Array {
    return this.#bytes.bytes.subarray(this.starts[i], this.ends[i]);
  }

  /**
   * Answers how many have a key.
   * @param first number of the block's first record, from where the stretch begins
   */
  take(block: RecordBlock, selection: Uint32Array, count: number, first: number): number {
    const { bytes, faults } = block;
    const vectors = block.fields
      .slice(0, this.#output.keys.length)
      .map((column) => new FieldVector(bytes, column, this.#unescape));
    if (this.records.length < count) {
      this.records = new Uint32Array(count);
      this.starts = new Uint32Array(count);
      this.ends = new Uint32Array(count);
      this.places = new Uint32Array(count);
    }
    this.#bytes.clear();
    let keyed = 0;
    for (let i = 0; i < count; i++) {
      const record = selection[i];
      if (!isReadable(faults[record])) {
        if (this.#tally.unreadable++ === 0) this.#tally.firstUnreadable = first + record;
        continue;
      }
      const start = this.#bytes.length;
      if (!this.#write(vectors, record)) {
        if (this.#tally.keyless++ === 0) this.#tally.firstKeyless = first + record;
        this.#bytes.cut(start);
        continue;
      }
      this.records[keyed] = record;
      this.starts[keyed] = start;
      this.ends[keyed] = this.#bytes.length;
      this.places[keyed] = i;
      keyed++;
    }
    return keyed;
  }

  /** Writes the key of a record; false, and anything, where it has none. */
  #write(vectors: readonly FieldVector[], record: number): boolean {
    let isKeyed = false;
    for (let at = 0; at < vectors.length; at++) {
      const vector = vectors[at];
      isKeyed ||= vector.column.kinds[record] > Kind.Null;
      const reading = this.#output.dates[at];
      const date = reading && dateIn(vector.value(record), reading === 'times' ? undefined : reading);
      if (date) writeKey(this.#bytes, date);
      else writeFieldKey(this.#bytes, vector, record, order, this.#nature);
    }
    return isKeyed;
  }
}

/** Four words for each record: a hash of its key, and one of its bytes; 0 where it has no key. */
class HashWriter {
  readonly #seed: number;
  readonly #kernel = (kernel ??= new HashKernel());
  readonly #out = new ByteWriter();
  #words = new Uint32Array(0);
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);

  constructor(seed: number) {
    this.#seed = seed;
  }

  write({ bytes, starts, ends }: RecordBlock, keys: KeyColumn, count: number, keyed: number): void {
    if (this.#words.length < 4 * count) {
      this.#words = new Uint32Array(4 * count);
      this.#starts = new Uint32Array(count);
      this.#ends = new Uint32Array(count);
    }
    const words = this.#words;
    if (keyed < count) words.fill(0, 0, 4 * count);
    const ofKeys = this.#kernel.hash(keys.bytes, keys.starts, keys.ends, keyed, this.#seed);
    for (let i = 0; i < keyed; i++) {
      const at = 4 * keys.places[i];
      words[at] = ofKeys[2 * i];
      words[at + 1] = ofKeys[2 * i + 1];
      const record = keys.records[i];
      this.#starts[i] = textStart(bytes, starts[record], ends[record]);
      this.#ends[i] = textEnd(bytes, this.#starts[i], ends[record]);
    }
    const ofRecords = this.#kernel.hash(bytes, this.#starts, this.#ends, keyed, this.#seed);
    for (let i = 0; i < keyed; i++) {
      const at = 4 * keys.places[i];
      words[at + 2] = ofRecords[2 * i];
      words[at + 3] = ofRecords[2 * i + 1];
    }
    this.#out.copy(new Uint8Array(words.buffer, 0, 16 * count));
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#out.release();
  }
}

/** Those of selected records that are chosen; void after the next call. */
class Selection {
  #selection = new Uint32Array(0);

  /** @param first number of the block's first record in the file */
  of(
    { bits }: ChosenRecords,
    selection: Uint32Array,
    count: number,
    first: number,
  ): { readonly selection: Uint32Array; readonly count: number } {
    if (this.#selection.length < count) this.#selection = new Uint32Array(count);
    let chosen = 0;
    for (let i = 0; i < count; i++) {
      const number = first + selection[i];
      if ((bits[Math.floor(number / 8)] & (1 << (number % 8))) !== 0)
        this.#selection[chosen++] = selection[i];
    }
    return { selection: this.#selection, count: chosen };
  }
}

/** Of this thread, of the file at hand: a scanner for each stretch would take longer to make than to use. */
let rows: { readonly file: string; readonly scanner: Scanner } | undefined;

function rowScannerOf({ key }: FileSpec, format: Format): Scanner {
  if (rows?.file !== key) rows = { file: key, scanner: (format.rowScanner ?? format.scanner)() };
  return rows.scanner;
}

/** Of this thread: a memory of its own for each stretch would take longer to make than to use. */
let kernel: HashKernel | undefined;

/** A record as JSON; void after the next call. */
function jsonOf(format: Format): (block: RecordBlock, record: number) => Uint8Array {
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
