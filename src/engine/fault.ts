/**
 * Faults: what can be wrong with a record. A fault is data, not an exception: it has a place and a reason, it
 * is counted, listed and exported, and the stream goes on.
 */

/** Why a record is malformed or odd. The numbers are stored in the index and known to the kernel: never reuse one. */
export const Fault = {
  None: 0,
  /** JSON: the text breaks the grammar of RFC 8259 at `at`. */
  Syntax: 1,
  /** JSON: the record ends in the middle of a value. */
  Truncated: 2,
  /** JSON: a raw control character (below U+0020) inside a string. */
  ControlCharacter: 3,
  /** JSON: a backslash followed by what is no escape. */
  BadEscape: 4,
  /** JSON: a number that RFC 8259 does not allow, such as 01, 1. or +1. */
  BadNumber: 5,
  /** JSON: something other than white space after the record's value. */
  TrailingText: 6,
  /** JSON: bytes that are not UTF-8. */
  InvalidUtf8: 7,
  /** JSON: a NUL byte in the record. */
  NulByte: 8,
  /** The record is longer than the engine holds in memory at once (see `maxRecordLength`). */
  TooLong: 9,
  /** CSV: fewer fields than the header. */
  TooFewFields: 10,
  /** CSV: more fields than the header. */
  TooManyFields: 11,
  /** CSV: a quote at the start of a field that never closes; it is kept as text, and the field read as unquoted. */
  UnclosedQuote: 12,
  /** CSV: a quote inside a field where the dialect does not allow one; it is kept as text. */
  StrayQuote: 13,
  /** JSON: nested deeper than the engine follows (`maxDepth`). */
  TooDeep: 14,
  /**
   * CSV: a field with bytes that are not UTF-8; the row's shape is sure, the field is read with U+FFFD in their
   * place.
   */
  FieldNotUtf8: 15,
  /** CSV: a field with a NUL byte, which is read as U+0000. */
  FieldWithNul: 16,
  /** A JSON document ends before its rows, or what is around them, are closed. */
  DocumentUnclosed: 17,
  /** Something other than white space after the end of a JSON document. */
  AfterDocument: 18,
  /** A line that is not written as the pattern of its format says. */
  Unmatched: 19,
} as const;

export type Fault = (typeof Fault)[keyof typeof Fault];

/**
 * Whether a record with this fault can still be read field by field. Such a record is odd, not lost: it is
 * shown, filtered and exported like the others, and counted and listed as malformed as well. A record with
 * any other fault takes part in a query only where the query asks for `_error`.
 */
export function isReadable(code: number): boolean {
  return (
    code === Fault.None ||
    code === Fault.TooFewFields ||
    code === Fault.TooManyFields ||
    code === Fault.UnclosedQuote ||
    code === Fault.StrayQuote ||
    code === Fault.FieldNotUtf8 ||
    code === Fault.FieldWithNul
  );
}
