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
  /** Makes what was written the target's content. @throws SinkError, and the target is as it was */
  commit(): Promise<void>;
  /** Leaves the target as it was. Safe to call at any time, any number of times; does nothing after `commit`. */
  discard(): Promise<void>;
}
