import { said } from '../../../said/said.ts';
import { partitionPoint } from '../../partitionPoint.ts';
import type { FileSpans, PlacedRecords, RecordPlaces } from '../../source/source.ts';
import { SourceError } from '../../source/source.ts';
import type { Turn } from '../../source/files/turns.ts';
import { copyBytes } from '../../stage/bytes.ts';
import type { HeldRecords } from '../heldScan.ts';
import type { MergeInput, MergeReader } from './mergeInput.ts';

/** Files whose records are between the same times: of more, no piece each would fit in memory. */
export const mostAtOnce = 512;
/** Bytes of the pieces of all files, and of one. The first ones are short, as the first rows may be all that is wanted. */
const pieceRoom = 32 * 1024 * 1024;
const [shortestPiece, longestPiece] = [64 * 1024, 256 * 1024];
/** Records in what is handed on at a time. */
const mostRecords = 64 * 1024;

/** Whether the next record of `a` comes before that of `b`. */
function isBefore(a: MergeInput, b: MergeInput): boolean {
  if (a.high !== b.high) return a.high < b.high;
  if (a.low !== b.low) return a.low < b.low;
  return a.ordinal < b.ordinal;
}

function earlier(a: MergeInput | undefined, b: MergeInput | undefined): MergeInput | undefined {
  return a && (!b || isBefore(a, b)) ? a : b;
}

/**
 * Records of several files in order of time, in pieces. A file is open from its first time until its last record: not
 * all of them, but those whose times are the same, are read at a time.
 */
export class MergeOrder {
  readonly #reader: MergeReader;
  /** Files that were not begun, by their first times. */
  readonly #waiting: MergeInput[];
  /** Files that are open, as a heap: the one whose record comes next is the first. */
  readonly #open: MergeInput[] = [];
  readonly #out: MergedRecords;
  #pieceSize = shortestPiece;
  /** Bytes of the files that were read to their ends. */
  #done = 0;
  /** Files that are read at a time, at most: for tests. */
  mostOpen = 0;

  readonly #told: ((turn: Turn) => void) | undefined;

  /**
   * @param inputs that were looked at
   * @param told of the records of one file that come one after the other, by their place there
   */
  constructor(inputs: readonly MergeInput[], reader: MergeReader, told?: (turn: Turn) => void) {
    this.#told = told;
    this.#reader = reader;
    this.#out = new MergedRecords(inputs.length);
    this.#waiting = [...inputs].sort((a, b) => (isBefore(a, b) ? -1 : 1)).reverse();
  }

  /** Bytes of text that were read. */
  get scanned(): number {
    return this.#open.reduce((sum, input) => sum + input.scanned, this.#done);
  }

