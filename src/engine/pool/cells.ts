import { plainNumber, rewriteCell, type CellReading } from '../format/csv/cellReading.ts';
import type { Format } from '../format/driver.ts';
import { Kind } from '../format/record.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { PageResult } from './task.ts';

/** Bytes of many cells, one after the other, as the protocol's Page carries them. Grows; one page's life. */
export class CellBuffer {
  readonly #limit: number;
  #text = new Uint8Array(16 * 1024);
  #length = 0;
  #ends = new Uint32Array(1024);
  #kinds = new Uint8Array(1024);
  #count = 0;
  readonly #cutSizes: number[] = [];

  /** @param limit bytes at which a cell is cut */
  constructor(limit: number) {
    this.#limit = limit;
  }

  empty(kind: number): void {
    this.#push(kind);
  }

  bytes(kind: number, bytes: Uint8Array, start: number, end: number): void {
    const cut = end - start > this.#limit ? wholeCharacters(bytes, start, start + this.#limit) : end;
    const length = cut - start;
    this.#reserve(length);
    this.#text.set(bytes.subarray(start, cut), this.#length);
    this.#length += length;
    this.#push(cut < end ? kind | CellKind.Cut : kind);
    if (cut < end) this.#cutSizes.push(end - start);
  }

  text(kind: number, text: string): void {
    // Encoding is cut off before it, so that a huge value costs what is shown of it.
    const bytes = encoder.encode(text.length > this.#limit ? text.slice(0, this.#limit + 1) : text);
    const cuts = this.#cutSizes.length;
    this.bytes(kind, bytes, 0, bytes.length);
    if (this.#cutSizes.length > cuts) this.#cutSizes[cuts] = Buffer.byteLength(text);
  }

  finish(): Pick<PageResult, 'text' | 'ends' | 'kinds' | 'cutSizes'> {
    return {
      cutSizes: this.#cutSizes,
      text: this.#text.slice(0, this.#length),
      ends: this.#ends.slice(0, this.#count),
      kinds: this.#kinds.slice(0, this.#count),
    };
  }

  #push(kind: number): void {
    if (this.#count === this.#ends.length) {
      const ends = new Uint32Array(2 * this.#count);
      ends.set(this.#ends);
      this.#ends = ends;
      const kinds = new Uint8Array(2 * this.#count);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
    }
    this.#ends[this.#count] = this.#length;
    this.#kinds[this.#count++] = kind;
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#text.length) return;
    const text = new Uint8Array(Math.max(2 * this.#text.length, this.#length + length));
    text.set(this.#text.subarray(0, this.#length));
    this.#text = text;
  }
}

/** The last index at or before `end` that does not split a UTF-8 sequence. */
function wholeCharacters(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && at > end - 4 && (bytes[at] & 0xc0) === 0x80) at--;
  return at;
}

/** Puts a field of a record into a cell. */
export type CellWriter = (
  cells: CellBuffer,
  bytes: Uint8Array,
  kind: number,
  start: number,
  end: number,
  reading?: CellReading,
) => void;

/** @param numbersInText whether a text that reads as a number is shown as one */
export function cellWriter({ unescaped }: Format, numbersInText: boolean): CellWriter {
  return (cells, bytes, kind, start, end, reading) => {
    switch (kind) {
      case Kind.Missing:
        return cells.empty(CellKind.Missing);
      case Kind.Null:
        return cells.empty(CellKind.Null);
      case Kind.False:
      case Kind.True:
        return cells.bytes(CellKind.Boolean, bytes, start, end);
      case Kind.Number:
        return cells.bytes(CellKind.Number, bytes, start, end);
      case Kind.List:
      case Kind.Object:
        return cells.bytes(CellKind.Json, bytes, start, end);
      case Kind.EscapedText:
        return cells.text(CellKind.Text, unescaped(bytes.subarray(start, end)));
      default: {
        const isNumber = numbersInText && looksNumeric(bytes, start, end, reading);
        return cells.bytes(isNumber ? CellKind.Number : CellKind.Text, bytes, start, end);
      }
    }
  };
}

/** Whether a text reads as a number, to be set flush right: how it is shown, no more. */
export function looksNumeric(bytes: Uint8Array, start: number, end: number, reading?: CellReading): boolean {
  if (end - start > 64) return false;
  const text = decoder.decode(bytes.subarray(start, end));
  const read = reading === undefined ? text : rewriteCell(text, reading);
  return read !== undefined && plainNumber.test(read);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
