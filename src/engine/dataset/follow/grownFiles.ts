import { lineFeed } from '../../ascii.ts';
import { markLength } from '../../format/lines.ts';
import { readExtents, writeExtents, type Extent } from '../../source/files/extents.ts';
import { FileParts, writeParts, type FilePart } from '../../source/files/part.ts';
import { partitionsOf } from '../../source/files/partitions.ts';
import type { Tail } from '../../source/follow/tail.ts';
import { openSource } from '../../source/open.ts';
import { type FileIdentity, SourceError } from '../../source/source.ts';
import type { Dataset } from '../dataset.ts';
import { newKey } from '../opening.ts';
import { FollowedText } from './followedText.ts';
import { blocksBefore, indexOf } from './growth.ts';
import type { Growth } from '../knowledge.ts';

/** Pieces of files that follow each other in the order in which they came: then the table is to be opened anew. */
export const mostExtents = 50_000;

/**
 * Several files as one table, as far as they have grown since they were opened. What comes to any of them is put at the end
 * of the table, so that records that are there keep their numbers. Only a record that was half written when the files were
 * opened is completed where it stands.
 */
export class GrownFiles {
  readonly #dataset: Dataset;
  readonly #parts: FilePart[];
  readonly #extents: Extent[];
  /** Of each file, one past the last byte that is in the table. */
  readonly #ends: number[];
  /** Files whose last record is known to be whole. */
  readonly #whole: Set<number>;
  /** What stands before the records of each file; undefined where that can no longer be read. */
  readonly #head: Uint8Array | undefined;
  /** Where each file begins in the table as the dataset has it. */
  #starts: readonly number[];
  /** Where in that table something else stands from now on. */
  #changedFrom: number;

  private constructor(dataset: Dataset, parts: FilePart[], extents: Extent[], head: Uint8Array | undefined) {
    this.#dataset = dataset;
    this.#parts = parts;
    this.#extents = extents;
    this.#head = head;
    this.#ends = parts.map(({ from, length = 0 }) => from + length);
    for (const { file, from, length } of extents) this.#ends[file] = from + length;
    this.#whole = new Set(extents.map(({ file }) => file));
    this.#starts = startsOf(parts);
    this.#changedFrom = dataset.spec.end ?? 0;
  }

  /** @param dataset all of whose blocks are known */
  static async of(dataset: Dataset, signal: AbortSignal): Promise<GrownFiles> {
    const { opening } = dataset;
    if (opening.kind !== 'files') throw new TypeError('These are not several files.');
    // What has become of the first file, a look at it says.
    const head = await dataset.head('all', signal).catch((error: unknown) => {
      if (error instanceof SourceError) return undefined;
      throw error;
    });
    return new GrownFiles(dataset, [...new FileParts(opening.parts)], readExtents(opening.grown), head);
  }

  get parts(): readonly FilePart[] {
    return this.#parts;
  }

  readonly endOf = (file: number): number => this.#ends[file];

  /** Whether so much has come in turn that it can no longer be kept in that order. */
  get isFull(): boolean {
    return this.#extents.length >= mostExtents;
  }