  /** The next records, void after the next call; undefined where there are no more. @throws SourceError, the signal's reason */
  async take(signal: AbortSignal): Promise<HeldRecords | undefined> {
    signal.throwIfAborted();
    const out = this.#out;
    out.clear();
    for (let isCut = false; !isCut && out.length < this.#pieceSize && out.count < mostRecords;) {
      // Where the files take turns, a run is one record: nothing is waited for but what is read.
      if (this.#hasToBegin) await this.#begin(signal);
      const first = this.#open.at(0);
      if (!first) return out.count === 0 ? undefined : out;
      // A record that its file does not close would go on in one of another file.
      isCut = this.#takeRun(first);
      if (first.isRead && !(await first.fill(this.#size, this.#reader, signal))) await this.#end(0);
      this.#sink(0);
    }
    this.#pieceSize = Math.min(longestPiece, 2 * this.#pieceSize);
    return out;
  }

  async close(): Promise<void> {
    const inputs = this.#open.splice(0);
    await Promise.all(inputs.map((input) => input.close()));
  }

  /** Whether a file that was not begun has a record before all that are open. */
  get #hasToBegin(): boolean {
    const next = this.#waiting.at(-1);
    const first = this.#open.at(0);
    return next !== undefined && (first === undefined || isBefore(next, first));
  }

  async #begin(signal: AbortSignal): Promise<void> {
    while (this.#hasToBegin) {
      if (this.#open.length >= mostAtOnce) {
        const message = said`More than ${mostAtOnce} of the files have records of the same time. Merge some of them first, or sort all records with ORDER BY.`;
        throw new SourceError('unsupported', message);
      }
      const next = this.#waiting.pop();
      if (!next) return;
      this.#open.push(next);
      this.mostOpen = Math.max(this.mostOpen, this.#open.length);
      if (!(await next.fill(this.#size, this.#reader, signal))) await this.#end(this.#open.length - 1);
      else this.#rise(this.#open.length - 1);
    }
  }

  /** Takes records of a file up to the first that another file has one before; answers whether nothing may follow them. */
  #takeRun(input: MergeInput): boolean {
    const bound = earlier(earlier(this.#open.at(1), this.#open.at(2)), this.#waiting.at(-1));
    const { piece, next: from } = input;
    const { count, highs, lows, starts } = piece;
    const { nextUnclosed } = input;
    const most = Math.min(count, nextUnclosed + 1, from + mostRecords - this.#out.count);
    const room = starts[from] + this.#pieceSize - this.#out.length;
    let to = from + 1;
    if (bound === undefined) {
      while (to < most && starts[to] < room) to++;
    } else {
      const { high, low } = bound;
      const isFirst = input.ordinal < bound.ordinal;
      for (; to < most && starts[to] < room; to++) {
        if (highs[to] < high) continue;
        if (highs[to] > high || lows[to] > low || (lows[to] === low && !isFirst)) break;
      }
    }
    this.#out.add(input, from, to);
    input.advance(to);
    const isOpen = to === nextUnclosed + 1;
    this.#told?.({
      file: input.ordinal,
      from: piece.offset + starts[from],
      length: starts[to] - starts[from],
      isOpen,
    });
    return isOpen;
  }

  async #end(at: number): Promise<void> {
    const input = this.#open[at];
    const last = this.#open.pop();
    if (last && last !== input) this.#open[at] = last;
    this.#done += input.scanned;
    await input.close();
  }

  get #size(): number {
    const share = Math.floor(pieceRoom / Math.max(1, this.#open.length));
    return Math.max(shortestPiece, Math.min(this.#pieceSize, share));
  }

  #rise(at: number): void {
    const open = this.#open;
    for (let up = (at - 1) >> 1; at > 0 && isBefore(open[at], open[up]); up = (at - 1) >> 1) {
      [open[at], open[up]] = [open[up], open[at]];
      at = up;
    }
  }

  #sink(at: number): void {
    const open = this.#open;
    for (;;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < open.length && isBefore(open[below], open[least])) least = below;
      }
      if (least === at) return;
      [open[at], open[least]] = [open[least], open[at]];
      at = least;
    }
  }
}

/** Records of several files that are in memory one behind the other, with the place that each has in its file. */
class MergedRecords implements HeldRecords {
  readonly place = { start: 0, record: 0, line: 0 };
  readonly files: FileSpans;
  #bytes = new Uint8Array(2 * longestPiece);
  length = 0;
  count = 0;
  readonly #inputs: MergeInput[] = [];
  /** Where each record begins, which of `inputs` it is of, and its place there. */
  readonly #starts = new Float64Array(mostRecords);
  readonly #of = new Uint32Array(mostRecords);
  readonly #records = new Float64Array(mostRecords);
  readonly #lines = new Float64Array(mostRecords);
  readonly #offsets = new Float64Array(mostRecords);

  /** @param count of the files */
  constructor(count: number) {
    this.files = {
      count,
      pathAt: (position) => this.#inputAt(position).name,
      partitionsAt: (position) => this.#inputAt(position).partitions,
      offsetAt: (position) => {
        const at = this.#at(position);
        const { part } = this.#inputs[this.#of[at]];
        return part.columns ? undefined : this.#offsets[at] + position - this.#starts[at];
      },
      nextAfter: () => undefined,
    };
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Memory that long records have needed is given back. */
  clear(): void {
    this.length = 0;
    this.count = 0;
    this.#inputs.length = 0;
    if (this.#bytes.length > 8 * longestPiece) this.#bytes = new Uint8Array(2 * longestPiece);
  }

  add(input: MergeInput, from: number, to: number): void {
    const { bytes, starts, lines, record, offset } = input.piece;
    const end = starts[to];
    this.#reserve(end - starts[from]);
    copyBytes(this.#bytes, this.length, bytes, starts[from], end);
    if (this.#inputs.at(-1) !== input) this.#inputs.push(input);
    const of = this.#inputs.length - 1;
    const shift = this.length - starts[from];
    for (let at = from; at < to; at++) {
      const into = this.count++;
      this.#starts[into] = starts[at] + shift;
      this.#of[into] = of;
      this.#records[into] = record + at;
      this.#lines[into] = lines[at];
      this.#offsets[into] = offset + starts[at];
    }
    this.length += end - starts[from];
  }

  readonly places: RecordPlaces = {
    of: (position, starts): PlacedRecords => {
      const { length } = starts;
      const placed = {
        records: new Float64Array(length),
        lines: new Float64Array(length),
        offsets: new Float64Array(length),
      };
      let at = length === 0 ? 0 : this.#at(position + starts[0]);
      for (let record = 0; record < length; record++) {
        const start = position + starts[record];
        while (at + 1 < this.count && this.#starts[at + 1] <= start) at++;
        placed.records[record] = this.#records[at];
        placed.lines[record] = this.#lines[at];
        placed.offsets[record] = this.#offsets[at];
      }
      return placed;
    },
  };

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.bytes);
    this.#bytes = larger;
  }

  #inputAt(position: number): MergeInput {
    return this.#inputs[this.#of[this.#at(position)]];
  }

  /** The last record that begins at a position or before it. */
  #at(position: number): number {
    const behind = partitionPoint(0, this.count, (at) => this.#starts[at] <= position);
    return Math.max(0, behind - 1);
  }
}
