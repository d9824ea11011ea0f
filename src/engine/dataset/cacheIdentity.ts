import { resolve } from 'node:path';
import type { StoreKey } from '../index/store.ts';
import { parseAddress } from '../source/http/address.ts';
import type { SourcePlace } from '../source/source.ts';

/** By what an index is found again, and known to be that of the same bytes. */
export type CacheIdentity = Pick<StoreKey, 'path' | 'size' | 'mtimeMs'>;

/**
 * Of a file its path, of an address all of it but the password, with its ETag or date: another one is another
 * file. The store writes a hash of it and nothing else. Undefined for what is read once, and for an address whose
 * server does not say which state of it this is.
 */
export function cacheIdentity(place: SourcePlace): CacheIdentity | undefined {
  if (place.kind === 'stdin' || place.identity === undefined) return undefined;
  if (place.kind === 'file') {
    const { size, mtimeMs } = place.identity;
    return { path: resolve(place.path), size, mtimeMs };
  }
  const { size, etag, modified, ranged } = place.identity;
  const state = etag ?? modified;
  if (!ranged || size === undefined || state === undefined) return undefined;
  return { path: `${parseAddress(place.url).url.href}\n${state}`, size, mtimeMs: 0 };
}
