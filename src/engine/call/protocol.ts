import type { Said } from '../../said/said.ts';
import type { CallOptions } from '../query/operator/call.ts';

/** Between the engine and the thread of a program that a query calls. */

/** Handed to the thread as it starts. */
export interface CallData {
  /** Address of the program. */
  readonly url: string;
  readonly options: CallOptions;
}

export type ToCall =
  /** Rows, a JSON value a line, and the bytes at which their records begin. */
  | { readonly type: 'rows'; readonly bytes: Uint8Array; readonly offsets: Float64Array | undefined }
  /** There are no more. */
  | { readonly type: 'end' }
  /** The last `made` was taken. */
  | { readonly type: 'taken' }
  /** There is nothing more to do: what was printed is to be handed over. */
  | { readonly type: 'close' };

export type FromCall =
  /** `batches` takes the rows as they come; else each `rows` is answered by one `made`. */
  | { readonly type: 'ready'; readonly batches: boolean; readonly stateless: boolean }
  | { readonly type: 'pull' }
  | {
      readonly type: 'made';
      /** Objects, a line each. */
      readonly bytes: Uint8Array;
      readonly count: number;
      readonly failures: readonly RowFailure[];
    }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: Said }
  /** After `close`: all that was printed is there. */
  | { readonly type: 'printed' };

/** `row` is its number among those that were given at once, from 0 on. */
export interface RowFailure {
  readonly row: number;
  readonly reason: Said;
  readonly raw: string;
}

/** Failures that are told of one batch of rows. */
export const mostFailures = 1000;
