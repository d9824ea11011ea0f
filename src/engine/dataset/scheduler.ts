import { InlinePool } from '../pool/inline.ts';
import type { Pool } from '../pool/pool.ts';
import type { FileSpec, Result, Task } from '../pool/task.ts';
import type { OpenedSource } from '../source/open.ts';
import { divisionOf, type Division } from './division.ts';
import { mayRunLong } from './plan.ts';

/** The priority of what a person waits for. */
export const interactivePriority = 0;

/** Files of at most so many blocks are scanned in the caller's thread: starting a worker would take longer. */
const inlineBlocks = 4;

/** Who does a task, and how the file is opened there. */
export interface Assignment {
  readonly pool: Pool<Task, Result>;
  readonly spec: FileSpec;
  /** Set where stretches have to end at certain blocks: see `Division`. */
  readonly stretchEnd: Division['stretchEnd'] | undefined;
}

/**
 * Decides which thread reads a file: scan workers if the file is large and they can read it, else the caller's thread.
 * Workers can read a compressed or re-encoded source only once it is known where decoding can begin, so a scan may start
 * in the caller's thread and go on in the workers.
 */
export class ScanScheduler {
  readonly #source: OpenedSource;
  #spec: FileSpec;
  /** The caller's thread, with the source that was opened there. */
  readonly #inline = new InlinePool();
  /** The scan workers, if they can read this file. */
  #workers: Pool<Task, Result> | undefined;
  /** The scan workers, if they can read this file once it is divided. */
  readonly #offered: Pool<Task, Result> | undefined;
  readonly #usual: Pool<Task, Result>;
  #divided: { readonly spec: FileSpec; readonly division: Division } | undefined;
  #survey: Promise<void> | undefined;
  readonly #closing = new AbortController();

  /** @param workers shared by all files; without them everything is done in the caller's thread */
  constructor(source: OpenedSource, spec: FileSpec, workers: Pool<Task, Result> | undefined) {
    this.#source = source;
    this.#spec = spec;
    this.#inline.adopt(spec, source);
    const splits = source.random && source.containers.length === 0 && source.encoding.startsWith('utf-8');
    this.#workers = splits ? workers : undefined;
    this.#offered = splits || !source.reopens ? undefined : workers;
    this.#usual =
      (this.#isLarge || spec.schema?.mayRunLong === true ? this.#workers : undefined) ?? this.#inline;
    this.#usual.start();
  }

  /** From now on the file is read up to another end. Who has it open reads on in it, unless it has another key. */
  grow(spec: FileSpec): void {
    this.#spec = spec;
  }

  /** Closes what is open under a key that no task has any more. */
  release(key: string): void {
    this.#inline.release(key);
    this.#workers?.release(key);
  }

  /** Whether blocks are scanned in parallel. */
  get parallel(): boolean {
    return this.#usual !== this.#inline || this.#divided !== undefined;
  }

  /** The workers that can read this file, also if it is too small for them. */
  get workers(): Pool<Task, Result> | undefined {
    return this.#workers;
  }

  /** Who scans for a query, as far as is known now: `isDivided` says when that changes. */
  forScan(query: string | undefined): Assignment {
    return this.#forDivided() ?? this.forUndivided(query);
  }

  /** Who scans a first block while workers may not have started yet; undefined where it is no other. */
  firstFor(query: string | undefined): Pool<Task, Result> | undefined {
    const isOther = this.#usual !== this.#inline;
    const runsLong = this.#spec.schema?.mayRunLong === true || (query !== undefined && mayRunLong(query));
    return isOther && !runsLong ? this.#inline : undefined;
  }

  /**
   * Who reads blocks one after the other, for a scan in small stretches: workers that take turns would each decode the
   * whole source.
   */
  forUndivided(query: string | undefined): Assignment {
    return { pool: this.#poolFor(query), spec: this.#spec, stretchEnd: undefined };
  }

  /** Who reads rows to be shown. @param isFirst whether they are the first: those are read before a worker has started */
  forPage(query: string | undefined, isFirst: boolean): Assignment {
    const pool = isFirst && query === undefined ? this.#inline : this.#poolFor(query);
    const divided = pool === this.#offered ? this.#forDivided() : undefined;
    return divided ?? { pool, spec: this.#spec, stretchEnd: undefined };
  }

  /** Who compares blocks with what is known of them. */
  get forComparison(): Assignment {
    return { pool: this.#usual, spec: this.#spec, stretchEnd: undefined };
  }

  /** Whether a scan that began in the caller's thread can go on in the workers. */
  get isDivided(): boolean {
    return this.#divided !== undefined;
  }

  /** Lets workers take part from now on if it has become known where decoding can begin. */
  divide(): void {
    if (this.#divided || !this.#offered || !this.#isLarge) return;
    const division = divisionOf(this.#source, this.#spec.blockSize);
    if (!division) return;
    const spec = {
      ...this.#spec,
      key: `${this.#spec.key}\ndivided`,
      source: this.#source.spec(),
      end: this.#spec.end ?? this.#source.size,
    };
    this.#divided = { spec, division };
    // A regular expression that runs for ever can be stopped from now on.
    this.#workers = this.#offered;
  }

  /** Looks through a file on this machine for where decoding can begin, as far as that is written there. */
  survey(): void {
    if (!this.#offered || this.#source.place.remote || this.#source.random) return;
    this.#survey ??= this.#source.survey(this.#closing.signal).then(
      () => this.divide(),
      // What is wrong with the file is found where it is read.
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#survey;
    await this.#inline.close();
    this.#workers?.release((this.#divided?.spec ?? this.#spec).key);
  }

  get #isLarge(): boolean {
    return (this.#source.size ?? 0) > inlineBlocks * this.#spec.blockSize;
  }

  #forDivided(): Assignment | undefined {
    if (!this.#divided || !this.#offered) return undefined;
    const { spec, division } = this.#divided;
    return { pool: this.#offered, spec, stretchEnd: division.stretchEnd };
  }

  /** What runs long in one go can be stopped only in a thread of its own. */
  #poolFor(query: string | undefined): Pool<Task, Result> {
    return this.#workers && query !== undefined && mayRunLong(query) ? this.#workers : this.#usual;
  }
}
