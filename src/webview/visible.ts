/**
 * Untrusted text made visible. Control characters, marks that turn the reading direction, and characters without
 * width are shown by a sign or a name, so that text looks like what it is and cannot pose as something else.
 */

/** What is hidden or harmful: controls, formats, halves of pairs, separators, and letters without a shape. */
export const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu;

const joiners = '\u200c\u200d';
const emojiBefore = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?$/u;
const emojiAfter = /^\p{Extended_Pictographic}/u;
const joining = '[\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Malayalam}]';
const letterBefore = new RegExp(`${joining}$`, 'u');
const letterAfter = new RegExp(`^${joining}`, 'u');

/** A joiner that an emoji or a script needs is left as it is: it has its meaning, and hides nothing. */
function belongs(character: string, text: string, at: number): boolean {
  if (!joiners.includes(character)) return false;
  const before = text.slice(Math.max(0, at - 3), at);
  const after = text.slice(at + 1, at + 3);
  if (letterBefore.test(before) && letterAfter.test(after)) return true;
  return character === '\u200d' && emojiBefore.test(before) && emojiAfter.test(after);
}

const names: Readonly<Record<number, string>> = {
  0x00ad: 'SHY',
  0x061c: 'ALM',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x2028: 'LSEP',
  0x2029: 'PSEP',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2060: 'WJ',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0xfeff: 'BOM',
};

export interface Piece {
  readonly text: string;
  /** Stands for a character that would not show. */
  readonly sign: boolean;
  /** "U+202E" of a sign, else ''. */
  readonly code: string;
}

/** What stands for a hidden character of a text; undefined where that is left as it is. */
export function signAt(text: string, at: number): Pick<Piece, 'text' | 'code'> | undefined {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return belongs(character, text, at) ? undefined : { text: signOf(character), code: codeOf(character) };
}

/** In one string: for a cell, which is one line. */
export function visible(text: string): string {
  return text.replace(hidden, (character, at: number) => signAt(text, at)?.text ?? character);
}

/** In pieces, so that signs can be marked; `keep` names characters that are left as they are, such as line ends. */
export function pieces(text: string, keep = ''): Piece[] {
  const found: Piece[] = [];
  let plain = 0;
  for (const match of text.matchAll(hidden)) {
    const character = match[0];
    const sign = keep.includes(character) ? undefined : signAt(text, match.index);
    if (sign === undefined) continue;
    if (match.index > plain) found.push({ text: text.slice(plain, match.index), sign: false, code: '' });
    found.push({ ...sign, sign: true });
    plain = match.index + character.length;
  }
  if (plain < text.length) found.push({ text: text.slice(plain), sign: false, code: '' });
  return found;
}

function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a) return '\u21b5';
  if (code === 0x09) return '\u21e5';
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\u27e8${names[code] ?? codeOf(character)}\u27e9`;
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
