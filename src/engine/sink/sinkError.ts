/** What went wrong with a target, in kinds that a caller can act on. */
export type SinkFailure =
  | 'no-room'
  | 'no-permission'
  | 'read-only'
  | 'not-found'
  | 'is-folder'
  | 'own-source'
  | 'same-target'
  | 'exists'
  | 'too-large'
  | 'too-many-columns'
  | 'closed'
  | 'not-sent'
  | 'nothing-to-resume'
  | 'unsupported'
  | 'failed';

/** A target that cannot be written. Its message is one sentence for people. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
  readonly failure: SinkFailure;

  constructor(failure: SinkFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** The `SinkError` that a failed system call on the target `name` amounts to. */
export function sinkErrorFrom(error: unknown, name: string): SinkError {
  if (error instanceof SinkError) return error;
  const [failure, message] = explain(systemCode(error), name, error);
  return new SinkError(failure, message, { cause: error });
}

/** The code of a failed system call (`ENOSPC`), else ''. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function explain(code: string, name: string, error: unknown): [SinkFailure, string] {
  switch (code) {
    case 'ENOSPC':
      return ['no-room', `There is no space left on the disk for ${name}.`];
    case 'EDQUOT':
      return ['no-room', `Your disk quota has no room left for ${name}.`];
    case 'EFBIG':
      return ['too-large', `${name} would be larger than the maximum file size.`];
    case 'EACCES':
    case 'EPERM':
      return ['no-permission', `You have no permission to write ${name}.`];
    case 'EROFS':
      return ['read-only', `${name} is on a read-only file system.`];
    case 'ENOENT':
    case 'ENOTDIR':
      return ['not-found', `The folder of ${name} does not exist.`];
    case 'EISDIR':
      return ['is-folder', `${name} is a folder.`];
    case 'ENAMETOOLONG':
      return ['failed', `The name ${name} is too long.`];
    case 'ELOOP':
      return ['failed', `${name} is a symbolic link that leads back to itself.`];
    case 'EPIPE':
      return ['closed', `${name} was closed by its reader.`];
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return ['failed', `${name} cannot be written: ${reason}`];
    }
  }
}
