import { said } from '../../../said/said.ts';
import { lineFeed } from '../../ascii.ts';
import { Fault } from '../../fault.ts';
import type { RecordBlock, Scanner } from '../../format/record.ts';
import { records } from '../../format/records.ts';
import { writeParts, type FilePart } from '../../source/files/part.ts';
import { openSource } from '../../source/open.ts';
import { readFully } from '../../source/read.ts';
import { SourceError, type PartitionValue, type Source } from '../../source/source.ts';
import { takesBack } from '../../source/unread.ts';
import type { TimeFound, TimeKey, TimePlace } from '../../stage/timeKey.ts';
import type { OrderNote } from './mergeBy.ts';

/** Bytes of a file that are looked at for its first time. */
const firstLook = 16 * 1024;

/** What all files are read with, one at a time. */
export interface MergeReader {
  readonly scanner: Scanner;
  readonly key: TimeKey;
}

/** Records of a file that were read and not handed on yet, with what puts them in order: it never falls. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where each record begins, and behind the last where the bytes end. */
  readonly starts: Uint32Array;
  readonly highs: Float64Array;
  readonly lows: Float64Array;
  readonly lines: Float64Array;
  /** The number of the first record, and where its first byte is in the file's text. */
  readonly record: number;
  readonly offset: number;
  /** The records, ascending, that would go on in what is put behind them: no quote of their file closes theirs. */
  readonly unclosed: readonly number[];
}

/** One of several files that are read as one in order of time: a piece of it is in memory at a time. */
export class MergeInput {
  readonly part: FilePart;
  /** Its place among the files: of records with equal times, those of the first file come first. */
  readonly ordinal: number;
  /** Where the first record begins in what is read of the file, and on which line; undefined: to be counted. */
  readonly #begin: number;
  #line: number | undefined;
  #source: Source | undefined;
  #position: number;
  #record = 0;
  #piece: Piece | undefined;
  /** The record of the piece that comes next, and its time; before anything was read, the time of the first one. */
  next = 0;
  high = -Infinity;
  low = 0;
  /** Which of the unclosed records comes next. */
  #unclosed = 0;
  /** The greatest time so far: before the first record with one, none. */
  readonly #greatest: TimePlace = { high: -Infinity, low: 0 };
  #late = 0;
  #other = 0;
  #firstLate = 0;
  #firstOther = 0;

  /** @param begin where its first record begins, and on which 0-based line, as far as that is known */
  constructor(part: FilePart, ordinal: number, begin: { readonly at: number; readonly line?: number }) {
    this.part = part;
    this.ordinal = ordinal;
    this.#begin = begin.at;
    this.#position = begin.at;
    this.#line = begin.line;
  }

  /** The path of the file, as people see it. */
  get name(): string {
    return this.part.name ?? this.part.path;
  }

  get partitions(): readonly PartitionValue[] {
    return this.part.partitions ?? [];
  }