  /**
   * Adds a file that was not there when the others were opened, without a record so far.
   * @returns its number; undefined where its folders say other columns than those of the others
   */
  add({ path, name = path, encoding, identity }: FoundPart): number | undefined {
    const part = { path, name, encoding, identity, from: 0, length: 0, ended: true };
    const { partitions: known } = this.#dataset.layout;
    const found = known && partitionsOf([...this.#parts, part].map((one) => one.name ?? one.path));
    const isSame = (values: FilePart['partitions'], i: number): boolean =>
      JSON.stringify(values) === JSON.stringify(this.#parts[i].partitions);
    const values = found?.values;
    if (known && (!values || !this.#parts.every((_, i) => isSame(values[i], i)))) return undefined;
    if (found && JSON.stringify(found.names) !== JSON.stringify(known)) return undefined;
    if (!known && partitionsOf([name])) return undefined;
    this.#ends.push(0);
    return this.#parts.push({ ...part, ...(values && { partitions: values[this.#parts.length] }) }) - 1;
  }

  /**
   * Takes in the records of a file that have become whole.
   * @param tail the file
   * @param most bytes that are looked at
   * @returns how many bytes were taken in; undefined where the file does not begin as the others do
   */
  async take(file: number, tail: Tail, now: FileIdentity, most: number): Promise<number | undefined> {
    const before = this.#ends[file];
    const whole = await this.#completed(file, tail, Math.min(most, now.size - before));
    if (whole < before) return 0;
    const text = this.#textFrom(file, whole, await tail.readAt(whole, Math.min(most, now.size - whole)));
    if (!text) return undefined;
    const { length, otherHead } = text.whole(false);
    if (otherHead) return undefined;
    if (length > 0) this.#append({ file, from: text.place.start, length });
    const end = length > 0 ? text.place.start + length : whole;
    if (end > before) {
      this.#ends[file] = end;
      this.#parts[file] = { ...this.#parts[file], identity: now };
    }
    return end - before;
  }

  /** What has been taken in, for the dataset to take over. */
  async growth(signal: AbortSignal): Promise<Growth> {
    const dataset = this.#dataset;
    const { opening, spec, scheduler } = dataset;
    if (opening.kind !== 'files') throw new TypeError('These are not several files.');
    const parts = writeParts(this.#parts);
    const place = { ...opening, parts, grown: writeExtents(this.#extents) };
    const source = await openSource(place, { signal });
    const grown = { ...spec, key: newKey(source), source: place, end: source.size };
    try {
      const isBehind = this.#changedFrom >= (spec.end ?? 0);
      const same = blocksBefore(dataset, this.#changedFrom, isBehind);
      const index = await indexOf(dataset, grown, same, signal);
      return { index, same, end: source.size ?? 0, isBehind, opened: { spec: grown, source } };
    } catch (error) {
      scheduler.release(grown.key);
      await source.close();
      throw error;
    }
  }

  /** Lets go of a growth that the dataset does not take over. */
  async discard({ opened }: Growth): Promise<void> {
    if (!opened) return;
    this.#dataset.scheduler.release(opened.spec.key);
    await opened.source.close();
  }

  /** Called when the dataset has taken it over. */
  taken(): void {
    this.#starts = startsOf(this.#parts);
    this.#changedFrom = this.#dataset.spec.end ?? 0;
  }

  /**
   * Where the last record ends that is in the table, once that is whole: it may have been half written when the files were
   * opened. Before the end of what is in the table while it is not.
   */
  async #completed(file: number, tail: Tail, most: number): Promise<number> {
    const before = this.#ends[file];
    const { from, length = 0, ended = true } = this.#parts[file];
    const { dialect } = this.#dataset.format;
    if (this.#whole.has(file) || length === 0 || (ended && !dialect)) return before;
    const start = this.#starts[file];
    // A block begins with a record, and no record goes on in the next file.
    const place = this.#dataset.index.place(blocksBefore(this.#dataset, start + length, false)).start;
    const begin = Math.max(from, from + place - start);
    const bytes = await tail.readAt(begin, before - begin + most);
    let whole: number;
    if (dialect) {
      const text = new FollowedText(tail.path, this.#dataset.format, new Uint8Array(0), 0, beginAt(begin));
      text.push(bytes);
      whole = begin + text.whole(false, before).length;
    } else {
      whole = begin + bytes.indexOf(lineFeed, before - begin) + 1;
    }
    if (whole < before) return whole;
    this.#whole.add(file);
    if (whole > before) {
      this.#parts[file] = { ...this.#parts[file], length: whole - from, ended: true };
      this.#changedFrom = Math.min(this.#changedFrom, start + length);
    }
    return whole;
  }

  /** What comes after a byte of a file. Of one that was empty, the header that the others have is passed over. */
  #textFrom(file: number, from: number, bytes: Uint8Array): FollowedText | undefined {
    const { format, recognised } = this.#dataset;
    const { path, length = 0 } = this.#parts[file];
    const isEmpty = from === 0 && length === 0;
    const head = this.#head;
    // The first file says how all are read.
    if (!head || (isEmpty && file === 0)) return undefined;
    const isHeaded = isEmpty && head.length > 0;
    const mark = isEmpty && !isHeaded ? markLength(bytes, 0, 0) : 0;
    const place = isHeaded ? undefined : beginAt(from + mark);
    const text = new FollowedText(path, format, head, recognised.firstLine, place);
    text.push(bytes.subarray(mark));
    return text;
  }

  #append(extent: Extent): void {
    const last = this.#extents.at(-1);
    if (last?.file === extent.file && last.from + last.length === extent.from)
      this.#extents[this.#extents.length - 1] = { ...last, length: last.length + extent.length };
    else this.#extents.push(extent);
    this.#whole.add(extent.file);
  }
}

type FoundPart = Pick<FilePart, 'path' | 'name' | 'encoding' | 'identity'>;

function beginAt(start: number): { readonly start: number; readonly record: number; readonly line: number } {
  return { start, record: 0, line: 0 };
}

function startsOf(parts: readonly FilePart[]): number[] {
  let next = 0;
  return parts.map(({ length = 0, ended = true }) => {
    const start = next;
    next += length + (ended || length === 0 ? 0 : 1);
    return start;
  });
}
