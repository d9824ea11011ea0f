import { said, type Said } from '../said/said.ts';
import { Fault } from './fault.ts';

/**
 * Why a record is malformed or odd: one sentence for people, without the place.
 * @param code any but `None`
 * @param record the record's bytes, or its first ones
 * @param at where in the record the fault was seen, in bytes from its start
 */
export function faultReason(code: number, record: Uint8Array, at: number): Said {
  const near = code === Fault.Syntax || code === Fault.BadNumber ? dialectOf(code, record, at) : undefined;
  return near ?? reasons.get(code) ?? malformed;
}

/**
 * What was written instead of JSON (RFC 8259), where it is something that other languages allow: JSON5, JavaScript,
 * Python, configuration files.
 */
function dialectOf(code: number, record: Uint8Array, at: number): Said | undefined {
  const rest = latin1.decode(record.subarray(at, at + 16));
  const before = latin1.decode(record.subarray(Math.max(0, at - 64), at));
  const start = /^[-+]?(?:nan|inf(?:inity)?)\b/i;
  const word = /[-+\w]*$/.exec(before)?.[0] ?? '';
  if (start.test(word + rest)) return dialects.notNumbers;
  if (code === Fault.BadNumber) return undefined;
  if (rest.startsWith("'")) return dialects.singleQuotes;
  if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) return dialects.comments;
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before)) return dialects.commaBeforeEnd;
  if (/^(?:True|False|None)\b/.test(word + rest)) {
    return dialects.pythonWords;
  }
  if (/^undefined\b/.test(word + rest)) return dialects.undefinedWord;
  if (/^[\p{L}_$]/u.test(rest) && /[{,]\s*$/.test(before)) return dialects.bareName;
  // In the middle of a word, it is the word that is wrong.
  if (/^\w/.test(rest) && /\w$/.test(before)) return undefined;
  if (/^["\w[{-]/.test(rest) && /["\w\]}]\s*$/.test(before)) return dialects.missingSign;
  return undefined;
}

/** Made once, since a file may have nothing but malformed records. */
const dialects = {
  notNumbers: said`This is not a JSON number; of others, NaN, Infinity and -Infinity are read.`,
  singleQuotes: said`Single quotes are not JSON; strings and names need double quotes.`,
  comments: said`Comments are not JSON.`,
  commaBeforeEnd: said`A comma before a closing bracket is not JSON.`,
  pythonWords: said`True, False and None are not JSON; it has true, false and null.`,
  undefinedWord: said`undefined is not JSON.`,
  bareName: said`A name without double quotes is not JSON.`,
  missingSign: said`A comma or colon is missing.`,
};

const malformed = said`The record is malformed.`;

const latin1 = new TextDecoder('latin1');

const reasons = new Map<number, Said>([
  [Fault.Syntax, said`This is not JSON.`],
  [Fault.Truncated, said`The record ends in the middle of a value.`],
  [Fault.ControlCharacter, said`A string contains an unescaped control character.`],
  [Fault.BadEscape, said`A string contains an invalid escape.`],
  [Fault.BadNumber, said`This is not a JSON number.`],
  [Fault.TrailingText, said`There is text after the end of the record's value.`],
  [Fault.InvalidUtf8, said`The record contains bytes that are invalid in the file's encoding.`],
  [Fault.NulByte, said`The record contains a NUL byte.`],
  [Fault.TooLong, said`The record is too long.`],
  [Fault.TooFewFields, said`The row has fewer fields than the header.`],
  [Fault.TooManyFields, said`The row has more fields than the header.`],
  [
    Fault.UnclosedQuote,
    said`A quote opens a field, but none closes it before a delimiter or the end of the line; it is kept as text.`,
  ],
  [Fault.StrayQuote, said`A quote is not at the start or end of a field; it is kept as text.`],
  [
    Fault.FieldNotUtf8,
    said`A field contains bytes that are invalid in the file's encoding; they are shown as U+FFFD.`,
  ],
  [Fault.FieldWithNul, said`A field contains a NUL byte.`],
  [Fault.DocumentUnclosed, said`The document ends here before it is closed.`],
  [Fault.AfterDocument, said`Something follows the end of the document; it is not read.`],
  [Fault.Unmatched, said`The line does not match the pattern.`],
  [Fault.TooDeep, said`The record is nested too deeply.`],
]);
