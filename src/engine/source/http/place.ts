import type { Place } from '../place.ts';
import { parseAddress } from './address.ts';
import type { HttpPlace } from './open.ts';
import { strongValidator } from './validator.ts';

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
      // Few files are read from an address, and what reads those takes long to load.
      const { openHttp } = await import('./open.ts');
      const { source, identity } = await openHttp(spec, { signal, limits: http });
      const { url, headers, keep, limits } = spec;
      return { source, place: { kind: 'url', url, headers, keep, limits, identity } };
    },
  };
}
