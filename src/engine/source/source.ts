import type { Readable } from 'node:stream';
import type { FileSearch } from '../../protocol/fileSearch.ts';
import { type Said, SaidError } from '../../said/said.ts';
import type { HttpLimits } from './http/limits.ts';
import { type Learnt } from './compressed/marks.ts';
import type { SourcePart } from './part.ts';

/**
 * Where bytes come from. The engine sees every source as one run of decoded bytes with positions from 0: a
 * gzip member, a UTF-16 text or an HTTP body has been undone below this line.
 */
export interface Source {
  /** What messages call it: a path or an address without credentials. */
  readonly name: string;
  /** Bytes in all, as far as known now; undefined for a stream whose end has not been seen. */
  readonly size: number | undefined;
  /** Whether `read` takes any position. Where it does not, positions must not go back. */
  readonly random: boolean;
  /** Where `random` is false: positions that were passed can be read again all the same. */
  readonly kept?: boolean;
  /**
   * Reads at most `into.length` bytes at `position` into `into`; answers how many, 0 only at the end. May be
   * short, like read(2).
   * @throws SourceError with the position, on any failure of the source
   * @throws the signal's reason when aborted
   */
  read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<number>;
  /**
   * Says that [from, to) will be read from front to back, for sources to which a question costs more than what
   * it brings; nothing more of it without a range. A promise of nobody's: what is read is what is asked for.
   */
  expect?(range?: { readonly from: number; readonly to: number }): void;
  /**
   * Takes back bytes that were read and not used, for the next read of their position. Only there where positions
   * must not go back otherwise; bytes that were taken back before are forgotten.
   */
  unread?(bytes: Uint8Array, position: number): void;
  /** Where in the file the text's bytes are, where that is in another encoding; undefined: in the same places. */
  readonly offsets?: FileOffsets | undefined;
  /** Which files the bytes are of. */
  readonly files?: FileSpans | undefined;
  /** Where each record is in its file, if records are not in the order of a file. */
  readonly places?: RecordPlaces | undefined;
  /** The paths of the columns of the text's records, where the file has a schema of its own. @throws SourceError */
  columns?(): Promise<readonly (readonly string[])[]>;
  /** The paths in the text's records that hold times, where the file has a schema of its own. @throws SourceError */
  times?(): Promise<readonly (readonly (string | null)[])[]>;
  /** How many records the text has, where the file says so itself. @throws SourceError */
  rowCount?(): Promise<number | undefined>;
  /**
   * What has become of the files on disk that the bytes in [from, to) are of, since they were opened. That another file
   * has taken the place of one is not seen: it is not what is read.
   */
  standing?(from?: number, to?: number): Promise<Standing>;
  /** Closes what the source holds open. Safe to call twice. */
  close(): Promise<void>;
}

/** A state of open files. */
export interface Standing {
  /** Tells it from other states; '' for the one in which the files were opened. */
  readonly state: string;
  /** The file that was written to in place other than at its end. One that is longer may have been, too. */
  readonly changed: string | undefined;
}

/** Where in a file the bytes are that its text was decoded from. */
export interface FileOffsets {
  /**
   * Of places in `bytes`, which begin at `offset` of the text: ascending indices, each at the beginning of a character.
   * What follows them up to index `next` is remembered for the next call.
   */
  ofPlaces(
    bytes: Uint8Array,
    offset: number,
    places: Uint32Array,
    next: number,
    signal?: AbortSignal,
  ): Promise<Float64Array>;
  /** The byte of the file at a position of the text, which begins a character. */
  of(position: number, signal?: AbortSignal): Promise<number>;
  /** The position in the text of a byte of the file; the text's end where the file ends before it. */
  positionOf(byte: number, signal?: AbortSignal): Promise<number>;
}

/** A value of a column that folders are called after. */
export type PartitionValue = number | string | null;

/** The files that a source consists of, one after the other. */
export interface FileSpans {
  readonly count: number;
  /** The path of the file that a position lies in, which was read before. */
  pathAt(position: number): string;
  /** What the folders of that file say of its records: the values of `FormatSpec.partitions`. */
  partitionsAt(position: number): readonly PartitionValue[];
  /** The position in the text of that file; undefined where its fields were put under other columns. */
  offsetAt(position: number): number | undefined;
  /** Where the next file begins after a position that was read before; undefined where there is none. */
  nextAfter(position: number): number | undefined;
}

/** Where records are in their files, which stand here in another order. */
export interface RecordPlaces {
  /** Of the records that begin at some indices, ascending, in bytes that begin at a position. */
  of(position: number, starts: Uint32Array): PlacedRecords;
}

