import { isDeepStrictEqual } from 'node:util';
import type { FileDoubt } from '../../protocol/comparison.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import type { FileInfo, FileState, OtherTableCount, UnreadFile } from '../../protocol/file.ts';
import { said, type Said } from '../../said/said.ts';
import type { BlockIndex } from '../index/blockIndex.ts';
import type { CellRequest, FileSpec, PagePart, PageResult, Task } from '../pool/task.ts';
import type { Format } from '../format/driver.ts';
import { formatOf, recognise, type RecognisedFile } from '../format/registry.ts';
import type { CheckedIn } from '../query/index.ts';
import type { InnerNatures } from '../format/layout.ts';
import type { Layout } from '../query/layout.ts';
import { valueName } from '../query/write.ts';
import { openSource, type OpenedSource } from '../source/open.ts';
import { readFully } from '../source/read.ts';
import type { Watch } from '../source/place.ts';
import { SourceError, type SourceSpec } from '../source/source.ts';
import { Columns, type FileColumn } from './columns.ts';
import { scanEarly, takesRows } from './earlyScan.ts';
import { scanFile, scanFileFrom, type FileScan, type ScanFrom, type Scannable } from './fileScan.ts';
import type { TextPlace } from './follow/followedText.ts';
import { patternSteps, type PatternStep } from '../format/json/document/pattern.ts';
import type { Spool } from './spool.ts';
import { EncodedLines } from './encodedLines.ts';
import type { Growth, Knowledge } from './knowledge.ts';
import { FileLocation, type LocationOptions } from './location.ts';
import type { MergeBy } from './merge/mergeBy.ts';
import { Opening, type OpeningOptions } from './opening.ts';
import { OneVersion } from './oneVersion.ts';
import { countOtherTables } from './otherTables.ts';
import type { OrderedResult } from './scanInOrder.ts';
import { EarlierOpenings } from './openings.ts';
import { interactivePriority, type ScanScheduler } from './scheduler.ts';
import { TableFiles, type FoundFiles, type LookedAtAll } from './tableFiles.ts';

export interface DatasetOptions extends FormatOptions, LocationOptions, OpeningOptions {
  readonly signal: AbortSignal;
  /** Pages will be shown, also of sources that must be decoded from their beginning. */
  readonly keepPages?: boolean | undefined;
  /** Of several files as one table: they are scanned in order of time, and not one after the other. */
  readonly merge?: MergeBy | undefined;
  /** Of many files as one table, the first ones may be read before all were looked at: somebody waits for the first rows. */
  readonly early?: boolean | undefined;
  /** Who shows it opens it anew where files behind the first ones show that it is read otherwise: see `Dataset.isOutrun`. */
  readonly reopens?: boolean | undefined;
  /** Columns that its records have by the folder of their file, where that is known to who scans them. */
  readonly partitions?: readonly string[] | undefined;
  /** What the values of JSON Lines are, where that is known to who has written them. */
  readonly natures?: InnerNatures | undefined;
}

/** What was found out of files before they are opened as one, or when the file was opened before. */
export interface LookedAt extends FoundFiles {
  readonly recognised: RecognisedFile;
  /** The file with all that is in it, where only a part is to be read. */
  readonly partOf?: Dataset;
}

/** An open file: its format, its columns, the index as far as it has grown. What the views of a file share. */
export class Dataset {
  readonly recognised: RecognisedFile;
  readonly format: Format;
  readonly columns = new Columns();
  readonly encoding: string;
  /** What the text was taken out of, from the outside in. */
  readonly containers: OpenedSource['containers'];
  readonly #options: DatasetOptions;
  readonly #files: TableFiles;
  #opening: Opening;
  readonly #closing = new AbortController();
  readonly #partOf: Dataset | undefined;
  readonly location: FileLocation;
  readonly merge: MergeBy | undefined;
  /** Where what was appended since it was opened ends. */
  #grownTo = 0;
  /** What was found of all records up to an earlier end no longer holds: the last one was written on. */
  #settledFrom = 0;
  readonly #earlier = new EarlierOpenings();
  #isOutrun = false;
  readonly #version = new OneVersion((parts, signal) => this.#opening.check(parts, signal));
  /** How many records the file says that it has. */
  #rowCount: number | undefined;
  /** The temporary file that is read in place of a document. */
  #spool: Spool | undefined;

