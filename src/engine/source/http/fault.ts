import { STATUS_CODES } from 'node:http';
import { type Said, said, SaidError } from '../../../said/said.ts';
import { ProxyRefusal } from './proxy.ts';
import { SourceError, type SourceFailure } from '../source.ts';

/** What went wrong with one request, before it is decided whether there is another. */
export class HttpFault extends SaidError {
  override readonly name = 'HttpFault';
  readonly failure: SourceFailure;
  /** `never`: asking again gives the same. `midway`: the server was there before, so it may be back. */
  readonly retry: 'always' | 'midway' | 'never';
  /** The answer's status; undefined where there was none. */
  readonly status: number | undefined;
  /** When the server wants to be asked again, in milliseconds from now. */
  readonly afterMs: number | undefined;

  /** @param said the end of a sentence, without the address */
  constructor(
    failure: SourceFailure,
    said: Said,
    options: {
      readonly retry?: HttpFault['retry'];
      readonly status?: number;
      readonly afterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(said, { cause: options.cause });
    this.failure = failure;
    this.retry = options.retry ?? 'never';
    this.status = options.status;
    this.afterMs = options.afterMs;
  }
}

/** What a status says that is no answer. @param asked whether a password or token was sent along */
export function statusFault(status: number, asked: boolean, retryAfter: string | undefined): HttpFault {
  const words = STATUS_CODES[status];
  const code = `${status}${words === undefined ? '' : ` ${words}`}`;
  const always = { retry: 'always', status, afterMs: retryAfterMs(retryAfter) } as const;
  switch (status) {
    case 401:
      return new HttpFault(
        'no-permission',
        asked
          ? said`the server rejected the password or token (${code})`
          : said`the server requires a user name and password, or a token (${code})`,
        { status },
      );
    case 407:
      return new HttpFault('no-permission', said`the proxy requires a user name and password (${code})`, {
        status,
      });
    case 403:
      return new HttpFault('no-permission', said`the server denied access (${code})`, { status });
    case 404:
      return new HttpFault('not-found', said`there is nothing at this address (${code})`, { status });
    case 410:
      return new HttpFault('not-found', said`it is no longer at this address (${code})`, { status });
    case 416:
      return new HttpFault('changed', said`the server no longer has this part of the file (${code})`, {
        status,
      });
    case 408:
    case 425:
      return new HttpFault('unreachable', said`the server rejected the request (${code})`, always);
    case 429:
      return new HttpFault('unreachable', said`the server received too many requests (${code})`, always);
    default:
      return status >= 500
        ? new HttpFault('unreachable', said`the server reported an error (${code})`, always)
        : new HttpFault('unsupported', said`the server sent an unexpected response (${code})`, { status });
  }
}

/** What a failed connection comes to. @param host whom it was to, or whose it was */
export function connectionFault(cause: unknown, host: string): HttpFault {
  if (cause instanceof HttpFault) return cause;
  if (cause instanceof ProxyRefusal) {
    return cause.status === 407
      ? statusFault(407, false, undefined)
      : new HttpFault('unreachable', said`the proxy could not connect to ${host} (${cause.status})`, {
          cause,
        });
  }
  const code = codeOf(cause);
  switch (code) {
    case 'ENOTFOUND':
      return new HttpFault('unreachable', said`the host ${host} was not found`, { retry: 'midway', cause });
    case 'EAI_AGAIN':
      return new HttpFault('unreachable', said`the name ${host} could not be resolved`, {
        retry: 'always',
        cause,
      });
    case 'ECONNREFUSED':
      return new HttpFault('unreachable', said`${host} refuses connections`, { retry: 'midway', cause });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return new HttpFault('unreachable', said`${host} is unreachable`, { retry: 'midway', cause });
    case 'ETIMEDOUT':
      return new HttpFault('unreachable', said`${host} does not answer`, { retry: 'always', cause });
    case 'EPROTO':
      return new HttpFault('unreachable', said`the TLS connection to ${host} failed`, { cause });
  }
  if (code.startsWith('HPE_')) {
    return new HttpFault('unsupported', said`${host} sent an invalid HTTP response`, { cause });
  }
  if (isCertificateCode(code)) {
    return new HttpFault('unreachable', said`the certificate of ${host} is not trusted (${code})`, { cause });
  }
  return new HttpFault('unreachable', said`the connection was lost`, { retry: 'always', cause });
}

/** The error for people. It never holds more of the address than may be shown. */
export function sourceErrorOf(
  fault: HttpFault,
  shown: string,
  position: number,
  size: number | undefined,
): SourceError {
  const number = (value: number): string => value.toLocaleString('en');
  const message =
    fault.failure === 'changed'
      ? said`${shown} has changed since it was opened: ${fault.said}.`
      : position === 0
        ? said`${shown} cannot be read: ${fault.said}.`
        : size === undefined
          ? said`${shown} was interrupted at byte ${number(position)}: ${fault.said}.`
          : said`${shown} was interrupted at byte ${number(position)} of ${number(size)}: ${fault.said}.`;
  return new SourceError(fault.failure, message, position, { cause: fault });
}

/** Seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now. */
export function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? 1000 * Number(text) : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function isCertificateCode(code: string): boolean {
  return /CERT|^ERR_TLS|^ERR_SSL|^UNABLE_TO_|^HOSTNAME_MISMATCH|^INVALID_CA/.test(code);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // Where a name has several addresses, Node tries them all and gathers what each failed with.
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1));
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
