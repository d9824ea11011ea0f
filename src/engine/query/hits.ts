import { Kind, type Needle, type RecordBlock } from '../format/record.ts';
import { bufferOver } from './fieldText.ts';
import type { Layout } from './layout.ts';
import { isWellFormed } from './value/compare.ts';

/** Closes a list of places: past every byte of a block, however much is added to it. */
const never = 0xffffffff;

/**
 * The indices at which a text stands in a block's bytes, in the records from `first` to `last`; ascending, and
 * at the end one that is past all bytes, so that whoever goes through the fields in order always has a next
 * one.
 */
export function placesOf(block: RecordBlock, needle: Needle, first: number, last: number): Uint32Array {
  const from = block.starts[first];
  const to = block.ends[last];
  const places = block.search?.(from, to, needle) ?? searchPlain(block.bytes, needle, from, to);
  const closed = new Uint32Array(places.length + 1);
  closed.set(places);
  closed[places.length] = never;
  return closed;
}

/** Narrows a selection in place to the records whose field has a value; answers how many they are. */
export function dropNulls(kinds: Uint8Array, selection: Uint32Array, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const record = selection[i];
    selection[kept] = record;
    kept += kinds[record] > Kind.Null ? 1 : 0;
  }
  return kept;
}

/**
 * Whether so few of a block's records are left that looking at the fields of each costs less than searching the
 * block.
 */
export function areFew(count: number, block: RecordBlock): boolean {
  return 4 * count < block.count;
}

/** Whether a text stands in the bytes [start, end). */
export function standsIn(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  const first = text[0];
  const last = end - text.length;
  for (let at = start; at <= last; at++) {
    if (bytes[at] !== first) continue;
    let same = 1;
    while (same < text.length && bytes[at + same] === text[same]) same++;
    if (same === text.length) return true;
  }
  return false;
}

/** Says of one field after another whether a text stands in it; the places are those of `placesOf`. */
export class Hits {
  readonly #places: Uint32Array;
  readonly #length: number;
  #next = 0;

  constructor(places: Uint32Array, needle: Needle) {
    this.#places = places;
    this.#length = needle.bytes.length;
  }

  /** Whether it stands in [start, end). `start` is not before that of the last call. */
  isIn(start: number, end: number): boolean {
    while (this.#places[this.#next] < start) this.#next++;
    return this.#places[this.#next] + this.#length <= end;
  }
}

function searchPlain(bytes: Uint8Array, needle: Needle, from: number, to: number): Uint32Array {
  const text = foldable(bytes.subarray(from, to), needle.foldCase);
  const part = foldable(needle.bytes, needle.foldCase);
  const places: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) places.push(from + at);
  return Uint32Array.from(places);
}

/** With its ASCII letters in lower case where they are to be the same in both. */
function foldable(bytes: Uint8Array, foldCase: boolean): Buffer {
  const buffer = bufferOver(bytes);
  if (!foldCase) return buffer;
  const folded = Buffer.from(buffer);
  for (const [at, byte] of folded.entries()) if (byte >= 0x41 && byte <= 0x5a) folded[at] = byte | 0x20;
  return folded;
}

/**
 * What, where an ASCII text is not found in any case, may be it all the same: the characters past ASCII that lower case
 * turns into one of its letters. Undefined for other texts, whose letters cannot be told byte by byte.
 */
export function foldDoubts(text: string): Needle[] | undefined {
  if (Buffer.byteLength(text) !== text.length) return undefined;
  const letters = text.toLowerCase();
  return ['\u212a', '\u0130']
    .filter((character) => letters.includes(character.toLowerCase().charAt(0)))
    .map((character) => ({ bytes: Buffer.from(character), foldCase: false }));
}

/** Whether a text that is not in the bytes [start, end) of an escaped field is not in its value either. */
export type RawTells = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * Doubled quotes are no part of a text that has no quote; U+FFFD may stand for bytes that are not UTF-8. JSON can write any character as \u and its code, and
 * some behind a backslash; a text without those is as it stands.
 */
export function rawTells(layout: Layout, text: string): RawTells {
  if (layout.names === 'columns') {
    const tells = layout.escape === 'double' && !text.includes(layout.quote) && !text.includes('\ufffd');
    return () => tells;
  }
  return /["\\/\p{Cc}]/u.test(text) ? () => false : hasNoCode;
}

/**
 * The longest of some texts in fields that cannot but stand in the record's bytes as well; undefined where
 * there is none. JSON may have it escaped, and U+FFFD stands for bytes that are no text.
 */
export function needleOf(texts: readonly string[], layout: Layout): Needle | undefined {
  if (layout.names !== 'columns' || layout.escape !== 'double') return undefined;
  const { quote } = layout;
  const plain = texts.filter((text) => isWellFormed(text) && (quote === '' || !text.includes(quote)));
  const bytes = plain.filter((text) => !text.includes('\ufffd')).map((text) => Buffer.from(text));
  const longest = bytes.toSorted((a, b) => b.length - a.length).at(0);
  return longest && longest.length >= rare ? { bytes: longest, foldCase: false } : undefined;
}

/** Bytes that a text needs to be worth seeking in all records. */
const rare = 3;

function hasNoCode(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 1 < end; at++) {
    if (bytes[at] === 0x5c && bytes[at + 1] === 0x75) return false;
  }
  return true;
}
