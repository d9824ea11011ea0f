import { createHash } from 'node:crypto';
import { mkdir, realpath, rm, rmdir } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { said } from '../../../said/said.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { Kind, type FieldColumn } from '../../format/record.ts';
import { createPlainJsonlScanner } from '../../format/json/lines.ts';
import { unescapedJson } from '../../format/json/text.ts';
import type { ByteSink } from '../byteSink.ts';
import type { DerivedEncoder } from '../derivedRow.ts';
import { openTarget } from '../openTarget.ts';
import { SinkError, sinkErrorFrom } from '../sinkError.ts';
import { filesLeft } from './left.ts';
import { FileNames, type PathTemplate } from './template.ts';

/** When the next part of a file begins; undefined: never. */
export interface PartLimits {
  readonly records?: number | undefined;
  /** Of the rows as they are written, before they are compressed. A row that is longer is a part of its own. */
  readonly bytes?: number | undefined;
}

export interface SplitOptions {
  readonly template: PathTemplate;
  readonly limits: PartLimits;
  /** Whether files that are there may be replaced. */
  readonly overwrite: boolean;
  /** Files that are read, and must be none of those that are written. */
  readonly sources: readonly string[];
  /** Other files that this run writes. */
  readonly taken: readonly string[];
}

/** What a run may write: that many files are a mistake in the template more often than not. */
const mostFiles = 10_000;
/** Files that are open at the same time. Others are opened again for their next rows. */
const mostOpen = 64;
/** Rows that wait for being written: of one file, and of all together. */
const [mostPending, mostPendingInAll] = [64 * 1024, 16 * 1024 * 1024];

/** Characters of a value that is not kept as it is. */
const longValue = 1000;

/** A file that is written. */
interface Part {
  readonly path: string;
  readonly pending: ByteBuilder;
  rows: number;
  /** Encoded, with what is pending. */
  size: number;
  /** Whether a row has been written. */
  hasRows: boolean;
  isEnded: boolean;
  sink: ByteSink | undefined;
}

interface Partition {
  readonly values: readonly (string | undefined)[];
  part: Part | undefined;
  parts: number;
}

/**
 * Rows in many files, by the values of columns and in parts: none of them has its name before `commit`, and where one cannot get
 * it, those that have are taken back, unless they were to replace others.
 */
export class SplitSink {
  readonly name: string;
  readonly #options: SplitOptions;
  readonly #scanner = createPlainJsonlScanner();
  readonly #partitions = new Map<string, Partition>();
  /** By the bytes of the values, as they stand in the rows. */
  readonly #bySpelling = new Map<string, Partition>();
  readonly #parts: Part[] = [];
  /** Those with rows that wait, or that are to be ended. */
  readonly #waiting = new Set<Part>();
  /** Least recently written first. */
  readonly #open = new Set<Part>();
  readonly #names: FileNames;
  readonly #folders: string[] = [];
  #root: string | undefined;
  #pending = 0;
  #written = 0;
  #waitedMs = 0;
  #left = 0;
  #seen: boolean[] = [];
  #encoder: DerivedEncoder | undefined;
  #encodesLines = true;
  #paths: readonly (readonly string[])[] = [];

  constructor(options: SplitOptions) {
    this.name = options.template.text;
    this.#options = options;
    this.#names = new FileNames(options.template, [...options.taken, ...options.sources]);
  }

  get files(): number {
    return this.#parts.length;
  }

  /** Files of the same template that are there after `commit` and that this run has neither written nor replaced. */
  get left(): number {
    return this.#left;
  }

  /** Bytes of all files, before they are compressed. */
  get written(): number {
    return this.#written;
  }

