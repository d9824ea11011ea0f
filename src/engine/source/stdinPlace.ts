import type { Place } from './place.ts';
import type { SourcePlace } from './source.ts';
import { streamSource } from './stream.ts';

/** Standard input, which is read once, by the thread that has it. */
export function stdinPlace(spec: Extract<SourcePlace, { readonly kind: 'stdin' }>): Place {
  const { name, bytes } = spec.input ?? { name: 'Standard input', bytes: process.stdin };
  return {
    spec,
    paths: [],
    remote: false,
    watch: undefined,
    kept: () => undefined,
    open: () => Promise.resolve({ source: streamSource(bytes, name), place: spec }),
  };
}
