/** The columns of a table under the names of another one, of which some may differ in letter case alone. */
export function asNamed(columns: readonly string[], others: readonly string[]): readonly string[] {
  const exact = new Set(others);
  if (columns.every((name) => exact.has(name))) return columns;
  const [wanted, own] = [byLetters(others), byLetters(columns)];
  return columns.map((name) => {
    const letters = name.toLowerCase();
    const same = wanted.get(letters);
    const isOne = same?.length === 1 && own.get(letters)?.length === 1;
    return isOne && !exact.has(name) ? same[0] : name;
  });
}

function byLetters(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const letters = name.toLowerCase();
    const same = found.get(letters);
    if (same) same.push(name);
    else found.set(letters, [name]);
  }
  return found;
}
