import type { Place } from '../place.ts';
import { parseAddress } from './address.ts';
import { strongValidator } from './identity.ts';
import { openHttp, type HttpPlace } from './open.ts';

/** What is at an http(s) address. */
export function urlPlace(spec: HttpPlace): Place {
  return {
    spec,
    paths: [],
    remote: true,
    // It is asked for its version with every range.
    watch: undefined,
    kept() {
      if (spec.identity === undefined) return undefined;
      const { size, ranged } = spec.identity;
      const version = strongValidator(spec.identity);
      if (!ranged || size === undefined || version === undefined) return undefined;
      const path = `${parseAddress(spec.url).url.href}\n${version}`;
      return { path, state: { size, file: '', version, young: false } };
    },
    async open({ signal, http }) {
      const { source, identity } = await openHttp(spec, { signal, limits: http });
      const { url, headers, keep, limits } = spec;
      return { source, place: { kind: 'url', url, headers, keep, limits, identity } };
    },
  };
}
