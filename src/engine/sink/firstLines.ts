import type { ByteSink } from './byteSink.ts';

/**
 * A sink that keeps the first lines of what it is given, and passes all of it on.
 * @param sink undefined: nothing is written
 * @param most lines that are kept
 */
export function firstLines(sink: ByteSink | undefined, most: number): ByteSink & { lines(): string[] } {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  return {
    name: sink?.name ?? '',
    async write(bytes) {
      await sink?.write(bytes);
      if (lines.length >= most) return;
      const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.slice(0, most - lines.length));
    },
    commit: async () => sink?.commit(),
    discard: async () => sink?.discard(),
    lines: () => lines,
  };
}
