import type { Place } from './place.ts';
import type { SourcePlace } from './source.ts';
import { keptStream } from './kept.ts';
import { readableStream, streamSource } from './stream.ts';

/** Standard input, which is read once, by the thread that has it. */
export function stdinPlace(spec: Extract<SourcePlace, { readonly kind: 'stdin' }>): Place {
  const { name, bytes, keep } = spec.input ?? { name: 'Standard input', bytes: process.stdin };
  return {
    spec,
    paths: [],
    remote: false,
    watch: undefined,
    kept: () => undefined,
    open: async () => ({
      source:
        keep === undefined ? streamSource(bytes, name) : await keptStream(readableStream(bytes, name), keep),
      place: spec,
    }),
  };
}
