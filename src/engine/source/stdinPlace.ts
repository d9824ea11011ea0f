import type { Place } from './place.ts';
import type { SourcePlace } from './source.ts';
import { streamSource } from './stream.ts';

/** Standard input, which is read once, by the thread that has it. */
export function stdinPlace(spec: Extract<SourcePlace, { readonly kind: 'stdin' }>): Place {
  return {
    spec,
    paths: [],
    remote: false,
    watch: undefined,
    kept: () => undefined,
    open: () => Promise.resolve({ source: streamSource(process.stdin, 'Standard input'), place: spec }),
  };
}
