import type { TestData } from '../stage/run.ts';
import type { Row } from './randomQuery.ts';

export function jsonOf(rows: readonly Row[]): TestData {
  return { format: 'jsonl', text: rows.map((row) => JSON.stringify(row)).join('\n') };
}

/** What a cell of either engine holds: DuckDB's decimals are objects that write themselves. */
export type Answer = string | number | bigint | boolean | null | { toString(): string };

/** A value as both engines may write it: a CSV field is text here where the other was told its type. */
export function comparable(value: Answer): unknown {
  if (value === null || typeof value === 'boolean') return value;
  const text = value.toString();
  if (text === 'true' || text === 'false') return text === 'true';
  const number = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(number) ? text : Number(number.toPrecision(12)) + 0;
}

export function rowsOf(lines: readonly string[]): unknown[][] {
  return lines.map((line) => Object.values(JSON.parse(line) as Record<string, Answer>).map(comparable));
}

export function sorted(rows: readonly unknown[][]): unknown[][] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
