/**
 * Where an export's bytes end up. Nothing counts as written before `commit`; whoever opens a sink calls either
 * `commit` or `discard`, in the end.
 */
export interface ByteSink {
  /** What messages call it. */
  readonly name: string;
  /**
   * Writes all of `bytes`, which may be used again once this has resolved: waiting for it is the back-pressure.
   * @throws SinkError
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Writes what is still held, so that `commit` does little more than give a name: of several sinks that take the place of their
   * targets together, one that fails does so before the first of them has. `commit` does it where nobody has. Nothing is written
   * after it.
   * @throws SinkError
   */
  finish?(): Promise<void>;
  /** Makes what was written the target's content. @throws SinkError, and the target is as it was */
  commit(): Promise<void>;
  /** Leaves the target as it was. Safe to call at any time, any number of times; does nothing after `commit`. */
  discard(): Promise<void>;
  /** Gives back what it holds until the next `write`: the open file, and the memory of a compressor. */
  rest?(): Promise<void>;
  /** Undefined where nobody can go on with it once its process has ended: a pipe, a device. */
  readonly resumable?: Resumable | undefined;
}

/** How a sink is gone on with after its process has ended. */
export interface Resumable {
  /** The file that is to take the place of the target. */
  readonly temporary: string;
  /** What was written so far. @throws SinkError */
  state(): Promise<SinkState>;
  /** Puts it on the disk. @throws SinkError */
  sync(): Promise<void>;
  /** Ends the writing and leaves the temporary file where it is; `discard` does nothing then. */
  suspend(): Promise<void>;
}

/** How far a sink is. Plain data. */
export interface SinkState {
  /** Bytes that it was given. */
  readonly taken: number;
  /** Bytes of its file, and the CRC-32 of these. */
  readonly written: number;
  readonly checksum: number;
  /** Of a compressed file. */
  readonly compression?: CompressionState | undefined;
}

export interface CompressionState {
  /** Bytes that were compressed, and the CRC-32 of these. */
  readonly length: number;
  readonly checksum: number;
  /** What was given and is not compressed yet, and the bytes before it. */
  readonly piece: Uint8Array;
  readonly window: Uint8Array;
}
