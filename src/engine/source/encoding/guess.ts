import { analyse } from 'chardet';
import { encodingName } from './encoding.ts';

/** Guesses of chardet below this are no more than "nothing speaks against it". */
const confident = 30;

/** The encoding that a text is most likely in, which is not UTF-8; undefined where none is likely. */
export function guessed(text: Uint8Array): string | undefined {
  const guesses = analyse(text).flatMap(({ name, confidence }) => {
    const encoding = encodingName(name);
    return encoding === undefined || confidence < confident ? [] : [encoding];
  });
  if (isWestern(text)) {
    const isShort = countHigh(text) < enoughLetters && !hasLettersOfTheEast(text);
    return (isShort ? undefined : guesses.find((encoding) => latin.has(encoding))) ?? 'windows-1252';
  }
  const foreign = guesses.filter((encoding) => encoding !== 'utf-8' && !latin.has(encoding));
  if (isUpperHalf(text)) return foreign.find((encoding) => singleByte.test(encoding)) ?? cyrillic(text);
  // chardet says little of a text of some tens of letters, and a table of names has no more.
  const eastern = byLeadBytes(text, 0);
  if (eastern !== undefined) return eastern;
  return (
    foreign.find((encoding) => decodes(text, encoding, 0)) ??
    byLeadBytes(text, badShare) ??
    (countHigh(text) < enoughLetters ? undefined : guesses.find((encoding) => latin.has(encoding)))
  );
}

/** Of fewer letters with marks chardet cannot tell of which part of Europe they are: the West is likelier. */
const enoughLetters = 24;

const singleByte = /^(windows|iso|koi8|ibm|mac)/;

/**
 * Whether the bytes above ASCII are those of the letters in alphabets of one byte a letter: Cyrillic, Greek,
 * Hebrew.
 */
function isUpperHalf(text: Uint8Array): boolean {
  const high = text.filter(isHigh);
  return high.length >= 8 && high.filter((byte) => byte >= 0xc0).length >= 0.95 * high.length;
}

/** Small letters are the upper quarter of windows-1251 and the one below it in KOI8-R. */
function cyrillic(text: Uint8Array): string {
  const small = text.filter((byte) => byte >= 0xe0).length;
  return 2 * small >= text.filter(isHigh).length ? 'windows-1251' : 'koi8-r';
}

const latin = new Set(['windows-1252', 'windows-1250', 'iso-8859-2', 'windows-1254', 'iso-8859-9']);

/** Ranges of bytes that begin two-byte characters. */
type Ranges = readonly (readonly [from: number, to: number])[];

/** In each encoding the letters of daily use come first in the table, and make up nearly all of a text. */
const daily: readonly { readonly encoding: string; readonly leads: Ranges; readonly trail: number }[] = [
  // Hangul takes less of the table than Chinese does: all in the smaller range is no chance.
  { encoding: 'euc-kr', leads: [[0xb0, 0xc8]], trail: 0xa1 },
  // Punctuation, kana, kanji of the first level.
  { encoding: 'euc-jp', leads: [[0xa4, 0xa5]], trail: 0xa1 },
  {
    encoding: 'shift_jis',
    leads: [
      [0x81, 0x83],
      [0x88, 0x97],
    ],
    trail: 0x40,
  },
  // Punctuation, hanzi of the first level.
  {
    encoding: 'gb18030',
    leads: [
      [0xa1, 0xa3],
      [0xb0, 0xd7],
    ],
    trail: 0xa1,
  },
  { encoding: 'big5', leads: [[0xa1, 0xc6]], trail: 0x40 },
];

/** Shares of a text's characters that speak for an encoding, in the order of `daily`. */
const enough: Readonly<Record<string, number>> = {
  'euc-kr': 0.95,
  'euc-jp': 0.3,
  shift_jis: 0.9,
  gb18030: 0.8,
  big5: 0.9,
};

/** A text of two-byte characters of which so few are broken is one with faults, and none in another encoding. */
const badShare = 0.05;

/** @param bad the share of characters that may be broken */
function byLeadBytes(text: Uint8Array, bad: number): string | undefined {
  for (const { encoding, leads, trail } of daily) {
    let all = 0;
    let common = 0;
    for (let at = 0; at < text.length; at++) {
      const lead = text[at] ?? 0;
      if (lead < 0x80) continue;
      all++;
      const follows = (text[at + 1] ?? 0) >= trail;
      if (follows && leads.some(([from, to]) => lead >= from && lead <= to)) common++;
      if (follows) at++;
    }
    if (all >= 2 && common / all >= (enough[encoding] ?? 1) && decodes(text, encoding, bad * all))
      return encoding;
  }
  return undefined;
}

/** @param most characters that may be broken */
function decodes(text: Uint8Array, encoding: string, most: number): boolean {
  return new TextDecoder(encoding).decode(text).split('\ufffd').length - 1 <= most;
}

/** Letters with marks of Western languages in windows-1252. The rare ones, such as 0xFF, are more often no letters. */
const westernLetters = new Set(
  Buffer.from(
    '\x8a\x8c\x8e\x9a\x9c\x9eÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ',
    'latin1',
  ),
);
/** Currency, quotation marks, dashes, bullets, signs and fractions. */
const westernSigns = new Set([
  0x80, 0x82, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0xa0, 0xa1, 0xa3, 0xa5, 0xa7, 0xa9,
  0xaa, 0xab, 0xae, 0xb0, 0xb1, 0xb2, 0xb3, 0xb5, 0xb7, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xd7,
]);

/** Whether nearly every byte above ASCII is a letter in an ASCII word, or a sign alone. */
function isWestern(text: Uint8Array): boolean {
  let high = 0;
  let likely = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (byte < 0x80) continue;
    high++;
    const before = text[at - 1] ?? 0;
    const after = text[at + 1] ?? 0;
    // A letter alone in a cell: characters of two bytes end in none that low.
    const isAlone = before < 0x80 && after < 0x30;
    const isPair = before < 0x80 && westernLetters.has(after) && isLetter(text[at + 2] ?? 0);
    if (westernLetters.has(byte) && (isLetter(before) || isLetter(after) || isAlone || isPair)) likely++;
    else if (westernSigns.has(byte) && before < 0x80 && after < 0x80) likely++;
  }
  return likely >= 0.8 * high;
}

/** Whether signs of windows-1252 that are letters in Central Europe stand within words. */
function hasLettersOfTheEast(text: Uint8Array): boolean {
  return text.some(
    (byte, at) => easternLetters.has(byte) && isLetter(text[at - 1] ?? 0) && isLetter(text[at + 1] ?? 0),
  );
}

/** Of windows-1250 and ISO 8859-2. */
const easternLetters = new Set([0xa1, 0xa3, 0xa5, 0xa6, 0xaf, 0xb1, 0xb3, 0xb6, 0xb9, 0xbc, 0xbe, 0xbf]);

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function countHigh(text: Uint8Array): number {
  return text.filter(isHigh).length;
}

const isHigh = (byte: number) => byte >= 0x80;
