import { QuerySyntaxError } from '../dataset/plan.ts';
import { RemoteError } from '../remote/remoteError.ts';
import { SinkError } from '../sink/sinkError.ts';
import { SourceError } from '../source/source.ts';

/** What of an error a page or an extension can act on; 'query' where the query is at fault, 'cluster-...' where a cluster is, by `RemoteFailure`. */
export function failureKind(error: unknown): string {
  if (error instanceof SourceError || error instanceof SinkError) return error.failure;
  if (error instanceof RemoteError) return error.failure === 'query' ? 'query' : `cluster-${error.failure}`;
  return error instanceof QuerySyntaxError ? 'query' : 'failed';
}
