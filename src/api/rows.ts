import { randomUUID } from 'node:crypto';
import { parseJson } from '../protocol/jsonValue.ts';
import type { Row, Value } from './types.ts';

/** Texts and numbers. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** Whole numbers of so many digits may be more than a `number` holds exactly. */
const long = /^-?\d{16,}$/;
/** No file can know what stands for a long number. */
const mark = randomUUID();

/** Rows of whole JSON Lines. A line that is no JSON is left out. */
export function rowsOf(lines: string): Row[] {
  const rows: Row[] = [];
  for (const line of lines.split('\n')) {
    const value = line.trim() === '' ? undefined : valueOf(line);
    if (value !== undefined) rows.push(isRow(value) ? value : { _value: value });
  }
  return rows;
}

function isRow(value: Value): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined where the line is no JSON */
function valueOf(line: string): Value | undefined {
  try {
    if (!/\d{16}/.test(line)) return parseJson(line) as Value;
    const marked = line.replace(tokens, (found) =>
      long.test(found) && !Number.isSafeInteger(Number(found)) ? `"${mark}${found}"` : found,
    );
    return parseJson(marked, (value) =>
      typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
    ) as Value;
  } catch {
    return undefined;
  }
}
