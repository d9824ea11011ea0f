import { type Said, SaidError } from '../../said/said.ts';

/** What went wrong with a cluster, in kinds that a caller can act on. */
export type RemoteFailure =
  | 'connection-string'
  /** It was not reached, or the connection was lost and could not be taken up again. */
  | 'unreachable'
  /** It does not take the token, or does not let its user do this. */
  | 'refused'
  /** It cannot do the query, or has failed at it. */
  | 'query'
  /** It has ended the session, as it does of one that nothing was asked of for long. */
  | 'session'
  /** The file cannot be given to it. */
  | 'file'
  /** It answers what the protocol does not have. */
  | 'protocol';

/** A question to a cluster that has no answer. Its message is for people, and never has the token. */
export class RemoteError extends SaidError {
  override readonly name = 'RemoteError';
  readonly failure: RemoteFailure;

  constructor(failure: RemoteFailure, said: Said, options?: ErrorOptions) {
    super(said, options);
    this.failure = failure;
  }
}
