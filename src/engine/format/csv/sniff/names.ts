/** Names as columns have them: unique, and never empty. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  for (const [column, text] of names.entries()) {
    const name = text === '' ? `column${column + 1}` : text;
    let unique = name;
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`;
    taken.add(unique);
  }
  return [...taken];
}
