/** Characters of a value that are asked for. */
export const mostCharacters = 256;

/** A row of an answer, by the names of its columns. */
export type AnswerRow = ReadonlyMap<string, unknown>;

/** The rows in some JSON Lines. */
export function rowsIn(lines: Buffer): AnswerRow[] {
  return lines
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => new Map(Object.entries(JSON.parse(line) as Readonly<Record<string, unknown>>)));
}

export function numberIn(row: AnswerRow | undefined, name: string): number | undefined {
  const value = row?.get(name);
  return typeof value === 'number' ? value : undefined;
}

export function textIn(row: AnswerRow, name: string): string | undefined {
  const value = row.get(name);
  return typeof value === 'string' ? value : undefined;
}