  /** Time in which files took bytes, in milliseconds. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /**
   * @param columns of the rows, where they are known; undefined: those of JSON, where a name with dots is a path
   * @param nested whether columns that are known may hold objects, whose members are named with dots as well
   * @throws SinkError where the template names a column that is not there
   */
  begin(
    encoder: DerivedEncoder,
    encodesLines: boolean,
    columns: readonly string[] | undefined,
    nested = false,
  ): void {
    const { template } = this.#options;
    this.#encoder = encoder;
    this.#encodesLines = encodesLines;
    this.#paths = template.columns.map((name) => {
      const path = columns ? pathIn(columns, name, nested) : name.split('.');
      if (!path) throw this.#noColumn(name);
      return path;
    });
    this.#seen = template.columns.map(() => false);
  }

  /** Writes rows, which come as JSON Lines. @throws SinkError */
  async write(lines: Uint8Array): Promise<void> {
    const fields = this.#paths.map((path) => ({ path, numeric: false }));
    const { length } = lines;
    this.#scanner.reserve(length).set(lines);
    const block = this.#scanner.scan({ length, offset: 1, from: 0, until: length, final: true, fields });
    const bytes = block.bytes;
    for (let row = 0; row < block.count; row++) {
      const partition = this.#partitionOf(bytes, block.fields, row);
      this.#add(partition, bytes.subarray(block.starts[row], block.ends[row]));
    }
    for (const part of this.#waiting) {
      if (part.isEnded || part.pending.length >= mostPending) await this.#flush(part);
    }
    if (this.#pending < mostPendingInAll) return;
    for (const part of this.#waiting) await this.#flush(part);
  }

  /** Writes the rows that wait, before `commit`. @throws SinkError */
  async finish(): Promise<void> {
    const never = this.#seen.indexOf(false);
    if (never !== -1 && this.#parts.length > 0) throw this.#noColumn(this.#options.template.columns[never]);
    for (const { part } of this.#partitions.values()) if (part) this.#end(part);
    for (const part of this.#waiting) await this.#flush(part);
  }

  /** Gives all files their names. @throws SinkError */
  async commit(): Promise<void> {
    const done: Part[] = [];
    try {
      for (const part of this.#parts) {
        await part.sink?.commit();
        done.push(part);
      }
    } catch (error) {
      // Only what was not there before.
      if (!this.#options.overwrite) for (const { path } of done) await rm(path, { force: true });
      throw error;
    }
    this.#folders.length = 0;
    const { overwrite, template, taken, sources } = this.#options;
    // All is written by now: what cannot be looked at is not told of.
    const paths = [...this.#parts.map(({ path }) => path), ...taken, ...sources];
    if (overwrite) this.#left = await filesLeft(template, paths).catch(() => 0);
  }

  async discard(): Promise<void> {
    for (const { sink } of this.#parts) await sink?.discard();
    for (const folder of this.#folders.reverse()) await rmdir(folder).catch(() => undefined);
    this.#folders.length = 0;
  }

  /** How long a row is that is no line is known once it is made: then it waits as it is written, and not as a line. */
  get #makesEachRow(): boolean {
    return this.#options.limits.bytes !== undefined && !this.#encodesLines;
  }

  #noColumn(name: string): SinkError {
    return new SinkError('unsupported', said`${this.name} cannot be written: no row has a column ${name}.`);
  }

  #partitionOf(bytes: Uint8Array, fields: readonly FieldColumn[], row: number): Partition {
    let spelling = '';
    for (let i = 0; i < fields.length; i++) {
      const { kinds, starts, ends } = fields[i];
      const kind = kinds[row];
      if (kind !== Kind.Missing) this.#seen[i] = true;
      spelling += `${kind}:${Buffer.from(bytes.buffer, bytes.byteOffset + starts[row], ends[row] - starts[row]).toString('latin1')}\0`;
    }
    const known = this.#bySpelling.get(spelling);
    if (known) return known;
    const values = fields.map((field) => this.#valueOf(bytes, field, row));
    const key = JSON.stringify(values.map((value) => value ?? null));
    let partition = this.#partitions.get(key);
    if (!partition) this.#partitions.set(key, (partition = { values, part: undefined, parts: 0 }));
    if (this.#bySpelling.size < 2 * mostFiles && spelling.length < longValue)
      this.#bySpelling.set(spelling, partition);
    return partition;
  }

  #valueOf(bytes: Uint8Array, { kinds, starts, ends }: FieldColumn, row: number): string | undefined {
    const kind = kinds[row];
    if (kind === Kind.Missing || kind === Kind.Null) return undefined;
    if (kind === Kind.False) return 'false';
    if (kind === Kind.True) return 'true';
    const value = bytes.subarray(starts[row], ends[row]);
    const text = kind === Kind.EscapedText ? unescapedJson(value) : Buffer.from(value).toString();
    if (text.length <= longValue) return text;
    // It is kept as long as the run lasts.
    return text.slice(0, longValue) + createHash('sha256').update(text).digest('hex');
  }

  #add(partition: Partition, line: Uint8Array): void {
    const { limits } = this.#options;
    const isMade = this.#makesEachRow;
    const row = isMade ? this.#encode(Buffer.concat([line, lineFeed])) : line;
    const size = isMade ? row.length : row.length + 1;
    let { part } = partition;
    const isFull =
      part !== undefined &&
      (part.rows >= (limits.records ?? Infinity) || part.size + size > (limits.bytes ?? Infinity));
    if (part && isFull) {
      this.#end(part);
      part = undefined;
    }
    part ??= partition.part = this.#newPart(partition);
    part.rows++;
    part.size += size;
    part.pending.copy(row);
    if (!isMade) part.pending.byte(lineFeed[0]);
    this.#pending += size;
    this.#waiting.add(part);
  }

  #newPart(partition: Partition): Part {
    if (this.#parts.length === mostFiles)
      throw new SinkError(
        'unsupported',
        said`${this.name} would be more than ${mostFiles.toLocaleString('en')} files: choose a column with fewer values, or larger parts.`,
      );
    const path = this.#names.of(partition.values, ++partition.parts);
    const size = this.#encoder?.frame.head.length ?? 0;
    const part: Part = {
      ...{ path, pending: new ByteBuilder(), rows: 0, size, hasRows: false, isEnded: false },
      sink: undefined,
    };
    this.#parts.push(part);
    return part;
  }

  #end(part: Part): void {
    part.isEnded = true;
    this.#waiting.add(part);
  }

  /** Void after the next call. */
  #encode(lines: Uint8Array): Uint8Array {
    return this.#encoder?.encode(lines) ?? lines;
  }

  async #flush(part: Part): Promise<void> {
    this.#waiting.delete(part);
    const { frame } = this.#encoder ?? {};
    const waiting = part.pending.take();
    this.#pending -= waiting.length;
    const rows = this.#makesEachRow || waiting.length === 0 ? waiting : this.#encode(waiting);
    if (!part.sink) {
      part.sink = await this.#openSink(part.path);
      if (frame && frame.head.length > 0) await this.#put(part.sink, frame.head);
    }
    this.#open.delete(part);
    this.#open.add(part);
    if (rows.length > 0) {
      await this.#put(part.sink, part.hasRows ? rows : rows.subarray(frame?.lead ?? 0));
      part.hasRows = true;
    }
    if (part.isEnded) {
      const tail = frame?.tail(part.hasRows) ?? nothing;
      if (tail.length > 0) await this.#put(part.sink, tail);
      await this.#rest(part);
    }
    const [oldest] = this.#open;
    if (this.#open.size > mostOpen) await this.#rest(oldest);
  }

  async #put(sink: ByteSink, bytes: Uint8Array): Promise<void> {
    const began = performance.now();
    await sink.write(bytes);
    this.#waitedMs += performance.now() - began;
    this.#written += bytes.length;
  }

  async #rest(part: Part): Promise<void> {
    this.#open.delete(part);
    await part.sink?.rest?.();
  }

  async #openSink(path: string): Promise<ByteSink> {
    const { overwrite, sources, template } = this.#options;
    const folder = dirname(resolve(path));
    try {
      this.#root ??= await this.#folderOf(resolve(template.folder));
      const real = await this.#folderOf(folder);
      const away = relative(this.#root, real);
      if (away === '..' || away.startsWith(`..${sep}`) || resolve(this.#root, away) !== real)
        throw new SinkError('unsupported', said`${path} leads out of ${template.folder} by a link.`);
    } catch (error) {
      throw sinkErrorFrom(error, path);
    }
    return openTarget(path, { sources, exclusive: !overwrite });
  }

  /** Makes a folder where it is not there, and answers where it really is. */
  async #folderOf(folder: string): Promise<string> {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) {
      const names = relative(made, folder).split(sep);
      let path = made;
      this.#folders.push(path);
      for (const name of names) if (name !== '') this.#folders.push((path = resolve(path, name)));
    }
    return realpath(folder);
  }
}

const lineFeed = Uint8Array.of(0x0a);
const nothing = new Uint8Array(0);

/** Where a name with dots leads among known columns: to one of that name, or to a member of one. */
function pathIn(columns: readonly string[], name: string, nested: boolean): readonly string[] | undefined {
  if (columns.includes(name)) return [name];
  const column = nested ? columns.find((one) => name.startsWith(`${one}.`)) : undefined;
  return column === undefined ? undefined : [column, ...name.slice(column.length + 1).split('.')];
}