  get piece(): Piece {
    if (!this.#piece) throw new TypeError('Nothing of the file has been read.');
    return this.#piece;
  }

  /** The next of the records that are unclosed; infinite where there is none. */
  get nextUnclosed(): number {
    const { unclosed } = this.piece;
    while (this.#unclosed < unclosed.length && unclosed[this.#unclosed] < this.next) this.#unclosed++;
    return unclosed.at(this.#unclosed) ?? Infinity;
  }

  get isRead(): boolean {
    return this.next >= (this.#piece?.count ?? 0);
  }

  /** Bytes of its text that were read. */
  get scanned(): number {
    return this.#position - this.#begin;
  }

  get note(): OrderNote | undefined {
    if (this.#late + this.#other === 0) return undefined;
    const { name: path } = this;
    const [late, other, firstLate, firstOther] = [this.#late, this.#other, this.#firstLate, this.#firstOther];
    return { path, late, other, firstLate, firstOther };
  }

  /**
   * Looks for the first time in the file, with which its records begin, and closes it again.
   * @returns whether there is a record at all
   */
  async look({ scanner, key }: MergeReader, signal: AbortSignal): Promise<boolean> {
    let size = firstLook;
    let hasRecords = false;
    try {
      const source = await this.#open(signal);
      for (let at = this.#begin; ; size = 1024 * 1024) {
        const run = { start: at, from: at, to: at + size, end: undefined };
        let next: number | undefined;
        for await (const block of records(source, scanner, run, Infinity, key.fields, signal)) {
          next = block.next;
          key.use(block.records);
          hasRecords ||= block.records.count > 0;
          for (let record = 0; record < block.records.count; record++) {
            if (key.read(record) !== 'time') continue;
            [this.high, this.low] = [key.high, key.low];
            return true;
          }
        }
        if (next === undefined) return hasRecords;
        at = next;
      }
    } finally {
      await this.close();
    }
  }

  /** Reads the next piece, of about so many bytes; answers whether there is any. */
  async fill(size: number, { scanner, key }: MergeReader, signal: AbortSignal): Promise<boolean> {
    this.#line ??= await this.#linesAbove(signal);
    const source = await this.#open(signal);
    this.#piece = undefined;
    this.#unclosed = 0;
    for (;;) {
      const at = this.#position;
      const run = { start: at, from: at, to: at + size, end: undefined };
      let hasMore = false;
      for await (const { start, next, records: block } of records(
        source,
        scanner,
        run,
        Infinity,
        key.fields,
        signal,
      )) {
        hasMore = true;
        this.#position = next;
        if (block.count === 0) continue;
        if (this.#piece) throw new TypeError('A run without blocks came in several.');
        key.use(block);
        this.#piece = this.#take(block, start, key);
      }
      if (this.#piece) {
        this.advance(0);
        return true;
      }
      if (!hasMore) return false;
    }
  }

  /** Says which record of the piece comes next. */
  advance(next: number): void {
    this.next = next;
    const { count, highs, lows } = this.piece;
    if (next >= count) return;
    this.high = highs[next];
    this.low = lows[next];
  }

  async close(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    await source?.close();
  }

  #take(block: RecordBlock, start: number, key: TimeKey): Piece {
    const { bytes, offset, count, faults, next } = block;
    const line = this.#line ?? 0;
    const [highs, lows] = [new Float64Array(count), new Float64Array(count)];
    const unclosed: number[] = [];
    for (let record = 0; record < count; record++) {
      if (faults[record] === Fault.TooLong) {
        const message = said`${this.name} has a record of more than 256 MiB, which cannot be put in order with those of other files.`;
        throw new SourceError('unsupported', message, start);
      }
      if (faults[record] === Fault.UnclosedQuote) unclosed.push(record);
      this.#note(key.read(record), key, this.#record + record + 1);
      highs[record] = this.#greatest.high;
      lows[record] = this.#greatest.low;
    }
    const first = block.starts[0];
    const starts = new Uint32Array(count + 1);
    for (let record = 0; record < count; record++) starts[record] = block.starts[record] - first;
    starts[count] = next - first;
    const piece = {
      ...{ bytes: bytes.slice(first, next), count, starts, highs, lows },
      lines: Float64Array.from(block.lines.subarray(0, count), (of) => line + of),
      record: this.#record,
      offset: offset + first + (this.part.columns ? 0 : this.part.from),
      unclosed,
    };
    this.#record += count;
    this.#line = line + block.lineCount;
    return piece;
  }

  /** Takes in what was found of a record's time. */
  #note(found: TimeFound, { high, low }: TimeKey, record: number): void {
    if (found === 'other') {
      if (this.#other++ === 0) this.#firstOther = record;
    } else if (found === 'time') {
      const greatest = this.#greatest;
      if (high > greatest.high || (high === greatest.high && low >= greatest.low)) {
        greatest.high = high;
        greatest.low = low;
      } else if (this.#late++ === 0) this.#firstLate = record;
    }
  }

  async #open(signal: AbortSignal): Promise<Source> {
    if (this.#source) return this.#source;
    const parts = writeParts([this.part]);
    const spec = { kind: 'files', name: this.name, parts, encoding: 'utf-8' } as const;
    return (this.#source = takesBack(await openSource(spec, { signal })));
  }

  /** Lines of the header that the file has above its first record. */
  async #linesAbove(signal: AbortSignal): Promise<number> {
    const { path, identity, encoding, columns, from } = this.part;
    const length = columns?.from ?? from;
    if (length === 0) return 0;
    const source = await openSource({ kind: 'file', path, identity, encoding }, { signal });
    try {
      const head = new Uint8Array(length);
      const read = await readFully(source, head, 0, signal);
      let lines = 0;
      for (let at = head.indexOf(lineFeed); at !== -1 && at < read; at = head.indexOf(lineFeed, at + 1))
        lines++;
      return lines;
    } finally {
      await source.close();
    }
  }
}
