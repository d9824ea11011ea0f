import type { FieldColumn } from '../format/record.ts';
import type { ByteSink } from './byteSink.ts';

/** A column of the rows of an export. */
export interface RowColumn {
  readonly name: string;
  /** What the first rows hold: `number` where each of their values is one; undefined where they hold none. */
  readonly type: 'number' | 'other' | undefined;
}

/** Rows, column by column: the values stand in `bytes` as JSON has them. Void when the next batch is asked for. */
export interface RowBatch {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** In the order of the columns that `begin` was given. */
  readonly fields: readonly FieldColumn[];
}

/**
 * Where the rows of an export end up. Nothing counts as written before `commit`; whoever opens a sink calls either
 * `commit` or `discard`, in the end.
 */
export interface RowSink {
  /** What messages call it. */
  readonly name: string;
  /** Called once, before `write` and also where there are no rows. @throws SinkError */
  begin(columns: readonly RowColumn[]): Promise<void>;
  /** Writes all rows of a batch: waiting for it is the back-pressure. @throws SinkError */
  write(batch: RowBatch): Promise<void>;
  /** Writes what is still held: called once, before `commit`. @throws SinkError */
  finish?(): Promise<void>;
  /** Makes what was written the target's content. @throws SinkError, and the target is as it was */
  commit(): Promise<void>;
  /** Leaves the target as it was. Safe to call at any time, any number of times; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Writes batches of rows as bytes. What it answers is void after the next call. */
export interface BatchEncoder {
  begin(columns: readonly RowColumn[]): Uint8Array;
  rows(batch: RowBatch): Uint8Array;
  end(): Uint8Array;
}

/** A sink of bytes as one of rows. */
export function asRows(encoder: BatchEncoder, sink: ByteSink): RowSink {
  return {
    name: sink.name,
    begin: (columns) => sink.write(encoder.begin(columns)),
    write: (batch) => sink.write(encoder.rows(batch)),
    async finish() {
      const end = encoder.end();
      if (end.length > 0) await sink.write(end);
      await sink.finish?.();
    },
    commit: () => sink.commit(),
    discard: () => sink.discard(),
  };
}
