import { Decimal } from '../../query/value/decimal.ts';
import { isList, isObject, jsonText, type Json } from '../typed/json.ts';

/** What a cell of a worksheet holds: a number as it is written there, a boolean, or a text. */
export type Cell =
  | { readonly kind: 'number' | 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean };

/** Digits of a whole number that Excel shows: the others become zeros. */
const mostDigits = 15;
/** Excel's largest number. */
const largest = 9.99e307;

/** @param numbersInText whether a text that is a number is one. @returns undefined for an empty cell */
export function cellOf(value: Json, numbersInText: boolean): Cell | undefined {
  if (value === null) return undefined;
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') return numberCell(value);
  // No double stands for it.
  if (value instanceof Decimal || isList(value) || isObject(value))
    return { kind: 'text', text: jsonText(value) };
  if (value === '') return undefined;
  const number = numbersInText ? Number(value) : NaN;
  if (!Number.isNaN(number) && isExact(value, number)) return numberCell(number);
  return { kind: 'text', text: value };
}

/** Whole numbers of more digits are mostly keys, and are texts: as numbers, Excel would change them. */
function numberCell(value: number): Cell {
  const text = String(value);
  const isKey = Number.isInteger(value) && significant(text).length > mostDigits;
  return { kind: isKey || Math.abs(value) > largest ? 'text' : 'number', text };
}

function isExact(text: string, number: number): boolean {
  return significant(text) === significant(String(number));
}

/** The digits of a number in JSON's form but those that only say where the point is. */
function significant(text: string): string {
  const digits = text.replace(/[eE].*$/, '').replace('-', '');
  const whole = digits.includes('.') ? digits.replace(/0+$/, '') : digits;
  return whole.replace('.', '').replace(/^0+|0+$/g, '');
}

/** XML of a text in a cell: what XML cannot hold is written as Excel does it (`_x0001_`). */
export function xmlText(text: string): string {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(
      special,
      (char) => entities[char] ?? `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}

const special = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g;
const entities: Partial<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A, B, ..., Z, AA, ... @param column counted from 0 */
export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
