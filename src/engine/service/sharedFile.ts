import { abortReason, onAbort } from '../../protocol/abort.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import type { FileState } from '../../protocol/file.ts';
import { saidOf, type Said } from '../../said/said.ts';
import type { IndexStore } from '../index/store.ts';
import type { Pool } from '../pool/pool.ts';
import type { PageResult, Result, Task } from '../pool/task.ts';
import { continues, type FileIdentity } from '../source/file.ts';
import type { Watch } from '../source/place.ts';
import { SourceError } from '../source/source.ts';
import { cellColumns } from '../dataset/columns.ts';
import type { Dataset, DatasetOptions } from '../dataset/dataset.ts';
import { throttled } from '../run/throttle.ts';
import type { Comparison } from '../diff/comparison.ts';
import type { RemoteResult } from '../remote/result.ts';
import { followFile } from './fileFollowing.ts';
import { followFiles } from './filesFollowing.ts';
import { SampledCells } from '../dataset/doubt/sampledCells.ts';
import { SeenFields } from './seenFields.ts';
import { SeenValues } from './seenValues.ts';

/** How often the file on disk is looked at. */
const watchMs = 1000;
/** Looking at the file again waits for so many times as long as the last look took. */
const restPerLook = 20;
/** From the first rows' answer to the background pass. */
const settleMs = 250;
/** Looked at when a file is opened. */
const firstRows = 100;
/** Cells of a CSV that are looked at then, for the types of its columns. */
const cellsSampled = 100_000;

/** What all files share. */
export interface EngineResources {
  readonly pool: Pool<Task, Result>;
  readonly store: IndexStore | undefined;
}

/** What is opened, where that is no file as it stands: it is closed with it. */
export interface MadeRows {
  readonly comparison?: Comparison | undefined;
  readonly remote?: RemoteResult | undefined;
}

export type FileListener = (state: FileState) => void;

/** Who is told what people should know of a file that is followed. */
export type Follower = (said: Said) => void;

/** Takes the file over as it has grown; so many blocks are as they were. */
export type GrowthListener = (same: number) => Promise<void>;

/**
 * A file that several previews look at: one dataset, one background pass that fills its index, one watch on what
 * becomes of it. Lives while somebody holds it.
 */
export class SharedFile {
  readonly dataset: Dataset;
  /** Two files that are compared, where the dataset is what they differ in. */
  readonly comparison: Comparison | undefined;
  /** The query on a cluster whose rows the dataset is. */
  readonly remote: RemoteResult | undefined;
  /** What completion and the check of a query look at. */
  readonly sampled: SampledCells;
  readonly values: SeenValues;
  readonly fields: SeenFields;
  readonly #listeners = new Set<FileListener>();
  readonly #closing = new AbortController();
  readonly #watch: NodeJS.Timeout;
  #disk: Watch | undefined;
  #identity: FileIdentity | undefined;
  /** Not looked at before then. */
  #nextLook = 0;
  #soon: NodeJS.Timeout | undefined;
  /** Records, by the length of the first ones. */
  #firstGuess = 0;
  #indexing: Promise<void> | undefined;
  #pause: AbortController | undefined;
  /** Runs that index on their way, so that nobody need. */
  #scans = 0;
  #trouble: Pick<FileState, 'phase' | 'said' | 'grownBy' | 'failedAt' | 'outrun'> | undefined;
  /** Blocks that somebody has asked for. */
  #wanted = 0;
  /** All previews are to know what the file has grown by before one of them sees more records, whoever follows it. */
  readonly #growing = new Set<GrowthListener>();
  readonly #followers = new Set<Follower>();
  #following: AbortController | undefined;
  /** Resolves when the last following has let go of the file. */
  #followed: Promise<void> = Promise.resolve();

