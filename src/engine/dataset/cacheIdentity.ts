import { resolve } from 'node:path';
import type { FileState, StoreKey } from '../index/store.ts';
import { parseAddress } from '../source/http/address.ts';
import { strongValidator } from '../source/http/identity.ts';
import type { FileIdentity, SourcePlace } from '../source/source.ts';

/** By what an index is found again, and known to be that of the same bytes. */
export type CacheIdentity = Pick<StoreKey, 'path' | 'state'>;

/**
 * A file that was changed later than this before it was opened may be changed again without another time to show for
 * it: the clocks of file systems move in steps of up to 2 s (FAT), and NFS keeps times for 3 s by default.
 */
const usualRestMs = 5000;

/**
 * Of a file its path, of an address all of it but the password, with its ETag or date: another one is another
 * file. The store writes a hash of it and nothing else. Undefined for what is read once, and for an address whose
 * server does not say which state of it this is.
 * @param restMs other than usual for tests
 */
export function cacheIdentity(place: SourcePlace, restMs = usualRestMs): CacheIdentity | undefined {
  if (place.kind === 'stdin' || place.identity === undefined) return undefined;
  if (place.kind === 'file') {
    return { path: resolve(place.path), state: fileState(place.identity, restMs) };
  }
  const { size, ranged } = place.identity;
  const version = strongValidator(place.identity);
  if (!ranged || size === undefined || version === undefined) return undefined;
  const path = `${parseAddress(place.url).url.href}\n${version}`;
  return { path, state: { size, file: '', version, young: false } };
}

function fileState({ size, dev, ino, mtimeMs, ctimeMs, openedMs }: FileIdentity, restMs: number): FileState {
  const young = openedMs < Math.max(mtimeMs, ctimeMs) + restMs;
  return { size, file: `${dev}:${ino}`, version: `${mtimeMs} ${ctimeMs}`, young };
}
