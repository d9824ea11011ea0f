import type { Format } from '../format/driver.ts';
import type { Needle } from '../format/record.ts';
import { foldDoubts } from '../query/index.ts';
import type { Find } from './task.ts';

/** How a text that a cell holds may stand in a record's bytes. */
export interface Written {
  /** The text as it is. */
  readonly needle: Needle;
  /**
   * What stands in a record whose cell holds the text while its bytes do not, or not in this case. Undefined: nothing that
   * could be said of it, so that every record has to be looked at.
   */
  readonly doubts: readonly Needle[] | undefined;
}

/** More texts than this are not sought instead of one. */
const mostDoubts = 8;

export function writtenAs({ text, matchCase }: Find, format: Format): Written {
  const lower = text.toLowerCase();
  const hasCase = !matchCase && (/[a-z]/.test(lower) || Array.from(lower).some(isOfOtherCase));
  const sought = hasCase ? lower : text;
  const needle = { bytes: Buffer.from(sought), foldCase: hasCase };
  // U+FFFD stands for bytes that are no text, and for halves of characters.
  if (/[\ufffd\p{Surrogate}]/u.test(text)) return { needle, doubts: undefined };
  return { needle, doubts: [...(hasCase ? inOtherCase(lower) : []), ...escaped(sought, hasCase, format)] };
}

function isOfOtherCase(character: string): boolean {
  return isPastAscii(character) && writtenFor(character).length > 1;
}

/** A text of small letters in another case, where that is more than another case of ASCII letters. */
function inOtherCase(lower: string): readonly Needle[] {
  const known = foldDoubts(lower);
  if (known) return known;
  // One of its characters past ASCII stands in every record that holds it.
  const [other] = Array.from(lower).filter(isPastAscii);
  return writtenFor(other).map(plain);
}

function escaped(text: string, hasCase: boolean, format: Format): readonly Needle[] {
  const { layout } = format;
  if (layout.names === 'paths') {
    const codes = escapedJson(text, hasCase);
    // JSON that was written over several lines is shown on one.
    const isSpread = format.records !== 'lines' && /["[\]{}:,]/.test(text);
    return isSpread ? [...codes, plain('\n')] : codes;
  }
  const { quote, escape, delimiter } = layout;
  if (quote === '') return [];
  const doubled = text.includes(quote) ? [plain(quote + quote)] : [];
  const isEscaped = [quote, '\\', delimiter.charAt(0)].some((sign) => text.includes(sign));
  return escape === 'backslash' && isEscaped ? [...doubled, plain('\\')] : doubled;
}

/** JSON can write every character as \u and its code, and some behind a backslash. */
function escapedJson(text: string, hasCase: boolean): readonly Needle[] {
  if (/["\\/\p{Cc}]/u.test(text)) return [plain('\\')];
  const letters = new Set(text);
  const characters = hasCase ? [...letters].flatMap(writtenFor) : [...letters];
  const codes = new Set(characters.map(beginningOfCode));
  return codes.size > mostDoubts
    ? [plain('\\u')]
    : [...codes].map((code) => ({ bytes: Buffer.from(code), foldCase: true }));
}

/** What its code begins with: of those of ASCII there are few, of a character beyond four digits it is its first half. */
function beginningOfCode(character: string): string {
  const code = `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return isPastAscii(character) ? code : code.slice(0, -1);
}

function plain(text: string): Needle {
  return { bytes: Buffer.from(text), foldCase: false };
}

function isPastAscii(character: string): boolean {
  return character > '\u007f';
}

/** Characters past this have no case. */
const lastOfCases = 0x1ffff;

/** Characters by what lower case makes of them, where that is something else. */
let byLowerCase: ReadonlyMap<string, readonly string[]> | undefined;

/** The characters of which lower case makes this one, or a text with it, itself among them. */
function writtenFor(character: string): readonly string[] {
  byLowerCase ??= lowerCases();
  return [character, ...(byLowerCase.get(character) ?? [])];
}

function lowerCases(): ReadonlyMap<string, readonly string[]> {
  const made = new Map<string, string[]>();
  const add = (lower: string, character: string): void => {
    const known = made.get(lower);
    if (known) known.push(character);
    else made.set(lower, [character]);
  };
  for (let code = 0; code <= lastOfCases; code++) {
    const character = String.fromCodePoint(code);
    const lower = character.toLowerCase();
    if (lower !== character) for (const one of lower) add(one, character);
  }
  // At the end of a word, which is no matter of the letter alone.
  add('\u03c2', '\u03a3');
  return made;
}
