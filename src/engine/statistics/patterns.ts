import type { Pattern } from '../../protocol/statistics.ts';

type Part = Pattern['parts'][number];

/** Longer texts are no identifiers, and their patterns are all different. */
const longestText = 64;

/** Counts what texts look like. */
export class Patterns {
  readonly #found = new Map<
    string,
    { readonly parts: readonly Part[]; count: number; readonly example: string }
  >();
  #sampled = 0;

  get sampled(): number {
    return this.#sampled;
  }

  add(text: string, count: number): void {
    this.#sampled += count;
    if (text.length > longestText) return;
    const parts = partsOf(text);
    const key = parts.map(({ kind, text: literal, length }) => `${kind} ${literal} ${length}`).join('\n');
    const known = this.#found.get(key);
    if (known) known.count += count;
    else this.#found.set(key, { parts, count, example: text });
  }

  /** The most frequent ones first. */
  list(most: number): Pattern[] {
    return [...this.#found.values()].sort((a, b) => b.count - a.count).slice(0, most);
  }
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (const match of text.matchAll(/[0-9]+|\p{L}+|\s+|[^]/gu)) {
    const [run] = match;
    parts.push({ kind: kindOf(run), text: run, length: charactersOf(run) });
  }
  return parts.map((part) => (part.kind === 'literal' ? part : { ...part, text: '' }));
}

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function kindOf(run: string): Part['kind'] {
  if (/^[0-9]/.test(run)) return 'digits';
  if (/^\s/.test(run)) return 'space';
  if (!/^\p{L}/u.test(run)) return 'literal';
  if (/^\p{Lu}+$/u.test(run)) return 'upper';
  return /^\p{Ll}+$/u.test(run) ? 'lower' : 'letters';
}
