import { said } from '../../../said/said.ts';
import { carriageReturn, lineFeed } from '../../ascii.ts';
import { createCsvRowReader } from '../../format/csv/row.ts';
import { markLength } from '../../format/lines.ts';
import { maxRecordLength } from '../../format/record.ts';
import type { Format } from '../../format/driver.ts';
import { SourceError } from '../../source/source.ts';

/** Where a record begins: byte, and 0-based numbers of the record and its line. */
export interface TextPlace {
  readonly start: number;
  readonly record: number;
  readonly line: number;
}

const beginning: TextPlace = { start: 0, record: 0, line: 0 };

/** What was read of a followed file and not handed on yet: whole records, and one that is half written. */
export class FollowedText {
  readonly #name: string;
  #dialect: Format['dialect'];
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  /** So many of them were searched for the end of a record. */
  #searched = 0;
  #place: TextPlace;
  /** The header that a file may begin with, until that was seen. */
  #head: Uint8Array | undefined;
  readonly #headLines: number;

  /** @param head what stands before the first record of files of this format, of so many lines; empty where nothing does */
  constructor(name: string, format: Format, head: Uint8Array, headLines: number, from?: TextPlace) {
    this.#name = name;
    this.#dialect = format.dialect;
    this.#head = from === undefined && head.length > 0 ? head.subarray(markLength(head, 0, 0)) : undefined;
    this.#headLines = headLines;
    this.#place = from ?? beginning;
  }

  /** Where the first byte that is there stands. */
  get place(): TextPlace {
    return this.#place;
  }

  /** The bytes that are there: a view, void after the next `push`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      longer.set(this.bytes);
      this.#bytes = longer;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  /** Nothing more will come: the last record is whole, and its line has an end, so that no other one is joined to it. */
  finish(): void {
    if (this.#length > 0 && this.#bytes[this.#length - 1] !== lineFeed) this.push(Uint8Array.of(lineFeed));
  }

  /**
   * How many of the bytes are whole records.
   * @param final whether nothing more will come
   * @param until records that begin at this byte of the file or after it are not counted
   * @returns also whether a header was expected and is not there
   * @throws SourceError where a record is too long to be held
   */
  whole(final: boolean, until = Infinity): { readonly length: number; readonly otherHead: boolean } {
    const head = this.passHead(final);
    if (head === 'more') return { length: 0, otherHead: false };
    const otherHead = head === 'other';
    if (otherHead) this.#head = undefined;
    const most = Math.min(this.#length, until - this.#place.start);
    const length = final && most === this.#length ? most : this.#wholeLength(most, final);
    if (length === 0 && this.#length > maxRecordLength) {
      const message = said`${this.#name} has a record of more than 256 MiB, which cannot be followed.`;
      throw new SourceError('unsupported', message, this.#place.start);
    }
    return { length, otherHead };
  }

  /** Gives up the first bytes, which were so many records and lines. */
  drop(length: number, records: number, lines: number): void {
    this.#bytes.copyWithin(0, length, this.#length);
    this.#length -= length;
    this.#searched = Math.max(0, this.#searched - length);
    const { start, record, line } = this.#place;
    this.#place = { start: start + length, record: record + records, line: line + lines };
  }

  /** Bytes of the whole records that begin in the first `most`. */
  #wholeLength(most: number, final: boolean): number {
    if (this.#dialect) {
      const reader = createCsvRowReader(this.#dialect);
      reader.begin(this.bytes, final);
      let next = 0;
      while (next < most && reader.read(next) !== 'incomplete') next = reader.row.next;
      return next;
    }
    const from = Math.min(this.#searched, most);
    const at = this.bytes.subarray(from, most).lastIndexOf(lineFeed);
    this.#searched = most;
    return at === -1 ? 0 : from + at + 1;
  }

  /** Passes over the header that is expected, if it is there; `more` where that cannot be told yet. */
  passHead(final: boolean): 'passed' | 'more' | 'other' {
    if (!this.#head) return 'passed';
    const bytes = this.bytes;
    const isMark = bytes[0] === 0xef;
    if (isMark && bytes.length < 3 && !final) return 'more';
    const from = markLength(bytes, 0, 0);
    const length = headLength(bytes.subarray(from), this.#head);
    if (length === 'more' && !final) return 'more';
    if (length === undefined && bytes.length > 0) return 'other';
    this.passOver(typeof length === 'number' ? from + length : bytes.length, this.#headLines);
    return 'passed';
  }

  /**
   * Passes over a header, of so many bytes and lines.
   * @param dialect how the rows below it are written, if not as the format has it
   */
  passOver(length: number, lines: number, dialect = this.#dialect): void {
    this.#head = undefined;
    this.#dialect = dialect;
    this.drop(length, 0, lines);
  }
}

/** How long the header is that bytes begin with, whose lines may end otherwise; undefined where they begin with something else. */
function headLength(bytes: Uint8Array, head: Uint8Array): number | 'more' | undefined {
  let at = 0;
  for (const byte of head) {
    if (byte === carriageReturn) continue;
    while (bytes[at] === carriageReturn) at++;
    if (at >= bytes.length) return 'more';
    if (bytes[at] !== byte) return undefined;
    at++;
  }
  return at;
}
