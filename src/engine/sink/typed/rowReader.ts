import { exactJson, isObject, type JsonMembers } from './json.ts';

/**
 * Takes each row of some JSON Lines as the values of its columns.
 * @param valueColumn the column of a row that is no object
 */
export function eachRow(lines: Uint8Array, valueColumn: string, take: (row: JsonMembers) => void): void {
  const text = decoder.decode(lines);
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    start += line.length + 1;
    if (line.trim() === '') continue;
    const value = exactJson(line);
    take(isObject(value) ? value : { [valueColumn]: value });
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
