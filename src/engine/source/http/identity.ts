import type { IncomingHttpHeaders } from 'node:http';
import { said, type Said } from '../../../said/said.ts';
import { HttpFault } from './fault.ts';
import type { Answer } from './client.ts';
import type { UrlIdentity } from '../source.ts';
import { isWeak } from './validator.ts';

/** The range that an answer with status 206 says it is; undefined where it says none, or none that makes sense. */
export interface ContentRange {
  readonly from: number;
  /** One past the last byte. */
  readonly to: number;
  /** Bytes in all; undefined where the server does not know (`*`). */
  readonly total: number | undefined;
}

export function contentRange({ 'content-range': text }: IncomingHttpHeaders): ContentRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const [from, last, total] = [
    Number(match[1]),
    Number(match[2]),
    match[3] === '*' ? undefined : Number(match[3]),
  ];
  return last < from || (total !== undefined && last >= total) ? undefined : { from, to: last + 1, total };
}

/** Length of the body as the answer's head says it; undefined where it does not. */
export function contentLength({ 'content-length': text }: IncomingHttpHeaders): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function identityOf(
  headers: IncomingHttpHeaders,
  size: number | undefined,
  ranged: boolean,
): UrlIdentity {
  return { size, etag: headers.etag, modified: headers['last-modified'], date: headers.date, ranged };
}

/**
 * What a request for a part says, so that it is answered only if that is a part of what was opened. A weak ETag may
 * not be used so (RFC 9110, section 13.1.5); there it is left to `checkUnchanged`.
 */
export function ifRange({ etag, modified }: UrlIdentity): Record<string, string> {
  if (etag !== undefined) return isWeak(etag) ? {} : { 'if-range': etag };
  return modified === undefined ? {} : { 'if-range': modified };
}

/** @throws HttpFault `changed` where an answer is of another state than the one that was opened */
export function checkUnchanged(opened: UrlIdentity, { headers }: Answer, total: number | undefined): void {
  const { etag, 'last-modified': modified } = headers;
  if (opened.etag !== undefined && etag !== undefined) {
    if (opaque(etag) !== opaque(opened.etag)) throw changed(said`its ETag is different`);
  } else if (opened.modified !== undefined && modified !== undefined && modified !== opened.modified) {
    throw changed(said`it was modified`);
  }
  if (opened.size !== undefined && total !== undefined && total !== opened.size) {
    throw changed(
      said`it had ${opened.size.toLocaleString('en')} bytes and has ${total.toLocaleString('en')}`,
    );
  }
}

/** Whether an answer can be known to be of the state that was opened. */
export function isKnownSame(opened: UrlIdentity, { headers }: Answer): boolean {
  if (opened.etag !== undefined) return headers.etag !== undefined;
  if (opened.modified !== undefined) return headers['last-modified'] !== undefined;
  return opened.size !== undefined && contentLength(headers) === opened.size;
}

function changed(how: Said): HttpFault {
  return new HttpFault('changed', how);
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '');
}
