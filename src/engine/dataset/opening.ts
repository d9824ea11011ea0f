import type { FileDoubt } from '../../protocol/comparison.ts';
import type { Format } from '../format/driver.ts';
import type { RecognisedFile } from '../format/registry.ts';
import { BlockIndex } from '../index/blockIndex.ts';
import type { IndexStore } from '../index/store.ts';
import type { Pool } from '../pool/pool.ts';
import type { FileSpec, PagePart, Result, Task } from '../pool/task.ts';
import type { SchemaSpec } from '../schema/schemaSpec.ts';
import type { OpenedSource } from '../source/open.ts';
import type { SourceSpec } from '../source/source.ts';
import { checksumEvery, samplesOf } from './checksums.ts';
import { FileEnd } from './fileEnd.ts';
import type { Scannable } from './fileScan.ts';
import { FileVersion } from './fileVersion.ts';
import { Knowledge, type Growth } from './knowledge.ts';
import { interactivePriority, ScanScheduler } from './scheduler.ts';

/** Index granularity and unit of scanning, in bytes: small enough to filter again for one page. */
export const blockSize = 1024 * 1024;
/** So many blocks are compared of a file that is to be read as a whole, and has been written to at its end. */
const mostCompared = 64;
/** What is kept in memory of the columns of one file. */
const columnBytes = 160 * 1024 * 1024;

export interface OpeningOptions {
  /** Scan workers, shared by all files; without them everything is done in this thread. */
  readonly pool?: Pool<Task, Result> | undefined;
  /** Where indexes are kept between sessions. */
  readonly store?: IndexStore | undefined;
  /** What its records are checked by: those that it does not allow take part where a query asks for `_violation`. */
  readonly schema?: SchemaSpec | undefined;
  /** For tests: other than the engine's. */
  readonly blockSize?: number | undefined;
  /** For tests: see `Place.kept`. */
  readonly restMs?: number | undefined;
}

/**
 * A file that was changed later than this before it was opened may be changed again without another time to show for
 * it: the clocks of file systems move in steps of up to 2 s (FAT), and NFS keeps times for 3 s by default.
 */
const usualRestMs = 5000;

/** An opened source and all that is bound to it: how workers open it, what is known of it, and who scans it. */
export class Opening {
  readonly known: Knowledge;
  readonly scheduler: ScanScheduler;
  readonly #recognised: RecognisedFile;
  readonly #format: Format;
  readonly #options: OpeningOptions;
  #source: OpenedSource;
  #spec: FileSpec;
  #version: FileVersion;
  #end: FileEnd | undefined;

