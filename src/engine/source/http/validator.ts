import type { UrlIdentity } from '../source.ts';

/**
 * What stands for these bytes and no others (RFC 9110, section 8.8): an ETag that is not weak, or a date of the last
 * change that lies so far back that a later change has another one. Undefined where there is neither.
 */
export function strongValidator({ etag, modified, date }: UrlIdentity): string | undefined {
  if (etag !== undefined && !isWeak(etag)) return etag;
  if (modified === undefined || date === undefined) return undefined;
  return Date.parse(date) - Date.parse(modified) >= modifiedRestMs ? modified : undefined;
}

/** As RFC 7232, section 2.2.2, has it; the later RFC says a second, which clocks of several servers may differ by. */
const modifiedRestMs = 60_000;

export function isWeak(etag: string): boolean {
  return etag.startsWith('W/');
}
