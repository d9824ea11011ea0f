/**
 * Whether two JSON values are the same. Members are those of the values themselves, whatever they are called: a member
 * `toString` or `constructor` is a value like any other.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  }
  if (Array.isArray(b)) return false;
  const [own, others] = [a as Members, b as Members];
  const names = Object.keys(own);
  return (
    names.length === Object.keys(others).length &&
    names.every((name) => Object.hasOwn(others, name) && isSame(own[name], others[name]))
  );
}

type Members = Readonly<Record<string, unknown>>;

/** The first item of a list that one before it is the same as, and that one; undefined where all differ. */
export function repeated(
  items: readonly unknown[],
): { readonly first: number; readonly again: number } | undefined {
  const scalars = new Map<unknown, number>();
  const others: number[] = [];
  for (const [again, item] of items.entries()) {
    const isScalar = typeof item !== 'object' || item === null;
    const first = isScalar ? scalars.get(item) : others.find((at) => isSame(items[at], item));
    if (first !== undefined) return { first, again };
    if (isScalar) scalars.set(item, again);
    else others.push(again);
  }
  return undefined;
}
