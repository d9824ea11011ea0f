import type { ColumnPart, Part } from './part.ts';

/** The columns of a scope by their names. */
export interface PartNames {
  /** Whether there are members that are not known by name. */
  readonly hasOpen: boolean;
  /** The columns that are called so, letter by letter, in their order. */
  named(name: string): readonly ColumnPart[];
  /** By the exact name, else by the only one that is the same in another letter case. */
  find(name: string): ColumnPart | undefined;
}

class Names implements PartNames {
  readonly hasOpen: boolean;
  readonly #exact = new Map<string, ColumnPart[]>();
  readonly #folded = new Map<string, ColumnPart[]>();

  constructor(parts: readonly Part[]) {
    let hasOpen = false;
    for (const part of parts) {
      if (part.kind === 'open') hasOpen = true;
      else this.add(part);
    }
    this.hasOpen = hasOpen;
  }

  named(name: string): readonly ColumnPart[] {
    return this.#exact.get(name) ?? [];
  }

  find(name: string): ColumnPart | undefined {
    const exact = this.named(name).at(0);
    if (exact !== undefined) return exact;
    const folded = this.#folded.get(name.toLowerCase());
    return folded?.length === 1 ? folded[0] : undefined;
  }

  add(part: ColumnPart): void {
    put(this.#exact, part.name, part);
    put(this.#folded, part.name.toLowerCase(), part);
  }

  remove(part: ColumnPart): void {
    take(this.#exact, part.name, part);
    take(this.#folded, part.name.toLowerCase(), part);
  }
}

/**
 * A query may name thousands of columns, each of which makes a scope of its own: what was indexed for the scope before goes on
 * to the one that is made of it.
 */
const known = new WeakMap<readonly Part[], Names>();

export function namesOf(parts: readonly Part[]): PartNames {
  let names = known.get(parts);
  if (names === undefined) known.set(parts, (names = new Names(parts)));
  return names;
}

/**
 * Answers `to`, which differs from `from` only in that some columns are gone and others have come, behind those of the same name.
 * `from` is not asked again, or it is indexed anew.
 */
export function passedOn(
  from: readonly Part[],
  to: readonly Part[],
  gone: readonly ColumnPart[],
  come: readonly ColumnPart[],
): readonly Part[] {
  const names = known.get(from) ?? new Names(from);
  known.delete(from);
  for (const part of gone) names.remove(part);
  for (const part of come) names.add(part);
  known.set(to, names);
  return to;
}

function put(lists: Map<string, ColumnPart[]>, name: string, part: ColumnPart): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [part]);
  else list.push(part);
}

function take(lists: Map<string, ColumnPart[]>, name: string, part: ColumnPart): void {
  const left = lists.get(name)?.filter((other) => other !== part) ?? [];
  if (left.length === 0) lists.delete(name);
  else lists.set(name, left);
}