  private constructor(dataset: Dataset, { comparison, remote }: MadeRows) {
    this.dataset = dataset;
    this.comparison = comparison;
    this.remote = remote;
    remote?.listen(() => this.#tell());
    dataset.tellWhenChanged(() => {
      this.#trouble = { phase: 'changed', said: undefined };
      this.#tell();
    });
    this.sampled = new SampledCells(dataset);
    this.values = new SeenValues(this.sampled);
    this.fields = new SeenFields(dataset);
    this.#watchFile();
    this.#watch = setInterval(() => void this.#look(), watchMs);
    this.#watch.unref();
  }

  /** @throws SourceError */
  static async open(
    open: (options: DatasetOptions) => Promise<Dataset>,
    options: FormatOptions & Pick<DatasetOptions, 'reopens'>,
    { pool, store }: EngineResources,
    signal: AbortSignal,
    made: MadeRows = {},
  ): Promise<SharedFile> {
    const dataset = await open({ ...options, pool, store, signal, keepPages: true });
    try {
      const file = new SharedFile(dataset, made);
      await file.#lookAtFirstRows(signal);
      // Nobody asks for rows where none is known: whether there is one is found out unasked.
      if (file.state().records === 0) void file.#seekFirstRecord();
      return file;
    } catch (error) {
      await dataset.close();
      throw error;
    }
  }

  state(): FileState {
    const { index } = this.dataset;
    const known = this.dataset.state();
    const guessed = index.length === 0 && !known.exact;
    // What comes after the place where a source gave out cannot be shown.
    const failed = this.#trouble?.failedAt !== undefined && !known.exact;
    const resting = this.dataset.remote && this.#scans === 0 && this.#wanted <= index.length;
    return {
      ...known,
      resting,
      ...(guessed && !known.counted && { records: this.#firstGuess }),
      ...(failed && { records: this.dataset.known.records, counted: undefined }),
      ...this.#trouble,
      ...(this.#following && { following: true }),
      ...(this.remote && { remote: this.remote.state }),
    };
  }

  /** Takes in what is appended, from now on, until what is returned is called. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    this.#startFollowing();
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      this.#following?.abort();
      this.#following = undefined;
      this.#tell();
    };
  }

  #startFollowing(): void {
    if (this.#following) return;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#closing.signal]);
    const { dataset } = this;
    const say = (trouble: Pick<FileState, 'phase' | 'said'>): void => {
      if (signal.aborted) return;
      this.#trouble = trouble;
      this.#tell();
    };
    // What has been seen of a growth before is taken in now. Of several files it is looked at anew what has become of each.
    const hasGrown = this.#trouble?.grownBy !== undefined;
    if (hasGrown || (dataset.files && this.#trouble?.phase === 'changed')) this.#trouble = undefined;
    const follow = dataset.files ? followFiles : followFile;
    this.#followed = follow(
      {
        dataset,
        isBusy: () =>
          this.#scans > 0 || this.#indexing !== undefined || this.#trouble !== undefined || !dataset.indexed,
        grew: async (growth, now) => {
          if (signal.aborted) return;
          this.#scans++;
          try {
            dataset.grow(growth);
            this.#disk = dataset.watch;
            this.#identity = now ? { ...now, size: growth.end } : this.#disk?.opened;
            for (const grew of [...this.#growing]) await grew(growth.same);
          } finally {
            this.#scans--;
          }
          this.#tell();
        },
        replaced: (said) => say({ phase: 'changed', said }),
        told: (said) => {
          for (const follower of [...this.#followers]) follower(said);
        },
        gone: () => say({ phase: 'gone', said: undefined }),
      },
      signal,
    ).catch((error: unknown) => {
      if (!signal.aborted) this.#fail(error);
      this.#tell();
    });
    this.#following = stop;
    this.startIndexing();
    this.#tell();
  }

  /** Watches what was opened, once all of its files were looked at. */
  #watchFile(): void {
    if (!this.dataset.isWhole) return;
    this.#disk = this.comparison ? this.comparison.watch : this.dataset.watch;
    this.#identity = this.#disk?.opened;
  }

  /** @returns what ends the listening */
  listen(listener: FileListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  listenToGrowth(listener: GrowthListener): () => void {
    this.#growing.add(listener);
    return () => this.#growing.delete(listener);
  }

  /**
   * Fills the index in the background, from where it ends; gives way to runs, which fill it as well. What is remote is
   * read no further than somebody waits for it.
   */
  startIndexing(): void {
    if (this.#indexing || this.#scans > 0 || this.dataset.indexed || this.#closing.signal.aborted) return;
    if (this.dataset.remote && this.#wanted <= this.dataset.index.length) return;
    const pause = new AbortController();
    this.#pause = pause;
    this.#indexing = this.#index(AbortSignal.any([pause.signal, this.#closing.signal])).finally(() => {
      this.#indexing = undefined;
      // More may have been asked for in the meantime.
      if (this.dataset.remote && !this.#trouble) this.startIndexing();
    });
  }

  /** Forgets that the source has failed, and reads one more block of it: `state` says what came of that. */
  async retry(signal: AbortSignal): Promise<void> {
    this.#trouble = undefined;
    this.#tell();
    await this.indexedTo(this.dataset.index.length + 1, signal);
  }

  /** Fills the index once the first rows have been drawn: until then they need processor and disk more. */
  startIndexingSoon(): void {
    this.#soon ??= setTimeout(() => this.startIndexing(), settleMs);
  }

  /**
   * Does something that scans the file, the background pass standing still.
   * @param goOn whether that pass fills the index afterwards, though nobody has begun it
   */
  async whileScanning<T>(work: () => Promise<T>, goOn = true): Promise<T> {
    const began = this.#indexing !== undefined;
    this.#scans++;
    this.#pause?.abort();
    await this.#indexing;
    try {
      return await work();
    } finally {
      this.#scans--;
      this.#tell();
      if (goOn || began) this.startIndexing();
    }
  }

  /** Resolves when at least `count` blocks are known, or all that there are. */
  async indexedTo(count: number, signal: AbortSignal): Promise<void> {
    const enough = (): boolean =>
      this.dataset.index.length >= count || this.dataset.indexed || this.#trouble !== undefined;
    if (enough()) return;
    this.#wanted = Math.max(this.#wanted, count);
    this.startIndexing();
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void): void => {
        stop();
        letGo();
        settle();
      };
      const abort = (): void => done(() => reject(abortReason(signal)));
      const stop = this.listen(() => {
        if (enough()) done(resolve);
      });
      const letGo = onAbort(signal, abort);
      if (signal.aborted) abort();
    });
  }

  /** Learns the first columns, and about how many records there are, before any scan. */
  async #lookAtFirstRows(signal: AbortSignal): Promise<void> {
    const { dataset } = this;
    const cells = { kind: 'columns', columns: [], limit: 0 } as const;
    const read = () => dataset.page(undefined, dataset.known.parts(0, firstRows), cells, signal);
    const page = await read().catch(async (error: unknown) => {
      // Where the source fails among the first rows, those before are shown.
      if (!(error instanceof SourceError)) throw error;
      await this.#index(signal, 1);
      if (dataset.known.cut === undefined && dataset.index.length === 0) throw error;
      return read();
    });
    dataset.columns.learn(page, []);
    await this.#learnCellTypes(page, signal);
    const bytes = page.lengths.reduce((sum, length) => sum + length, 0);
    const size = dataset.isWhole ? dataset.size : dataset.expectedSize;
    this.#firstGuess =
      page.rows < firstRows || size === undefined ? page.rows : Math.round((size / bytes) * page.rows);
  }

  /** Reads on until a record is found, or the end. */
  async #seekFirstRecord(): Promise<void> {
    const { dataset } = this;
    const { signal } = this.#closing;
    while (dataset.known.records === 0 && !dataset.indexed && !this.#trouble && !signal.aborted) {
      await this.indexedTo(dataset.index.length + 1, signal).catch(() => undefined);
    }
  }

