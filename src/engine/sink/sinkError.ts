import { type Said, said, SaidError } from '../../said/said.ts';

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
export class SinkError extends SaidError {
  override readonly name = 'SinkError';
  readonly failure: SinkFailure;

  constructor(failure: SinkFailure, said: Said, options?: ErrorOptions) {
    super(said, options);
    this.failure = failure;
  }
}

/** The `SinkError` that a failed system call on the target `name` amounts to. */
export function sinkErrorFrom(error: unknown, name: string): SinkError {
  if (error instanceof SinkError) return error;
  const [failure, told] = explain(systemCode(error), name, error);
  return new SinkError(failure, told, { cause: error });
}

/** The code of a failed system call (`ENOSPC`), else ''. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function explain(code: string, name: string, error: unknown): [SinkFailure, Said] {
  switch (code) {
    case 'ENOSPC':
      return ['no-room', said`There is no space left on the disk for ${name}.`];
    case 'EDQUOT':
      return ['no-room', said`Your disk quota has no room left for ${name}.`];
    case 'EFBIG':
      return ['too-large', said`${name} would be larger than the maximum file size.`];
    case 'EACCES':
    case 'EPERM':
      return ['no-permission', said`You have no permission to write ${name}.`];
    case 'EROFS':
      return ['read-only', said`${name} is on a read-only file system.`];
    case 'ENOENT':
    case 'ENOTDIR':
      return ['not-found', said`The folder of ${name} does not exist.`];
    case 'EISDIR':
      return ['is-folder', said`${name} is a folder.`];
    case 'ENAMETOOLONG':
      return ['failed', said`The name ${name} is too long.`];
    case 'ELOOP':
      return ['failed', said`${name} is a symbolic link that leads back to itself.`];
    case 'EPIPE':
      return ['closed', said`${name} was closed by its reader.`];
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return ['failed', said`${name} cannot be written: ${reason}`];
    }
  }
}
