import { QuerySyntaxError } from '../dataset/plan.ts';
import { RemoteError } from '../remote/remoteError.ts';
import { SinkError } from '../sink/sinkError.ts';
import { SourceError } from '../source/source.ts';

/** What of an error a page or an extension can act on; 'query' where the query is at fault. */
export function failureKind(error: unknown): string {
  if (error instanceof SourceError || error instanceof SinkError || error instanceof RemoteError)
    return error.failure;
  return error instanceof QuerySyntaxError ? 'query' : 'failed';
}
