import { said } from '../../../said/said.ts';
import type { UnreadFile } from '../../../protocol/file.ts';
import { carriageReturn, lineFeed } from '../../ascii.ts';
import { markLength } from '../../format/lines.ts';
import { formatOf, recognise } from '../../format/registry.ts';
import { eachFile } from '../../source/files/eachFile.ts';
import type { FilePart } from '../../source/files/part.ts';
import type { FoundFile } from '../../source/files/search.ts';
import { openSource, type OpenedSource } from '../../source/open.ts';
import { readFully } from '../../source/read.ts';
import { SourceError } from '../../source/source.ts';
import type { DatasetOptions } from '../dataset.ts';
import { isEmpty } from './emptyFile.ts';
import { formatName, otherFormat } from './otherFormat.ts';
import { notAlike, otherTable, type FirstFile, type SeenFile } from './unionColumns.ts';
import { writtenFile } from './unionReadings.ts';

/** A byte-order mark takes no more. */
const longestMark = 3;
/** So many files are looked at in a moment. */
const fewFiles = 1000;
/** Of each of more, so many of the first rows say how its cells are written, and of those behind them. */
const rowsOfMany = 64;
/** Of more, as many are looked at before the first rows are read as hold so many bytes, and no more than so many. */
const firstBytes = 1024 * 1024;
const firstFiles = 256;
/** Looked at at a time, until they hold enough. */
const stepFiles = 32;

/** What is asked of each file. */
export interface LookOptions extends DatasetOptions {
  readonly encoding?: string | undefined;
}

/**
 * Looks at files that are to be one table, in their order: how each is read as a part of it, or why it cannot be. The first one
 * that can be read and has anything in it says how all are.
 */
export class FileLooks {
  readonly seen: SeenFile[] = [];
  readonly unread: UnreadFile[] = [];
  readonly #files: readonly FoundFile[];
  readonly #options: LookOptions;
  /** How many were looked at. */
  #next = 0;
  #first: FirstFile | undefined;
  #failure: SourceError | undefined;

  constructor(files: readonly FoundFile[], options: LookOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Why the first one cannot be read of those that cannot. */
  get failure(): SourceError | undefined {
    return this.#failure;
  }

  get isDone(): boolean {
    return this.#next === this.#files.length;
  }

  /**
   * The first one that can be read, and of those the first that is not empty; undefined where there is none.
   * @throws SourceError where it can be none of several
   */
  async first(signal: AbortSignal): Promise<FirstFile | undefined> {
    const found: (SeenFile | SourceError | undefined)[] = [];
    while (!this.#first && found.length < this.#files.length) {
      signal.throwIfAborted();
      const file = this.#files[found.length];
      found.push(await this.#lookForFirst(file, signal));
    }
    // Where all are empty, the first of them is the first. The others are looked at again, now that there is one.
    for (const [i, look] of found.entries())
      this.#note([look ?? (await this.#look(this.#files[i], false, signal))]);
    return this.#first;
  }

  /** Looks at as many as the first rows are in; at all where they are few. */
  async some(signal: AbortSignal): Promise<void> {
    if (this.#files.length <= fewFiles) await this.all(signal);
    let bytes = 0;
    while (!this.isDone && this.#next < firstFiles && bytes < firstBytes) {
      const from = this.seen.length;
      await this.#lookAt(Math.min(stepFiles, firstFiles - this.#next), signal);
      for (const { part } of this.seen.slice(from)) bytes += part.identity.size;
    }
  }

  /** Looks at all that are left. */
  async all(signal: AbortSignal): Promise<void> {
    await this.#lookAt(Infinity, signal);
  }

  async #lookAt(most: number, signal: AbortSignal): Promise<void> {
    const files = this.#files.slice(this.#next, this.#next + most);
    this.#note(await eachFile(files, (file, blocking) => this.#look(file, blocking, signal), signal));
  }

  #note(found: readonly (SeenFile | SourceError)[]): void {
    for (const file of found) {
      const { path } = this.#files[this.#next++];
      if (!(file instanceof SourceError)) this.seen.push(file);
      else {
        this.#failure ??= file;
        this.unread.push({ path, reason: file.said });
      }
    }
  }

  async #look(file: FoundFile, blocking: boolean, signal: AbortSignal): Promise<SeenFile | SourceError> {
    return this.#opened(file, blocking, signal, (source) => this.#seen(file, source, signal));
  }

