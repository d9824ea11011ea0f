import type { FileIdentity, PartitionValue } from '../source.ts';
import type { ColumnOrder } from './columns.ts';

/** A file as a part of a run of bytes that goes through several files. */
export interface FilePart {
  readonly path: string;
  /** As people see it; undefined: the path. */
  readonly name?: string | undefined;
  /** Whether its text is taken out of something else: it is compressed. */
  readonly packed?: boolean | undefined;
  /** The text's encoding; undefined: recognised. */
  readonly encoding?: string | undefined;
  /** The state in which it was measured: it must still be in it. */
  readonly identity: FileIdentity;
  /** It stands for no file but for this text: the header of files whose columns differ. */
  readonly text?: string | undefined;
  /** Of the columns that folders are called after, its values. */
  readonly partitions?: readonly PartitionValue[] | undefined;
  /** How its fields are put under the columns of all files, where it has others; `from` is then 0. */
  readonly columns?: ColumnOrder | undefined;
  /** Bytes of its text that are passed over: a byte-order mark, or a header that an earlier file had. */
  readonly from: number;
  /** Bytes of its text from there on; undefined where it has to be decoded to know. */
  readonly length: number | undefined;
  /** Whether its last line has an end; undefined like `length`. */
  readonly ended: boolean | undefined;
}

/** Which part begins with what stands above the records of all: those before it are empty. */
export function headPart(parts: readonly FilePart[]): number {
  return parts.findIndex(({ length }) => length !== 0);
}

/** What stands of a part in a run of bytes: as many bytes from one on, and whether its last line has an end. */
export type Piece = Pick<FilePart, 'from' | 'length' | 'ended'>;

/** Numbers of a part: where its path ends, and what else is known of it, both as text, and what stands of it. */
const width = 5;
const numberLength = Float64Array.BYTES_PER_ELEMENT;

/** The parts as plain bytes that threads share: how many, the numbers of each, and their texts. */
export function writeParts(parts: readonly FilePart[]): SharedArrayBuffer {
  const numbers = new Float64Array(1 + width * parts.length);
  numbers[0] = parts.length;
  let texts = new Uint8Array(256 * parts.length);
  let end = 0;
  for (const [number, { path, from, length = NaN, ended, ...known }] of parts.entries()) {
    const text = Buffer.from(path + JSON.stringify(known));
    const pathEnd = end + Buffer.byteLength(path);
    if (end + text.length > texts.length) {
      const longer = new Uint8Array(2 * (end + text.length));
      longer.set(texts);
      texts = longer;
    }
    texts.set(text, end);
    end += text.length;
    numbers.set([pathEnd, end, from, length, ended === undefined ? NaN : Number(ended)], 1 + width * number);
  }
  const shared = new SharedArrayBuffer(numbers.byteLength + end);
  new Float64Array(shared, 0, numbers.length).set(numbers);
  new Uint8Array(shared, numbers.byteLength).set(texts.subarray(0, end));
  return shared;
}

/** The parts in memory that threads share. There may be very many: each is taken out of it where it is asked for. */
export class FileParts implements Iterable<FilePart> {
  readonly count: number;
  readonly #numbers: Float64Array;
  readonly #texts: Buffer;
  /** The one that was asked for last: most often it is asked for again. */
  #last: { readonly number: number; readonly part: FilePart } | undefined;

  constructor(shared: SharedArrayBuffer) {
    [this.count] = new Float64Array(shared, 0, 1);
    this.#numbers = new Float64Array(shared, numberLength, width * this.count);
    this.#texts = Buffer.from(shared, (1 + width * this.count) * numberLength);
  }

  at(number: number): FilePart {
    if (this.#last?.number !== number) this.#last = { number, part: this.#read(number) };
    return this.#last.part;
  }

  piece(number: number): Piece {
    const [, , from, length, ended] = this.#numbersOf(number);
    return {
      from,
      length: Number.isNaN(length) ? undefined : length,
      ended: Number.isNaN(ended) ? undefined : ended === 1,
    };
  }

  path(number: number): string {
    const begin = number === 0 ? 0 : this.#numbersOf(number - 1)[1];
    return this.#texts.toString('utf8', begin, this.#numbersOf(number)[0]);
  }

  get paths(): string[] {
    return Array.from({ length: this.count }, (_, number) => this.path(number));
  }

  *[Symbol.iterator](): Generator<FilePart> {
    for (let number = 0; number < this.count; number++) yield this.#read(number);
  }

  #numbersOf(number: number): Float64Array {
    return this.#numbers.subarray(width * number, width * (number + 1));
  }

  #read(number: number): FilePart {
    const [pathEnd, end] = this.#numbersOf(number);
    const known = JSON.parse(this.#texts.toString('utf8', pathEnd, end)) as Omit<
      FilePart,
      'path' | keyof Piece
    >;
    return { path: this.path(number), ...known, ...this.piece(number) };
  }
}
