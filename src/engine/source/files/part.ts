import type { FileIdentity, PartitionValue } from '../source.ts';
import type { ColumnOrder } from './columns.ts';

/** A file as a part of a run of bytes that goes through several files. */
export interface FilePart {
  readonly path: string;
  /** As people see it; undefined: the path. */
  readonly name?: string | undefined;
  /** Whether its text is taken out of something else: it is compressed. */
  readonly packed?: boolean | undefined;
  /** The text's encoding; undefined: recognised. */
  readonly encoding?: string | undefined;
  /** The state in which it was measured: it must still be in it. */
  readonly identity: FileIdentity;
  /** It stands for no file but for this text: the header of files whose columns differ. */
  readonly text?: string | undefined;
  /** Of the columns that folders are called after, its values. */
  readonly partitions?: readonly PartitionValue[] | undefined;
  /** How its fields are put under the columns of all files, where it has others; `from` is then 0. */
  readonly columns?: ColumnOrder | undefined;
  /** Bytes of its text that are passed over: a byte-order mark, or a header that an earlier file had. */
  readonly from: number;
  /** Bytes of its text from there on; undefined where it has to be decoded to know. */
  readonly length: number | undefined;
  /** Whether its last line has an end; undefined like `length`. */
  readonly ended: boolean | undefined;
}

/** The parts as plain bytes that threads share. */
export function writeParts(parts: readonly FilePart[]): SharedArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(parts));
  const shared = new SharedArrayBuffer(text.length);
  new Uint8Array(shared).set(text);
  return shared;
}

export function readParts(shared: SharedArrayBuffer): readonly FilePart[] {
  // What is in shared memory cannot be decoded in place.
  return JSON.parse(new TextDecoder().decode(new Uint8Array(shared).slice())) as FilePart[];
}
