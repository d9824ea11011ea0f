import { Fault } from './fault.ts';

/**
 * Why a record is malformed or odd: one sentence for people, without the place. '' for `None`.
 * @param record the record's bytes, or its first ones
 * @param at where in the record the fault was seen, in bytes from its start
 */
export function faultReason(code: number, record: Uint8Array, at: number): string {
  const near = code === Fault.Syntax || code === Fault.BadNumber ? dialectOf(code, record, at) : undefined;
  return near ?? reasons.get(code) ?? 'The record is malformed.';
}

/**
 * What was written instead of JSON (RFC 8259), where it is something that other languages allow: JSON5, JavaScript,
 * Python, configuration files.
 */
function dialectOf(code: number, record: Uint8Array, at: number): string | undefined {
  const rest = latin1.decode(record.subarray(at, at + 16));
  const before = latin1.decode(record.subarray(Math.max(0, at - 64), at));
  const start = /^[-+]?(?:NaN|Infinity)\b/i;
  const word = /[-+\w]*$/.exec(before)?.[0] ?? '';
  if (start.test(word + rest)) return 'NaN and Infinity are not JSON.';
  if (code === Fault.BadNumber) return undefined;
  if (rest.startsWith("'")) return 'Single quotes are not JSON; strings and names need double quotes.';
  if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) return 'Comments are not JSON.';
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before)) return 'A comma before a closing bracket is not JSON.';
  if (/^(?:True|False|None)\b/.test(word + rest)) {
    return 'True, False and None are not JSON; it has true, false and null.';
  }
  if (/^undefined\b/.test(word + rest)) return 'undefined is not JSON.';
  if (/^[\p{L}_$]/u.test(rest) && /[{,]\s*$/.test(before)) return 'A name without double quotes is not JSON.';
  if (/^["\w[{-]/.test(rest) && /["\w\]}]\s*$/.test(before)) return 'A comma or colon is missing.';
  return undefined;
}

const latin1 = new TextDecoder('latin1');

const reasons = new Map<number, string>([
  [Fault.None, ''],
  [Fault.Syntax, 'This is not JSON.'],
  [Fault.Truncated, 'The record ends in the middle of a value.'],
  [Fault.ControlCharacter, 'A string contains an unescaped control character.'],
  [Fault.BadEscape, 'A string contains an invalid escape.'],
  [Fault.BadNumber, 'This is not a JSON number.'],
  [Fault.TrailingText, "There is text after the end of the record's value."],
  [Fault.InvalidUtf8, "The record contains bytes that are invalid in the file's encoding."],
  [Fault.NulByte, 'The record contains a NUL byte.'],
  [Fault.TooLong, 'The record is too long.'],
  [Fault.TooFewFields, 'The row has fewer fields than the header.'],
  [Fault.TooManyFields, 'The row has more fields than the header.'],
  [
    Fault.UnclosedQuote,
    'A quote opens a field, but none closes it before a delimiter or the end of the line; it is kept as text.',
  ],
  [Fault.StrayQuote, 'A quote is not at the start or end of a field; it is kept as text.'],
  [
    Fault.FieldNotUtf8,
    "A field contains bytes that are invalid in the file's encoding; they are shown as U+FFFD.",
  ],
  [Fault.FieldWithNul, 'A field contains a NUL byte.'],
  [Fault.DocumentUnclosed, 'The document ends here before it is closed.'],
  [Fault.AfterDocument, 'Something follows the end of the document; it is not read.'],
  [Fault.Unmatched, 'The line does not match the pattern.'],
  [Fault.TooDeep, 'The record is nested too deeply.'],
]);