/** Of each record its 0-based number and line in its file, and its first byte there. */
export interface PlacedRecords {
  readonly records: Float64Array;
  readonly lines: Float64Array;
  readonly offsets: Float64Array;
}

/** Whether a position that was passed can be read again. */
export function canReadAgain({ random, kept }: Source): boolean {
  return random || kept === true;
}

/** What went wrong with a source, in the words shown to people. */
export type SourceFailure =
  | 'not-found'
  | 'no-permission'
  | 'is-folder'
  | 'changed'
  | 'corrupt'
  | 'unreachable'
  | 'unsupported'
  | 'failed';

/** A failure of the source itself, as opposed to a fault of a record. */
export class SourceError extends SaidError {
  override readonly name = 'SourceError';
  readonly failure: SourceFailure;
  /** Position in the decoded bytes up to which everything was delivered. */
  readonly position: number;
  /** Where the first record begins that was not delivered, where a scan found that out. */
  readonly recordAt: number | undefined;

  constructor(
    failure: SourceFailure,
    said: Said,
    position = 0,
    options: ErrorOptions & { readonly recordAt?: number } = {},
  ) {
    super(said, options);
    this.failure = failure;
    this.position = position;
    this.recordAt = options.recordAt;
  }
}

/** How to open a source, here or again in another thread: plain data. */
export type SourceSpec = SourcePlace & {
  /** The text's encoding, by a label of the WHATWG's Encoding Standard; undefined: recognised. */
  readonly encoding?: string | undefined;
  /** What an earlier opening has learnt of where decoding can begin, layer by layer, the outermost first. */
  readonly learnt?: readonly Learnt[] | undefined;
  /** What is read of a file that is stored by columns; undefined: all of it. */
  readonly part?: SourcePart | undefined;
};

export type SourcePlace =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** The file must still be this one, or this one grown; else the failure is `changed`. */
      readonly identity?: FileIdentity | undefined;
    }
  | {
      readonly kind: 'url';
      /** With its credentials: never to be written down or shown. */
      readonly url: string;
      /** Sent with every request to the address's own server, by lower-case name: never to be written down or shown. */
      readonly headers?: HeaderFields | undefined;
      /**
       * Of what the server gives only once so many bytes are kept in a temporary file, so that they can be read
       * again.
       */
      readonly keep?: number | undefined;
      /** How long its server is waited for, other than usual. */
      readonly limits?: Partial<HttpLimits> | undefined;
      /** It must still be this; else the failure is `changed`. */
      readonly identity?: UrlIdentity | undefined;
    }
  /** Read once, by the thread that has it. */
  | {
      readonly kind: 'stdin';
      /** Bytes that come from elsewhere in this thread, instead of standard input, and what they are called. */
      readonly input?:
        | {
            readonly name: string;
            readonly bytes: Readable;
            /** So many of them are kept in a temporary file, so that they can be read again. */
            readonly keep?: number | undefined;
          }
        | undefined;
    }
  /** A `data:` URL: it holds the bytes itself. */
  | { readonly kind: 'data'; readonly url: string }
  /** Several files, one after the other. */
  | {
      readonly kind: 'files';
      /** What messages call them. */
      readonly name: string;
      /** In shared memory, as many threads open them, and each task names them: see `writeParts`. */
      readonly parts: SharedArrayBuffer;
      /** What has come to them since they were opened, in the order in which it came, behind all of them: see `writeExtents`. */
      readonly grown?: SharedArrayBuffer | undefined;
      /** How they take turns, where they do not stand one behind the other: see `Turns`. */
      readonly turns?: SharedArrayBuffer | undefined;
      /** How they are looked for again, with the files that were found but cannot be read. */
      readonly search?: FileSearch | undefined;
      readonly unread?: readonly string[] | undefined;
    };

/** Values by lower-case name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** What tells one state of what is at an address from another. */
export interface UrlIdentity {
  /** Bytes in all; undefined where the server did not say. */
  readonly size: number | undefined;
  /** Value of the ETag header, and of Last-Modified. */
  readonly etag: string | undefined;
  readonly modified: string | undefined;
  /** Value of the Date header: when the server said so. */
  readonly date?: string | undefined;
  /** Whether the server gives ranges of it. */
  readonly ranged: boolean;
}

/** What tells one state of a file from another. */
export interface FileIdentity {
  readonly size: number;
  /** When its content was changed last, and when anything of it was, as the file system says. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** When this was asked, by the clock of this machine. */
  readonly openedMs: number;
  /** Decimal text, as a 64-bit number does not fit a double. */
  readonly dev: string;
  /** Decimal text. */
  readonly ino: string;
}