  /** Undefined where a file is empty, which says nothing of how others are read. */
  async #lookForFirst(file: FoundFile, signal: AbortSignal): Promise<SeenFile | SourceError | undefined> {
    return this.#opened(file, false, signal, async (source) =>
      (await isEmpty(source, signal)) ? undefined : this.#seen(file, source, signal),
    );
  }

  async #opened<T>(
    { path }: FoundFile,
    blocking: boolean,
    signal: AbortSignal,
    look: (source: OpenedSource) => Promise<T>,
  ): Promise<T | SourceError> {
    const { encoding } = this.#options;
    try {
      const source = await openSource({ kind: 'file', path, encoding }, { signal, blocking });
      try {
        return await look(source);
      } finally {
        await source.close();
      }
    } catch (error) {
      // What the first file is not, none can be expected to be.
      if (error instanceof SourceError && isOfOneFile(error, this.#first)) return error;
      throw error;
    }
  }

  async #seen(
    { path, name: shown }: FoundFile,
    source: OpenedSource,
    signal: AbortSignal,
  ): Promise<SeenFile> {
    const options = { ...this.#options, signal };
    const isFirst = this.#first === undefined;
    const first = this.#first ?? (await lookAtFirst(path, source, options));
    const name = shown === path ? undefined : shown;
    // What the first one tells holds for all.
    const rows = isFirst || this.#files.length <= fewFiles ? undefined : rowsOfMany;
    const file = await seenFile({ path, name }, source, first, isFirst, options, rows);
    this.#first = first;
    return file;
  }
}

/** What cannot be said of the others. */
function isOfOneFile({ failure }: SourceError, first: FirstFile | undefined): boolean {
  if (failure === 'unsupported') return first !== undefined;
  return ['not-found', 'no-permission', 'is-folder', 'corrupt', 'failed'].includes(failure);
}

/** @throws SourceError `unsupported` where it is none that can be part of a table */
async function lookAtFirst(path: string, source: OpenedSource, options: DatasetOptions): Promise<FirstFile> {
  const recognised = await recognise(source, options, options.signal);
  const { records } = formatOf(recognised.format);
  if (records !== 'lines') {
    const message = said`${path} is a JSON document. Several files can be read as one table where they are JSON Lines, delimited text or logs.`;
    throw new SourceError('unsupported', message);
  }
  if (recognised.end !== undefined || (recognised.tables?.number ?? 1) > 1) {
    throw new SourceError(
      'unsupported',
      said`${path} holds several tables. Use --tables 1 to read each file as one.`,
    );
  }
  const head = new Uint8Array(recognised.dataStart);
  const length = await readFully(source, head, 0, options.signal);
  const written = formatName(recognised.format, source.containers);
  return { path, recognised, written, head: head.subarray(markLength(head, 0, 0), length) };
}

/**
 * Where a file's records begin, and how many bytes they are.
 * @param rows see `recogniseReadings`
 * @throws SourceError `unsupported` where it cannot be read beside the first one
 */
async function seenFile(
  file: Pick<FilePart, 'path' | 'name'>,
  source: OpenedSource,
  first: FirstFile,
  isFirst: boolean,
  options: DatasetOptions,
  rows: number | undefined,
): Promise<SeenFile> {
  const { signal } = options;
  const { encoding, size } = source;
  const identity = source.place.watch?.opened;
  if (!identity)
    throw new SourceError(
      'unsupported',
      said`${file.path} can be read only once, and not as one of several files.`,
    );
  const other = isFirst ? undefined : await otherFormat(source, first.recognised.format, options);
  if (other !== undefined) throw notAlike(file.path, other, first);
  const packed = source.containers.length > 0 || undefined;
  const end = isFirst ? 0 : await headEnd(source, first, signal);
  // What may be in it later begins with its first byte.
  if (end === undefined && (await isEmpty(source, signal))) {
    const nothing = { from: 0, length: 0, ended: true };
    return {
      part: { ...file, packed, encoding, identity, ...nothing },
      table: undefined,
      written: undefined,
    };
  }
  const table = end === undefined ? await otherTable(file.path, source, first, options) : undefined;
  const from = end ?? 0;
  const { format, dataStart } = first.recognised;
  const written =
    format.kind === 'csv'
      ? await writtenFile(
          file.path,
          source,
          table?.dialect ?? format.dialect,
          table?.dataStart ?? (isFirst ? dataStart : from),
          options,
          rows,
        )
      : undefined;
  const isSized = source.random && size !== undefined;
  const length = isSized ? Math.max(0, size - from) : undefined;
  let ended: boolean | undefined;
  if (isSized) {
    const last = new Uint8Array(1);
    ended = size <= from || ((await readFully(source, last, size - 1, signal)) === 1 && last[0] === lineFeed);
  }
  return { part: { ...file, packed, encoding, identity, from, length, ended }, table, written };
}

/** Where a file's records begin: behind the same header that the first file has. Undefined where it has another. */
async function headEnd(
  source: OpenedSource,
  { head: expected }: FirstFile,
  signal: AbortSignal,
): Promise<number | undefined> {
  // Its lines may end with a carriage return where those of the first do not.
  const bytes = new Uint8Array(longestMark + expected.length + lineFeedsIn(expected));
  const length = await readFully(source, bytes, 0, signal);
  const mark = markLength(bytes, 0, 0);
  const end = sameUpTo(bytes.subarray(mark, length), expected, length < bytes.length);
  return end === undefined ? undefined : mark + end;
}

function lineFeedsIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === lineFeed) count++;
  return count;
}

/**
 * One past what `bytes` begins with, if that is `expected`, whose lines may end otherwise; undefined if it is not.
 * @param final whether they are all there are
 */
function sameUpTo(bytes: Uint8Array, expected: Uint8Array, final: boolean): number | undefined {
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === carriageReturn) continue;
    while (bytes[at] === carriageReturn) at++;
    // A file may end with its header.
    if (final && at === bytes.length && expected[i] === lineFeed) return at;
    if (bytes[at] !== expected[i]) return undefined;
    at++;
  }
  return at;
}
