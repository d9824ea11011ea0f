import { randomUUID } from 'node:crypto';
import { parseJson } from '../../protocol/jsonValue.ts';

/** Stands before the digits of a number in a text: no text of a file begins with it. */
const mark = `${randomUUID()}:`;
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'g');

const mayBeLong = /\d{16}/;
const textsAndNumbers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const whole = /^[+-]?\d{16,400}$/;

/** A whole number that no double is sure to stand for, as one with all of its digits; undefined for any other text. */
export function longWholeNumber(text: string): bigint | undefined {
  if (!whole.test(text) || Number.isSafeInteger(Number(text))) return undefined;
  return BigInt(text.startsWith('+') ? text.slice(1) : text);
}

/** As `parseJson`; whole numbers beyond 2^53 are `bigint`. */
export function parseWholeNumbers(text: string): unknown {
  if (!mayBeLong.test(text)) return parseJson(text);
  const read = text.replace(textsAndNumbers, (token) => {
    return longWholeNumber(token) === undefined ? token : `"${mark}${token}"`;
  });
  if (read === text) return parseJson(text);
  return parseJson(read, (value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** As `JSON.stringify`; each `bigint` is a number. */
export function jsonOfWholeNumbers(value: unknown, space?: number): string {
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === 'bigint' ? `${mark}${inner}` : inner),
    space,
  );
  return text.replace(marked, '$1');
}
