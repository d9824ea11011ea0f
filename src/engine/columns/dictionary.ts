import { quote } from '../ascii.ts';
import { exactNumber } from '../format/number.ts';
import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';
import { bitsOf, pack, packedWords } from './bits.ts';
import type { WordWriter } from './wordWriter.ts';

/**
 * Values of which there are few: each different one once, with its kind and its bytes as they stand in the file, and a
 * code for each record. Any value can be kept so; texts stand between quotes, which are those of JSON.
 *
 *     0   bits of a code; different values
 *     1   bytes of the values
 *         lengths of the values
 *         kinds of the values, a byte each
 *         (even) their numbers, where those are known
 *         their bytes
 *         codes of the records
 */

/** More values than this are not few. */
const most = 2048;
/** So many of a block's records may have values of their own, whatever their share. */
const always = 16;
/** Of the bytes of a block, what its values may take at most. */
const share = 1 / 16;
/** Records after which it is looked at how many values there are. */
const trial = 512;
/** Bytes at the end of a value that are hashed. */
const hashed = 4;
/** More looks into the table than this for one value: it is not meant for such values. */
const mostProbes = 64;

/** Makes the body of a segment of few values. Keeps scratch memory. */
export class DictionaryEncoder {
  readonly #table = new Int16Array(4 * most);
  readonly #starts = new Uint32Array(most);
  readonly #ends = new Uint32Array(most);
  readonly #kinds = new Uint8Array(most);
  readonly #records = new Uint32Array(most);
  #codes = new Uint32Array(0);

  /**
   * Answers whether the values are few; if not, nothing is written.
   * @param json whether numbers that were not asked for are known from their bytes
   */
  encode(block: RecordBlock, field: FieldColumn, json: boolean, out: WordWriter): boolean {
    const { count } = block;
    const room = Math.max(4096, block.bytes.length * share);
    const coded = field.ranges
      ? field.ranges.codes({ room, always, trial })
      : this.#assign(block, field, room);
    if (coded === undefined) return false;
    const distinct = coded.records.length;
    if (distinct > always && distinct * 2 > count) return false;
    for (const [code, record] of coded.records.entries()) {
      const kind = field.kinds[record];
      this.#kinds[code] = kind;
      this.#starts[code] = kind > Kind.Null ? field.starts[record] : 0;
      this.#ends[code] = kind > Kind.Null ? field.ends[record] : 0;
    }
    const width = bitsOf(distinct - 1);
    let size = 0;
    for (let i = 0; i < distinct; i++) size += this.#ends[i] - this.#starts[i] + 2;
    const head = out.take(2 + distinct);
    out.words[head] = width | (distinct << 8);
    out.words[head + 1] = size;
    for (let i = 0; i < distinct; i++) out.words[head + 2 + i] = this.#ends[i] - this.#starts[i];
    out.copy(this.#kinds.subarray(0, distinct));
    const isKnown = field.numbers.length > 0;
    if (isKnown || json) {
      out.align();
      for (let i = 0; i < distinct; i++) {
        const isNumber = this.#kinds[i] === Kind.Number;
        const read = isNumber ? exactNumber(block.bytes, this.#starts[i], this.#ends[i]) : NaN;
        out.double(isKnown ? field.numbers[coded.records[i]] : read);
      }
    }
    const texts = new Uint8Array(size);
    let at = 0;
    for (let i = 0; i < distinct; i++) {
      texts[at++] = quote;
      texts.set(block.bytes.subarray(this.#starts[i], this.#ends[i]), at);
      at += this.#ends[i] - this.#starts[i];
      texts[at++] = quote;
    }
    out.copy(texts);
    const codesAt = out.take(packedWords(count, width));
    pack(coded.codes, count, width, out.words.subarray(codesAt, out.length));
    return true;
  }

  /** As `ColumnRanges.codes`, for columns that the kernel does not have. */
  #assign(
    { bytes, count }: RecordBlock,
    { kinds, starts, ends }: FieldColumn,
    room: number,
  ): { readonly codes: Uint32Array; readonly records: Uint32Array } | undefined {
    if (this.#codes.length < count) this.#codes = new Uint32Array(2 * count);
    const codes = this.#codes;
    const table = this.#table.fill(-1);
    const mask = table.length - 1;
    const knownStarts = this.#starts;
    const knownEnds = this.#ends;
    const knownKinds = this.#kinds;
    let distinct = 0;
    let size = 0;
    for (let i = 0; i < count; i++) {
      const kind = kinds[i];
      const isText = kind > Kind.Null;
      const start = isText ? starts[i] : 0;
      const end = isText ? ends[i] : 0;
      const length = end - start;
      let slot = hashOf(bytes, kind, start, end) & mask;
      let code = table[slot];
      let probes = 0;
      for (; code !== -1; code = table[slot]) {
        const other = knownStarts[code];
        if (knownKinds[code] === kind && knownEnds[code] - other === length) {
          let same = 0;
          while (same < length && bytes[start + same] === bytes[other + same]) same++;
          if (same === length) break;
        }
        if (++probes > mostProbes) return undefined;
        slot = (slot + 1) & mask;
      }
      if (code === -1) {
        size += length;
        const isMuch = i > trial && distinct * 2 > i;
        if (distinct === most || size > room || (isMuch && distinct > always)) return undefined;
        code = distinct++;
        table[slot] = code;
        knownStarts[code] = start;
        knownEnds[code] = end;
        knownKinds[code] = kind;
        this.#records[code] = i;
      }
      codes[i] = code;
    }
    return distinct === 0 ? undefined : { codes, records: this.#records.subarray(0, distinct) };
  }
}

/** Of a few bytes, those at the end above all, where numbered names differ. */
function hashOf(bytes: Uint8Array, kind: number, start: number, end: number): number {
  const length = end - start;
  let hash = Math.imul(length * 16 + kind + 1, 0x9e3779b1);
  const from = length > hashed ? end - hashed : start;
  for (let at = from; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  if (from > start) hash = Math.imul(hash ^ (bytes[start] | (bytes[(start + from) >>> 1] << 8)), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

/** Where the parts of a dictionary are. */
export interface DictionaryHead {
  readonly width: number;
  readonly distinct: number;
  /** Bytes of the values. */
  readonly size: number;
  /** Places in words. */
  readonly lengthsAt: number;
  readonly kindsAt: number;
  readonly numbersAt: number;
  readonly textsAt: number;
  readonly codesAt: number;
}

/** @param body where what the encoding says begins, in words */
export function dictionaryHeadOf(words: Uint32Array, body: number, hasNumbers: boolean): DictionaryHead {
  const width = words[body] & 0xff;
  const distinct = words[body] >>> 8;
  const size = words[body + 1];
  const lengthsAt = body + 2;
  const kindsAt = lengthsAt + distinct;
  const numbersAt = evened(kindsAt + Math.ceil(distinct / 4), hasNumbers);
  const textsAt = numbersAt + (hasNumbers ? 2 * distinct : 0);
  const codesAt = textsAt + Math.ceil(size / 4);
  return { width, distinct, size, lengthsAt, kindsAt, numbersAt, textsAt, codesAt };
}

function evened(at: number, isAsked: boolean): number {
  return isAsked ? at + (at % 2) : at;
}
