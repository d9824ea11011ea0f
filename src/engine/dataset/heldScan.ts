import { english } from '../../said/said.ts';
import { InlinePool } from '../pool/inline.ts';
import type { FileSpec, ScanResult, ScanTask } from '../pool/task.ts';
import { digestOf } from '../query/index.ts';
import type { MatchWindow } from '../matchWindow.ts';
import type { FileSpans, RecordPlaces, Source } from '../source/source.ts';
import type { FileScan } from './fileScan.ts';
import type { TextPlace } from './follow/followedText.ts';

/** Whole records that are in memory. */
export interface HeldRecords {
  readonly bytes: Uint8Array;
  /** What the first byte is. */
  readonly place: TextPlace;
  readonly files: FileSpans;
  /** Where each record is in its file, if not one behind the other from `place` on. */
  readonly places?: RecordPlaces;
}

/** Scans records that are in memory, one run of them after the other. */
export class HeldScan {
  readonly #pool = new InlinePool();
  readonly #source = new HeldSource();
  readonly #spec: FileSpec;
  readonly #scan: FileScan;
  readonly #signal: AbortSignal;

  /**
   * @param spec how the records are read
   * @param key tells it from the scans of the file itself
   */
  constructor(spec: FileSpec, key: string, scan: FileScan, signal: AbortSignal) {
    this.#spec = { ...spec, key: `${spec.key}\n${key}`, checksumEvery: undefined };
    this.#scan = scan;
    this.#signal = signal;
    this.#pool.adopt(this.#spec, this.#source);
  }

  /** @param window which of the matches are wanted; undefined: none, and records are only counted */
  async *of(held: HeldRecords, window: MatchWindow | undefined): AsyncGenerator<ScanResult> {
    const { query, output, malformed = 'keep', violations, find, measure, also } = this.#scan;
    const { start, record, line } = held.place;
    const to = start + held.bytes.length;
    this.#source.hold(held);
    const task: ScanTask = {
      kind: 'scan',
      file: { ...this.#spec, end: to },
      stretch: { from: start, to, start, record, line },
      query: query?.text,
      digest: query && digestOf(query.plan),
      find,
      output: window ? { ...output } : { kind: 'count' },
      malformed,
      violations,
      window: window ?? { skip: 0, take: 0 },
      measure: measure !== undefined,
      also: also?.map((other) => ({
        query: other.query.text,
        digest: digestOf(other.query.plan),
        output: other.output,
      })),
    };
    let done = 0;
    for (let isFirst = true; ; isFirst = false) {
      const own = isFirst ? task : { ...task, also: undefined, window: { skip: done, take: Infinity } };
      const result = await this.#pool.run(own, 1, this.#signal);
      if (result.kind !== 'scan') throw new TypeError(`A scan was answered by a ${result.kind}.`);
      const { unfinished, failure } = result;
      if (failure) throw new TypeError(english(failure.said));
      // What was made in parts counts once.
      yield isFirst ? result : restOf(result);
      if (unfinished === undefined) return;
      done += unfinished;
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** What was made of further matches, with nothing that was told with the first. */
function restOf(result: ScanResult): ScanResult {
  const work = result.work && { ...result.work, candidates: 0, matched: 0 };
  return { ...result, blocks: [], rejects: [], passed: 0, checked: undefined, also: undefined, work };
}

/** Bytes that are in memory, with the places that they have in their files. */
class HeldSource implements Source {
  readonly name = '';
  readonly random = true;
  #held: HeldRecords | undefined;

  hold(held: HeldRecords): void {
    this.#held = held;
  }

  get size(): number {
    return this.#start + this.#bytes.length;
  }

  get files(): FileSpans | undefined {
    return this.#held?.files;
  }

  get places(): RecordPlaces | undefined {
    return this.#held?.places;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    const from = position - this.#start;
    const part = this.#bytes.subarray(from, from + into.length);
    into.set(part);
    return Promise.resolve(part.length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get #bytes(): Uint8Array {
    return this.#held?.bytes ?? nothing;
  }

  get #start(): number {
    return this.#held?.place.start ?? 0;
  }
}

const nothing = new Uint8Array(0);
