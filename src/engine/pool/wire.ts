import type { Said } from '../../said/said.ts';
import { SchemaError } from '../schema/schemaError.ts';
import { SinkError, type SinkFailure } from '../sink/sinkError.ts';
import { MemoryLimitError } from '../stage/memoryLimit.ts';
import { SourceError, type SourceFailure } from '../source/source.ts';

/** An error as it crosses from a worker: an Error's class and its own fields do not survive a clone. */
export type WireFailure =
  | {
      readonly kind: 'source';
      readonly failure: SourceFailure;
      readonly said: Said;
      readonly position: number;
    }
  | { readonly kind: 'sink'; readonly failure: SinkFailure; readonly said: Said }
  | { readonly kind: 'memory'; readonly said: Said }
  | { readonly kind: 'schema'; readonly said: Said }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string };

export function reviveFailure(error: unknown): Error {
  const failure = error as WireFailure;
  if (failure.kind === 'source') return new SourceError(failure.failure, failure.said, failure.position);
  if (failure.kind === 'sink') return new SinkError(failure.failure, failure.said);
  if (failure.kind === 'schema') return new SchemaError(failure.said);
  if (failure.kind === 'memory') return new MemoryLimitError(failure.said);
  const bug = new Error(failure.message);
  bug.stack = failure.stack;
  return bug;
}
