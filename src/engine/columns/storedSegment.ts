import { Kind, type FieldRequest } from '../format/record.ts';
import { decimalHeadOf, longestDecimal, type DecimalHead } from './decimals.ts';
import { doubleHeadOf, longestDouble, type DoubleHead } from './doubles.ts';
import { dictionaryHeadOf, type DictionaryHead } from './dictionary.ts';
import { timeHeadOf, timeRoom, type TimeHead } from './times.ts';
import { bodyAt, Encoding, headOf, wordsOf, type SegmentBytes, type SegmentHead } from './segment.ts';

/** What a segment of values says before them. */
export type ValuesHead =
  | { readonly kind: 'decimals'; readonly head: DecimalHead; readonly room: number }
  | { readonly kind: 'doubles'; readonly head: DoubleHead; readonly room: number }
  | { readonly kind: 'times'; readonly head: TimeHead; readonly room: number }
  | { readonly kind: 'dictionary'; readonly head: DictionaryHead; readonly room: number };

/** A segment at hand, whose heads are read once. */
export class StoredSegment {
  readonly bytes: SegmentBytes;
  readonly words: Uint32Array;
  readonly head: SegmentHead;
  #values: ValuesHead | undefined;

  constructor(bytes: SegmentBytes) {
    this.bytes = bytes;
    this.words = wordsOf(bytes);
    this.head = headOf(bytes);
  }

  /** Of its values; `room` is how many bytes they take. @throws where it has none */
  get values(): ValuesHead {
    return (this.#values ??= this.#read());
  }

  /** Whether it answers what is asked of its column. */
  answers({ numeric }: FieldRequest): boolean {
    const { encoding, hasNumbers } = this.head;
    const hasValues = encoding !== Encoding.None && encoding !== Encoding.Places;
    return hasValues && (hasNumbers || !numeric);
  }

  /** Whether no record has the field. */
  get isMissing(): boolean {
    if (this.head.encoding !== Encoding.Dictionary) return false;
    const { values } = this;
    if (values.kind !== 'dictionary' || values.head.distinct !== 1) return false;
    return (this.words[values.head.kindsAt] & 0xff) === Kind.Missing;
  }

  #read(): ValuesHead {
    const { encoding, faulty, records, hasNumbers } = this.head;
    const body = bodyAt(faulty);
    switch (encoding) {
      case Encoding.Decimals: {
        const head = decimalHeadOf(this.words, body);
        return { kind: 'decimals', head, room: longestDecimal(head) * records };
      }
      case Encoding.Doubles:
        return { kind: 'doubles', head: doubleHeadOf(this.words, body), room: longestDouble * records };
      case Encoding.Times: {
        const head = timeHeadOf(this.words, body);
        return { kind: 'times', head, room: timeRoom(head) * records };
      }
      case Encoding.Dictionary: {
        const head = dictionaryHeadOf(this.words, body, hasNumbers);
        return { kind: 'dictionary', head, room: head.size };
      }
      case Encoding.Places:
      case Encoding.None:
        throw new Error('A segment without values was asked for them.');
    }
  }
}