  private constructor(
    source: OpenedSource,
    spec: SourceSpec,
    recognised: RecognisedFile,
    options: DatasetOptions,
    looked: LookedAt | undefined,
  ) {
    this.#files = new TableFiles(spec.kind === 'files', looked);
    this.#options = options;
    this.encoding = source.encoding;
    this.containers = source.containers;
    const { partitions: added, natures } = options;
    this.recognised =
      added || natures
        ? { ...recognised, format: { ...recognised.format, ...natures, ...(added && { partitions: added }) } }
        : recognised;
    this.format = formatOf(this.recognised.format);
    this.#opening = this.#openingOf(source, spec);
    const { layout } = this.format;
    this.merge = options.merge;
    this.#partOf = looked?.partOf;
    this.location = new FileLocation(
      () => this.#source,
      options,
      this.#partOf?.location,
      () => this.#files.paths,
    );
    const { partitions = [] } = layout;
    if (partitions.length > 0 || (this.#files.areTable && options.keepPages === true))
      this.columns.setOfFiles(partitions);
    if (layout.named !== undefined) this.columns.setName(layout.named);
    if (layout.names === 'columns') this.columns.setNames(layout.columns, layout.readings);
    else this.columns.setCells(layout.cells);
  }

  /**
   * Opens a file and reads enough of it to know its format.
   * @param looked what is known of that already
   * @throws SourceError
   */
  static async open(spec: SourceSpec, options: DatasetOptions, looked?: LookedAt): Promise<Dataset> {
    const source = await openSource(spec, { signal: options.signal, keepPages: options.keepPages });
    const steps = options.rows === undefined ? undefined : patternSteps(options.rows);
    if (steps) return Dataset.#openSpooled(source, steps, options);
    try {
      const dataset = new Dataset(
        source,
        spec,
        looked?.recognised ?? (await recognise(source, options, options.signal)),
        options,
        looked,
      );
      await dataset.#opening.restore(options.signal);
      dataset.#rowCount = await source.rowCount?.();
      return dataset;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** Opens what a path through several lists of a document leads to. */
  static async #openSpooled(
    source: OpenedSource,
    steps: readonly PatternStep[],
    { pool, signal, blockSize, schema, beside }: DatasetOptions,
  ): Promise<Dataset> {
    try {
      const { findRows } = await import('../format/json/document/find.ts');
      const { spoolElements } = await import('./spool.ts');
      const { rows } = await findRows(source, undefined, signal);
      const spool = await spoolElements(source, steps, rows?.comments ?? false, signal);
      const place = { kind: 'file', path: spool.path } as const;
      const dataset = await Dataset.open(place, { pool, signal, blockSize, schema, beside });
      dataset.#spool = spool;
      dataset.location.standsFor(source);
      return dataset;
    } finally {
      await source.close();
    }
  }

  get #source(): OpenedSource {
    return this.#opening.source;
  }

  get known(): Knowledge {
    return this.#opening.known;
  }

  get scheduler(): ScanScheduler {
    return this.#opening.scheduler;
  }

  /** Of several files as one table, those that cannot be read, of those that were looked at. */
  get unread(): readonly UnreadFile[] {
    return this.#files.unread;
  }

  /** Whether all files were looked at that it consists of: else what is there of it are the first ones. */
  get isWhole(): boolean {
    return this.#files.areAll;
  }

  /**
   * Whether files that were looked at later have other columns than the first ones, or write them in another way: only one
   * that is opened anew, with a look at all files before, can consist of all.
   */
  get isOutrun(): boolean {
    return this.#isOutrun;
  }

  /**
   * Looks at the files that were not looked at so far: from then on it consists of all. What was found out of the first ones
   * is found out again.
   * @throws SourceError `changed` where it is outrun; the signal's reason
   */
  async complete(signal: AbortSignal): Promise<void> {
    const take = (found: LookedAtAll): Promise<void> => this.#takeAll(found);
    await this.#files.complete(take, this.#closing.signal, signal);
  }

  /**
   * Whether it is read as all of its files are. The others are looked at for that where they can be another table: where
   * they have a header.
   * @throws SourceError; the signal's reason
   */
  async isReadAsAll(signal: AbortSignal): Promise<boolean> {
    if (this.layout.names !== 'columns') return true;
    try {
      await this.complete(signal);
      return true;
    } catch (error) {
      if (this.#isOutrun) return false;
      throw error;
    }
  }

  async #takeAll(found: LookedAtAll): Promise<void> {
    const { spec, recognised } = found;
    const { signal } = this.#closing;
    if (!isDeepStrictEqual(recognised, this.recognised)) {
      this.#isOutrun = true;
      throw new SourceError(
        'changed',
        said`Files further on have other columns, or write them in another way. All files are read now.`,
      );
    }
    const source = await openSource(spec, { signal, keepPages: this.#options.keepPages });
    const before = this.#opening;
    this.#files.areTaken(found);
    this.#opening = this.#openingOf(source, spec);
    this.#earlier.add(() => before.close());
    await this.#opening.restore(signal);
  }

  #openingOf(source: OpenedSource, spec: SourceSpec): Opening {
    return new Opening(source, spec, this.recognised, this.format, this.#options, !this.#files.areAll);
  }

  /** How the file was opened, for whoever opens it once more. */
  get opening(): SourceSpec {
    return { ...this.#source.spec(), learnt: undefined };
  }

  /** The file with all that is in it, where this is a part of it. */
  get whole(): Dataset {
    return this.#partOf ?? this;
  }

  get index(): BlockIndex {
    return this.known.index;
  }

  get spec(): FileSpec {
    return this.#opening.spec;
  }

  /** Where the file ends, or a guess at that. */
  get expectedSize(): number | undefined {
    const { files: { count } = {}, size } = this.#source;
    // As if those that were not looked at were as long as the others.
    const { countOfAll } = this.#files;
    const ofAll = countOfAll && count && size && (size / count) * countOfAll;
    const guess = ofAll ?? this.size ?? this.#source.estimatedSize;
    return guess === undefined ? undefined : Math.max(Math.round(guess), this.index.next);
  }

  /**
   * How many bytes of the file so many bytes of its text are: more or fewer in another encoding than UTF-8. For what is
   * neither nothing nor all of it that is an estimate.
   */
  inFile(bytes: number): number {
    const size = this.#source.encoded?.size;
    const all = this.expectedSize;
    return size === undefined || !all ? bytes : Math.round((bytes * size) / all);
  }

  get name(): string {
    return this.location.name;
  }

  /** Of several files as one table: how many are read, and which are not. */
  get files(): FileInfo['files'] {
    return this.#files.info(this.#readFiles, this.layout.partitions);
  }

  get #readFiles(): number {
    return this.#source.files?.count ?? 1;
  }

  /** The name of the file that a byte is of, which was read before. */
  fileNameAt(offset: number): string {
    return this.#source.files?.pathAt(offset) ?? this.name;
  }

  /** Stands for the file as it is now and for how it is read; undefined where it cannot be told from others. */
  get identity(): string | undefined {
    const { format, dataStart, firstLine, end } = this.recognised;
    return this.#spool
      ? undefined
      : this.#opening.version.readAs([format, this.encoding, dataStart, firstLine, end]);
  }

  /** See `FileVersion.watch`. */
  get watch(): Watch | undefined {
    return this.#opening.version.watch;
  }

  /** The columns that are known of the file: at first those of the records that it was recognised by. */
  get seenColumns(): readonly FileColumn[] {
    if (this.columns.all.some(({ ofFile }) => ofFile === undefined)) return this.columns.all;
    const { paths } = this.recognised;
    // Of a table they are known at once; where no record was looked at, none is.
    if (paths === undefined && this.layout.names === 'paths') return [];
    const seen = new Columns();
    const { partitions = [], named } = this.layout;
    if (this.#files.areTable || partitions.length > 0) seen.setOfFiles(partitions);
    if (named !== undefined) seen.setName(named);
    if (this.layout.names === 'paths') seen.setCells(this.layout.cells);
    seen.addPaths(paths ?? []);
    return seen.all;
  }

  /** Whether records are seen that are no objects. */
  get hasValues(): boolean {
    return this.seenColumns.some(({ path }) => path === valueName);
  }

  /** What a query's names are checked against. */
  get checkedIn(): CheckedIn {
    const lacks: CheckedIn['lacks'] = (path) =>
      this.indexed && (this.known.columns?.lacks({ path }) ?? false);
    return { names: this.layout.names, checks: this.checks, lacks };
  }

  /** What a query's names stand for in the file. */
  get layout(): Layout {
    return this.format.layout;
  }

  /** Where the file ends; undefined for a stream whose end was not seen, and where files were not looked at. */
  get size(): number | undefined {
    return this.#files.areAll ? this.#opening.size : undefined;
  }

  /** Whether it can be scanned only once, from front to back. */
  get once(): boolean {
    return this.#source.unread !== undefined;
  }

  /** Whether reading costs more than the disk's time, so that nothing is read that nobody has asked for. */
  get remote(): boolean {
    return this.#source.place.remote;
  }

  get checks(): boolean {
    return this.spec.schema !== undefined;
  }

  /** Whether every block is known. */
  get indexed(): boolean {
    return this.size !== undefined && this.index.length >= this.blocks;
  }

  /** How it is read, in words: "comma, quoted, header", "Parquet". */
  get description(): Said {
    return this.containers.includes('parquet') ? said`Parquet` : this.recognised.description;
  }

  /** Blocks in all, as far as is known. */
  get blocks(): number {
    return this.size === undefined ? Infinity : Math.ceil(this.size / this.spec.blockSize);
  }

  state(): FileState {
    const { index } = this;
    const indexed = Math.min(index.length * this.spec.blockSize, this.size ?? Infinity);
    const exact = this.indexed;
    const size = this.expectedSize;
    const counted = exact ? undefined : this.#rowCount;
    const records =
      counted ??
      (exact || indexed === 0 || size === undefined
        ? index.records
        : Math.round((index.records * size) / indexed));
    const whole = counted ?? size;
    const share = exact || !whole ? undefined : (counted === undefined ? indexed : index.records) / whole;
    return {
      phase: exact ? 'ready' : 'indexing',
      size: this.size,
      fileSize: this.#fileSize,
      storedSize: this.#source.storedSize,
      indexed,
      ...(share !== undefined && { share: Math.min(1, share) }),
      records,
      ...(counted !== undefined && { counted: true }),
      exact,
      malformed: index.malformed,
      said: undefined,
      ...this.#files.state(this.#readFiles),
    };
  }

  /** A file that has grown is as long as what was taken in of it. */
  get #fileSize(): number | undefined {
    const { size } = this.#source.encoded ?? this.#source;
    if (!this.#files.areAll) return undefined;
    return size === undefined ? undefined : Math.max(size, this.#grownTo);
  }

  /**
   * Scans in file order: see `scanFile`; or several files in order of time: see `mergeScan`. A part of the blocks is
   * scanned in file order.
   * @throws SourceError, with the byte of the file where it may go on; WorkerLost; the signal's reason
   */
  async *scan(scan: FileScan, signal: AbortSignal): AsyncGenerator<OrderedResult> {
    const isEarly = !this.#files.areAll && this.#options.early === true && takesRows(scan);
    if (!isEarly) await this.complete(signal);
    this.#earlier.begin();
    try {
      const { merge } = this;
      if (isEarly) {
        const whole = async (): Promise<Scannable> => {
          await this.complete(signal);
          return this.#opening.scannable;
        };
        yield* scanEarly(this.#opening.scannable, whole, scan, signal);
      } else if (merge && (scan.fromBlock ?? 0) === 0 && scan.toBlock === undefined) {
        const { mergeScan } = await import('./merge/mergeScan.ts');
        yield* mergeScan(this, merge, scan, signal);
      } else {
        yield* scanFile(this, scan, signal);
      }
    } catch (error) {
      throw await this.#placed(error);
    } finally {
      await this.#earlier.end();
    }
  }

  /**
   * Rows of some blocks, ahead of every scan.
   * @param mostBytes of each part, where not all of its rows have to be there
   */
  async page(
    query: string | undefined,
    parts: readonly PagePart[],
    cells: CellRequest,
    signal: AbortSignal,
    mostBytes?: number,
  ): Promise<PageResult> {
    const isFirst = query === undefined && this.index.length === 0;
    const { pool, spec } = this.scheduler.forPage(query, isFirst);
    const task: Task = { kind: 'page', file: spec, query, parts, cells, isFirst, mostBytes };
    this.#earlier.begin();
    try {
      return await this.#version.during(parts, signal, async () => {
        const result = await pool.run(task, interactivePriority, signal);
        if (result.kind !== 'page') throw new TypeError(`A page was answered by a ${result.kind}.`);
        return result;
      });
    } finally {
      await this.#earlier.end();
    }
  }

  /**
   * Does something that scans the file, of which nothing comes if the file was not the one that was opened all the while.
   * A scan alone does not look: an export tells of a doubt at its end.
   * @throws SourceError `changed`; what `work` throws
   */
  ofOneVersion<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#version.during(undefined, signal, work);
  }

  /** Has somebody told when a read finds that the file is no longer the one that was opened. */
  tellWhenChanged(tell: () => void): void {
    this.#version.tellWhenChanged(tell);
  }

  /**
   * How many records each of the file's other tables has. Undefined where finding that out would read what nobody has
   * asked for: on from where a query has stopped in what can be read once, or from a server.
   * @param download whether it may be read from a server
   * @throws SourceError, the signal's reason
   */
  async otherTables(signal: AbortSignal, { download = false } = {}): Promise<OtherTableCount[] | undefined> {
    const others = this.recognised.tables?.others ?? [];
    const isCounted = others.every((table) => table.records !== undefined);
    if (!isCounted && ((this.remote && !download) || (this.once && !this.indexed))) return undefined;
    return countOtherTables(this.#source, others, this.spec.blockSize, signal);
  }

  /** Takes over what was appended: from now on the file ends there. Nobody may be scanning it. */
  grow(growth: Growth): void {
    const { end, isBehind } = growth;
    if (!isBehind) this.#settledFrom = end;
    this.#grownTo = end;
    const closeBefore = this.#opening.grow(growth);
    if (closeBefore) this.#earlier.add(closeBefore);
  }

  /** Whether something was appended to it and taken over. */
  get hasGrown(): boolean {
    return this.#grownTo > 0;
  }

  /** Where the next record will begin that is appended; undefined where that may be in what is there. */
  get ending(): TextPlace | undefined {
    const { start, record, line } = this.index.place(this.index.length);
    return this.indexed && start === this.size ? { start, record, line } : undefined;
  }

  /** Whether the records before an earlier `ending` are as they were. */
  isBehind({ start }: TextPlace): boolean {
    return start >= this.#settledFrom;
  }

  /**
   * Scans the records that begin at an earlier `ending`, which `isBehind` holds for, or after it, and nothing before.
   * @throws as `scan`
   */
  async *scanFrom(
    place: TextPlace,
    scan: ScanFrom,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly found: OrderedResult; readonly next: TextPlace }> {
    await this.complete(signal);
    this.#earlier.begin();
    try {
      yield* scanFileFrom(this, place, scan, signal);
    } catch (error) {
      throw await this.#placed(error);
    } finally {
      await this.#earlier.end();
    }
  }

  /** The position in the decoded text of a byte of the file. */
  async positionOf(byte: number, signal: AbortSignal): Promise<number> {
    const { offsets } = this.#source;
    return offsets ? offsets.positionOf(byte, signal) : byte;
  }

  /** A failure of a scan, with the byte of the file where it may go on. */
  async #placed(error: unknown): Promise<unknown> {
    const { offsets } = this.#source;
    if (!offsets || !(error instanceof SourceError) || error.recordAt === undefined) return error;
    const { failure, said, position, cause } = error;
    const recordAt = await offsets.of(error.recordAt).catch(() => undefined);
    return new SourceError(failure, said, position, {
      cause,
      ...(recordAt !== undefined && { recordAt }),
    });
  }

  /**
   * The source's bytes before its first record.
   * @param what `all` that belongs to the records: byte-order mark, preamble, header; or the `header` alone
   */
  async head(what: 'all' | 'header' | 'nothing', signal: AbortSignal): Promise<Uint8Array> {
    const { dataStart, above } = this.recognised;
    const { dialect } = this.format;
    if (what === 'nothing') return new Uint8Array(0);
    const start = what === 'header' && dialect ? dialect.tableStart : (above?.start ?? 0);
    const head = new Uint8Array(Math.max(0, dataStart - start));
    return head.subarray(0, await readFully(this.#source, head, start, signal));
  }

  /**
   * The text as it is encoded in the file, whose lines are those of the records: where they are written as they are, it
   * is copied. Undefined for UTF-8, for what can be read once, and where records are no lines.
   */
  get encodedLines(): EncodedLines | undefined {
    const { encoded, encoding } = this.#source;
    const { firstLine, above } = this.recognised;
    const { lineEnd } = this.format;
    if (!encoded || lineEnd === undefined) return undefined;
    return new EncodedLines(encoded, encoding, { from: above?.line ?? 0, to: firstLine }, lineEnd);
  }

  /** Looks, when a run has ended, whether the file is still the one that it began with: see `FileVersion.recheck`. */
  async recheck(signal: AbortSignal): Promise<FileDoubt | undefined> {
    return this.#opening.recheck(signal);
  }

  /** Whether some blocks that were read before are as they were, and where the file ended. */
  async sampled(signal: AbortSignal): Promise<boolean> {
    return this.#opening.sampled(signal);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#files.settle();
    await this.known.save();
    await this.#earlier.close();
    await this.#opening.close();
    await this.#spool?.remove();
  }
}
