import { createHash } from 'node:crypto';

/** As Hive, Spark and DuckDB call the partition of the rows without a value. */
const nullName = '__HIVE_DEFAULT_PARTITION__';
const emptyName = '__EMPTY__';

/** What is read from the name of a folder as no value, or as an empty text. */
const special = new RegExp(`^(?:${nullName}|null|${emptyName})$`, 'i');

/** Names that Windows gives to devices, whatever extension follows. */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=$|[. ])/i;

/**
 * A value as part of a file's name. Different values have different names: characters that some system does not allow are written
 * as %XX of their UTF-8, as in addresses, and a value that is too long ends in a checksum of all of it.
 * @param longest in bytes
 * @param isSpelled asked for each character that need not be written so, whether it is all the same
 */
export function safeValue(
  value: string | undefined,
  longest: number,
  isSpelled: () => boolean = () => false,
): SafeValue {
  if (value === undefined) return { name: nullName, isCut: false };
  if (value === '') return { name: emptyName, isCut: false };
  const pieces: string[] = [];
  let length = 0;
  const sum = `-${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
  let fits = 0;
  for (const character of value) {
    const piece = isUnsafe(character) || isSpelled() ? encoded(character) : character;
    length += Buffer.byteLength(piece);
    if (length <= longest - sum.length) fits = pieces.length + 1;
    if (length > longest) return { name: pieces.slice(0, fits).join('') + sum, isCut: true };
    pieces.push(piece);
  }
  const name = pieces.join('');
  return { name: special.test(name) ? encoded(name[0]) + name.slice(1) : name, isCut: false };
}

export interface SafeValue {
  readonly name: string;
  /** Whether the value cannot be read from it. */
  readonly isCut: boolean;
}

/** A name whose parts are safe, as a whole: not hidden, no device of Windows, and nothing at its end that Windows drops. */
export function safeSegment(name: string): string {
  const begun = name.startsWith('.') || reserved.test(name) ? encoded(name[0]) + name.slice(1) : name;
  return /[. ]$/.test(begun) ? begun.slice(0, -1) + encoded(begun.slice(-1)) : begun;
}

/**
 * Separators, what Windows forbids, control characters, the sign that stands before what is encoded, and the one that stands
 * between a column and its value in the name of a folder.
 */
function isUnsafe(character: string): boolean {
  return /[\p{Cc}\p{Cs}/\\:*?"<>|%=\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff\ufffd]/u.test(character);
}

function encoded(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
