import type { Said } from '../../said/said.ts';
import type { CallOptions } from '../query/operator/call.ts';

/** Rows for a program, which may be given away: JSON values, a line each. */
export interface CallInput {
  readonly rows: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** Where the rows' records are, in the order of the rows; undefined where rows come from no single record. */
  readonly places: CallPlaces | undefined;
}

export type CallPlaces = Readonly<Record<keyof CallPlace, Float64Array<ArrayBuffer>>>;

/** Numbers from 1 on, and the byte at which the record begins. */
export interface CallPlace {
  readonly record: number;
  readonly line: number;
  readonly offset: number;
}

/** What a program made of some rows: JSON objects, a line each. */
export interface CallOutput {
  readonly rows: Uint8Array;
  readonly count: number;
  readonly failures: readonly CallFailure[];
}

/** A row that a program could not do with. */
export interface CallFailure {
  readonly reason: Said;
  /** The row as it was given. */
  readonly raw: string;
  readonly place: CallPlace | undefined;
}

/** A program that runs. */
export interface OpenCall {
  /** Results come in the order of the rows. @throws CallError; the signal's reason */
  process(input: AsyncIterable<CallInput>): AsyncIterable<CallOutput>;
  /** Ends it, whatever it does. */
  close(): Promise<void>;
}

/** Runs the programs that queries name, where that is allowed. */
export interface Calls {
  /** @throws CallError */
  open(file: string, options: CallOptions, signal: AbortSignal): Promise<OpenCall>;
  /** Takes note of rows that have failed. @throws CallError where there are too many */
  failed(file: string, failures: readonly CallFailure[]): Promise<void>;
}