  /** @param isProvisional whether another opening takes its place: nothing that is found out of it is kept */
  constructor(
    source: OpenedSource,
    spec: SourceSpec,
    recognised: RecognisedFile,
    format: Format,
    options: OpeningOptions,
    isProvisional: boolean,
  ) {
    this.#source = source;
    this.#recognised = recognised;
    this.#format = format;
    this.#options = options;
    this.#version = new FileVersion(source, options.restMs ?? usualRestMs);
    this.#spec = this.#specOf(source, spec);
    this.known = this.#knowledge(isProvisional);
    this.scheduler = new ScanScheduler(source, this.#spec, options.pool);
  }

  /** Takes over what is kept of the file, and how it ends. @throws SourceError; the signal's reason */
  async restore(signal: AbortSignal): Promise<void> {
    await this.known.restore(signal);
    this.#end = await FileEnd.of(this.#source, this.#spec.checksumEvery === undefined, signal);
  }

  get source(): OpenedSource {
    return this.#source;
  }

  get spec(): FileSpec {
    return this.#spec;
  }

  get version(): FileVersion {
    return this.#version;
  }

  /** Where the file ends; undefined for a stream whose end was not seen. */
  get size(): number | undefined {
    return this.#spec.end ?? this.#source.size;
  }

  /** As a scan sees it, whatever takes its place meanwhile. */
  get scannable(): Scannable {
    const { known, scheduler } = this;
    const { layout } = this.#format;
    const { end: size, blockSize, schema } = this.#spec;
    const blocks = size === undefined ? Infinity : Math.ceil(size / blockSize);
    return { known, scheduler, layout, checks: schema !== undefined, size, blocks };
  }

  /** Takes over what was appended. @returns what closes the source that was read before, if another takes its place */
  grow(growth: Growth): (() => Promise<void>) | undefined {
    const { end, opened } = growth;
    const { key } = this.#spec;
    const source = this.#source;
    if (opened) {
      this.#source = opened.source;
      this.#version = new FileVersion(opened.source, usualRestMs);
    }
    this.#spec = opened?.spec ?? { ...this.#spec, end };
    this.scheduler.grow(this.#spec);
    this.known.grow(growth);
    if (!opened) return undefined;
    return async () => {
      this.scheduler.release(key);
      await source.close();
    };
  }

  /** Looks, when a run has ended, whether the file is still the one that it began with: see `FileVersion.recheck`. */
  async recheck(signal: AbortSignal): Promise<FileDoubt | undefined> {
    return this.#version.recheck(() => this.sampled(signal));
  }

  /**
   * Looks whether the file still holds what was opened: see `FileVersion.check`.
   * @param parts of which rows are read; undefined: any
   * @throws SourceError `changed`; the signal's reason
   */
  async check(parts: readonly PagePart[] | undefined, signal: AbortSignal): Promise<void> {
    let [from, to] = parts ? [Infinity, 0] : [0, Infinity];
    for (const { stretch } of parts ?? []) {
      from = Math.min(from, stretch.from, stretch.start ?? Infinity);
      to = Math.max(to, stretch.to);
    }
    await this.#version.check([from, to], (compared) => this.#isSame(parts, compared, signal));
  }

  async #isSame(
    parts: readonly PagePart[] | undefined,
    compared: Set<number>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { index } = this.known;
    const wanted = new Set(this.#samples(parts ? undefined : mostCompared));
    for (const { stretch } of parts ?? []) {
      const block = Math.floor(stretch.from / index.blockSize);
      if (block < index.length && !Number.isNaN(index.summary(block).checksum)) wanted.add(block);
    }
    const blocks = [...wanted].filter((block) => !compared.has(block));
    const isSame = await this.#areSame(blocks, signal);
    for (const block of blocks) compared.add(block);
    return isSame;
  }

  /** Whether some blocks that were read before are as they were, and where the file ended. */
  async sampled(signal: AbortSignal): Promise<boolean> {
    return this.#areSame(this.#samples(), signal);
  }

  #samples(most?: number): number[] {
    const { checksumEvery: every } = this.#spec;
    return every === undefined ? [] : samplesOf(this.known.index, every, most);
  }

  async #areSame(numbers: readonly number[], signal: AbortSignal): Promise<boolean> {
    if (this.#end && !(await this.#end.isThere(signal))) return false;
    const { index } = this.known;
    const blocks = numbers.map((block) => index.summary(block));
    if (blocks.length === 0) return true;
    const { pool, spec } = this.scheduler.forComparison;
    const task: Task = { kind: 'compare', file: spec, blocks };
    const result = await pool.run(task, interactivePriority, signal);
    return result.kind === 'compare' && result.same === blocks.length;
  }

  async close(): Promise<void> {
    await this.scheduler.close();
    await this.#source.close();
  }

  #specOf(source: OpenedSource, spec: SourceSpec): FileSpec {
    const { blockSize: size = blockSize, schema, store } = this.#options;
    const { format, end } = this.#recognised;
    return {
      key: newKey(source),
      // What is known of an address spares every worker the questions that were asked here.
      source: source.place.remote ? source.spec() : spec,
      format,
      end: end ?? source.size,
      blockSize: size,
      schema,
      checksumEvery: checksumEvery(source, this.#format, store !== undefined),
    };
  }

  /** What is known so far: nothing but where the first record begins. */
  #knowledge(isProvisional: boolean): Knowledge {
    const { format, dataStart, firstLine, end } = this.#recognised;
    const { blockSize, checksumEvery: places } = this.#spec;
    const { store } = this.#options;
    const source = this.#source;
    const index = new BlockIndex(blockSize, dataStart, firstLine);
    if (isProvisional) return new Knowledge(index, undefined, undefined);
    // Where nothing is kept, nothing will be asked a second time.
    const isReadOnce = source.unread !== undefined;
    const columns = store && !isReadOnce ? { bytes: columnBytes, places: places !== undefined } : undefined;
    const version = this.#version;
    const { kept } = version;
    if (!kept || !store || source.containers.length > 0) return new Knowledge(index, undefined, columns);
    // A table that ends where the next one begins is read otherwise than all lines from its first one on.
    const reading = JSON.stringify([format, source.encoding, blockSize, end]);
    const reach = places === undefined ? undefined : this.#format.reach;
    const key = { ...kept, reading, source, dataStart, firstLine, reach };
    return new Knowledge(index, { store, key, unchanged: () => version.isUnchanged() }, columns);
  }
}

let nextKey = 1;

/** Under which an opening of a file is known to who reads it. */
export function newKey({ name }: Pick<OpenedSource, 'name'>): string {
  return `${name}\n${nextKey++}`;
}