  /**
   * Learns what columns hold of which the paths in records do not say it, from no more cells than are read in a moment: those
   * of a CSV, and cells in other records that are written in a way of their own.
   */
  async #learnCellTypes({ rows, paths }: PageResult, signal: AbortSignal): Promise<void> {
    const { columns, known } = this.dataset;
    const all = columns.all.filter(({ reading }) => paths.length === 0 || reading !== undefined);
    if (rows === 0 || all.length === 0) return;
    const count = Math.min(rows, Math.max(1, Math.floor(cellsSampled / all.length)));
    const wanted = cellColumns(all);
    const cells = { kind: 'columns', columns: wanted, limit: 0 } as const;
    const page = await this.dataset.page(undefined, known.parts(0, count), cells, signal);
    columns.learn(
      page,
      all.map(({ id }) => id),
    );
  }

  /** Tells the listeners how far the file is known. */
  #tell(): void {
    const state = this.state();
    for (const listener of [...this.#listeners]) listener(state);
  }

  async #index(signal: AbortSignal, toBlock = this.dataset.remote ? this.#wanted : Infinity): Promise<void> {
    const { dataset } = this;
    const tell = throttled(() => this.#tell());
    try {
      // Then other blocks may be known.
      await dataset.complete(signal);
      const request = {
        query: undefined,
        output: { kind: 'count' },
        fromBlock: dataset.index.length,
        toBlock,
      } as const;
      await dataset.ofOneVersion(async () => {
        for await (const _ of dataset.scan(request, signal)) tell(undefined);
      }, signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    this.#tell();
    await this.dataset.known.save();
  }

  #fail(error: unknown): void {
    const phase = error instanceof SourceError && error.failure === 'changed' ? 'changed' : 'failed';
    const failedAt = error instanceof SourceError && phase === 'failed' ? error.position : undefined;
    // What a read has found is told by now.
    if (phase === 'changed' && this.#trouble?.phase === phase && this.#trouble.grownBy === undefined) return;
    this.#trouble = { phase, said: saidOf(error), failedAt, ...(this.dataset.isOutrun && { outrun: true }) };
  }

  async #look(): Promise<void> {
    if (!this.#disk) this.#watchFile();
    const watch = this.#disk;
    const began = performance.now();
    if (!this.#identity || !watch || this.#trouble || this.#following || began < this.#nextLook) return;
    this.#nextLook = Infinity;
    try {
      const now = await watch.now();
      if (this.#closing.signal.aborted) return;
      const before = this.#identity;
      if (now.size === before.size && continues(before, now)) {
        if (now.ctimeMs === before.ctimeMs) return;
        // Its mode or a link to it may be all that has changed; or its content, and then its time was set back.
        this.#identity = now;
        if (await this.dataset.sampled(this.#closing.signal)) return;
        this.#trouble = { phase: 'changed', said: await watch.difference?.() };
        this.#tell();
        return;
      }
      // Written anew and longer, it looks as one that has grown.
      const isGrown = continues(before, now) && (await this.dataset.sampled(this.#closing.signal));
      const grownBy = isGrown ? now.size - before.size : undefined;
      this.#trouble = { phase: 'changed', said: await watch.difference?.(), grownBy };
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const gone = error instanceof SourceError && error.failure === 'not-found';
      this.#trouble = gone ? { phase: 'gone', said: undefined } : { phase: 'failed', said: saidOf(error) };
    } finally {
      // Many files take a while to look at: looking is to be a small part of the time.
      this.#nextLook = performance.now() + restPerLook * (performance.now() - began);
    }
    this.#tell();
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    clearTimeout(this.#soon);
    this.#closing.abort();
    // Else its rows would be waited for.
    this.remote?.stop();
    await this.#indexing;
    await this.#followed;
    await this.dataset.close();
    await this.comparison?.close();
    await this.remote?.close();
  }
}
