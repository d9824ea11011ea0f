import { Fault } from './fault.ts';

/** Why a record is malformed or odd: one sentence for people, without the place. '' for `None`. */
export function faultReason(code: number): string {
  return reasons.get(code) ?? 'The record is malformed.';
}

const reasons = new Map<number, string>([
  [Fault.None, ''],
  [Fault.Syntax, 'This is not JSON.'],
  [Fault.Truncated, 'The record ends in the middle of a value.'],
  [Fault.ControlCharacter, 'A string holds a control character that is not escaped.'],
  [Fault.BadEscape, 'A string holds a backslash that begins no escape.'],
  [Fault.BadNumber, 'This is not a number as JSON writes it.'],
  [Fault.TrailingText, "Something follows the end of the record's value."],
  [Fault.InvalidUtf8, "The record holds bytes that are no text in the file's encoding."],
  [Fault.NulByte, 'The record holds a NUL byte.'],
  [Fault.TooLong, 'The record is too long to be held in memory.'],
  [Fault.TooFewFields, 'The row has fewer fields than the header.'],
  [Fault.TooManyFields, 'The row has more fields than the header.'],
  [Fault.UnclosedQuote, 'A quote opens a field here and never closes; it is kept as text.'],
  [Fault.StrayQuote, 'A quote stands where none may; it is kept as text.'],
  [
    Fault.FieldNotUtf8,
    "A field holds bytes that are no text in the file's encoding; they are shown as U+FFFD.",
  ],
  [Fault.FieldWithNul, 'A field holds a NUL byte.'],
  [Fault.TooDeep, 'The record is nested too deeply.'],
]);
