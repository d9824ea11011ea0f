import { readValue, type CellNature } from '../query/cell.ts';
import { asBoolean, asTime } from '../query/value/compare.ts';
import { readNumber } from '../query/value/decimal.ts';
import { timeOfEpoch } from '../query/value/time.ts';
import type { Value } from '../query/value/value.ts';
import type { Expression } from '../query/syntax/tree.ts';
import type { ByteWriter } from './bytes.ts';
import { writeKey } from './key.ts';
import type { Vector } from './vector.ts';

/** How the values of a key of both files are compared. */
export interface KeyPair {
  readonly left: CellNature;
  readonly right: CellNature;
  /** Whether one of them can be a time, which texts and numbers are then compared with as such. */
  readonly times: boolean;
}

/**
 * Writes the values of a row by which it is found. All that `=` takes for equal has equal bytes: a text is what it is
 * beside a number, a boolean or a time. Two texts may have equal bytes that are not equal: see `textsDiffer`.
 * @returns false where a value is NULL, which equals nothing
 */
export function writeJoinKey(
  out: ByteWriter,
  vectors: readonly Vector[],
  row: number,
  pairs: readonly KeyPair[],
  side: 'left' | 'right',
): boolean {
  for (const [at, vector] of vectors.entries()) {
    const value = vector.value(row);
    if (value === null) return false;
    const pair = pairs[at];
    writeKey(out, comparable(value, pair[side], pair.times));
  }
  return true;
}

function comparable(value: Value, { reading }: CellNature, times: boolean): Value {
  const read = reading === undefined ? value : (readValue(value, reading) ?? value);
  if (times) {
    const time = asTime(read);
    if (time !== undefined) return time;
  }
  if (typeof read !== 'string') return read;
  const number = readNumber(read);
  if (number !== undefined) return times ? (timeOfEpoch(number) ?? number) : number;
  return asBoolean(read) ?? read;
}

/**
 * Whether two texts must be the same to be equal, and not only as numbers: all but two fields of CSV files. A value that
 * stands for a number or a boolean in a key is kept as a text to tell.
 */
export function textsDiffer({ left, right }: KeyPair): boolean {
  const isRead = left.reading !== undefined || right.reading !== undefined;
  return !isRead && !(left.loose && right.loose);
}

/** The text that is something else in a key; undefined where it is none. */
export function textInKey(value: Value, times: boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  const compared = comparable(value, { loose: false }, times);
  return compared === value ? undefined : value;
}

/** Whether an expression gives times and nothing else. A field of a file does not: its text is only compared as one. */
export function givesTimes(expression: Expression): boolean {
  if (expression.kind === 'cast') return expression.type === 'timestamp' || expression.type === 'date';
  return expression.kind === 'call' && timeFunctions.has(expression.name.name.toLowerCase());
}

const timeFunctions: ReadonlySet<string> = new Set(['date_trunc', 'to_timestamp']);
