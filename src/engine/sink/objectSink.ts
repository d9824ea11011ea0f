/** What is known of the rows of an export before the first one comes. */
export interface ObjectRows {
  /** Columns by their names, where the source or the query has them; the others are found in the rows. */
  readonly columns: readonly string[];
  /** The columns of an export that has no rows. */
  readonly columnsWithoutRows: () => Promise<readonly string[]>;
  /** The column of rows that are no objects. */
  readonly valueColumn: string;
  /**
   * Whether a text that keys lead to, a column first, and that reads as a number, a boolean or a time is one, as in a delimited text: not where its numbers
   * are written as `1.234,5`, of which `1.234` would be another number.
   */
  readonly typesInText: (path: readonly string[]) => boolean;
}

/**
 * Where rows end up that come as JSON Lines and are written column by column. Nothing counts as written before
 * `commit`; whoever opens a sink calls either `commit` or `discard`, in the end.
 */
export interface ObjectSink {
  /** Takes whole lines; waiting for it is the back-pressure. @throws SinkError, TemporaryError */
  write(lines: Uint8Array): Promise<void>;
  /**
   * Writes the file, once before `commit`: the rows have waited for the last one.
   * @returns the columns whose values have several types, so that they are written as text
   * @throws SinkError, TemporaryError; the signal's reason
   */
  finish(signal: AbortSignal): Promise<readonly string[]>;
  /** Makes what was written the target's content. @throws SinkError, and the target is as it was */
  commit(): Promise<void>;
  /** Leaves the target as it was. Safe to call at any time, any number of times; does nothing after `commit`. */
  discard(): Promise<void>;
}
