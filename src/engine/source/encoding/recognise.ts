import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { encodingName } from './encoding.ts';

/**
 * Which encoding a text is in, by the WHATWG's names: by its byte-order mark, the NULs of UTF-16, whether it is
 * UTF-8, and last by guessing. UTF-8 stands where nothing else is likely: a few bad bytes in it are faults of
 * records, and no reason to read the file otherwise.
 *
 * @param samples stretches of the text, the first one its beginning
 * @param whole whether the first one is all of the text, else each is some KiB at least
 */
export function recogniseEncoding(samples: readonly Uint8Array[], whole: boolean): string {
  const head = samples.at(0) ?? new Uint8Array(0);
  const marked = byMark(head);
  if (marked !== undefined) return marked;
  const wide = byNuls(head);
  if (wide !== undefined) return wide;
  const text = whole ? head : Buffer.concat(samples.map((sample, i) => trimmed(sample, i > 0)));
  if (isUtf8(text)) return 'utf-8';
  const { valid, invalid } = countSequences(text);
  if (valid >= invalid) return 'utf-8';
  // JSON is UTF-8 by its standard (RFC 8259, section 8.1): another encoding must show in many of its lines.
  if (isJson(text) && (invalid < 3 || linesOf(text, isHigh) < linesOf(text, isAny) / 20)) return 'utf-8';
  return guessed(text) ?? 'utf-8';
}

/** Guesses of chardet below this are no more than "nothing speaks against it". */
const confident = 30;

function guessed(text: Uint8Array): string | undefined {
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

function byMark(head: Uint8Array): string | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 without a mark: blanks, commas, quotes and line ends have a NUL as their other byte. */
function byNuls(head: Uint8Array): string | undefined {
  const length = Math.min(head.length & ~1, 65536);
  // Most texts have none: of many files, looking at each pair of bytes takes longer than to open them.
  if (length < 4 || !head.subarray(0, length).includes(0)) return undefined;
  let little = 0;
  let big = 0;
  let single = 0;
  for (let at = 0; at < length; at += 2) {
    const first = head[at] ?? 0;
    const second = head[at + 1] ?? 0;
    if (second === 0 && isCommon(first)) little++;
    else if (first === 0 && isCommon(second)) big++;
    else if (isCommon(first) || isCommon(second)) single++;
  }
  const many = length / 2 / 50;
  if (little > many && little > 2 * (big + single)) return 'utf-16le';
  if (big > many && big > 2 * (little + single)) return 'utf-16be';
  return isUtf8(head.subarray(0, length)) ? undefined : byZeros(head.subarray(0, length));
}

/**
 * Of a text that is mostly in letters of two bytes, such as Japanese: digits, marks and line ends have a NUL on one side,
 * and hardly anything has one on the other.
 */
function byZeros(text: Uint8Array): string | undefined {
  const zeros = [0, 0];
  for (let at = 0; at < text.length; at++) if (text[at] === 0) zeros[at & 1]++;
  const [first, second] = zeros;
  const many = Math.max(2, text.length / 2 / 20);
  if (second >= many && first * 4 <= second) return 'utf-16le';
  if (first >= many && second * 4 <= first) return 'utf-16be';
  return undefined;
}

function isCommon(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x22 || byte === 0x2c || byte === 0x3b;
}

/** Without what may be half a character at either end. */
function trimmed(sample: Uint8Array, atStart: boolean): Uint8Array {
  let end = sample.length;
  while (end > 0 && end > sample.length - 64 && (sample[end - 1] ?? 0) >= 0x30) end--;
  if (end === sample.length - 64) end = sample.length;
  let start = 0;
  while (atStart && start < 64 && (sample[start] ?? 0) >= 0x30) start++;
  return sample.subarray(start, end);
}

/** UTF-8 sequences of two bytes and more, and bytes that belong to none. */
function countSequences(text: Uint8Array): { readonly valid: number; readonly invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let at = 0; at < text.length; at++) {
    const lead = text[at] ?? 0;
    if (lead < 0x80) continue;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead >= 0xc2 && isUtf8(text.subarray(at, at + length)) && at + length <= text.length) {
      valid++;
      at += length - 1;
    } else invalid++;
  }
  return { valid, invalid };
}

function isJson(text: Uint8Array): boolean {
  const first = text.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
}

function linesOf(text: Uint8Array, counts: (byte: number) => boolean): number {
  let lines = 0;
  let counted = false;
  for (const byte of text) {
    if (byte === 0x0a) counted = false;
    else if (!counted && counts(byte)) {
      counted = true;
      lines++;
    }
  }
  return lines;
}

function countHigh(text: Uint8Array): number {
  return text.filter(isHigh).length;
}

const isHigh = (byte: number) => byte >= 0x80;
const isAny = (byte: number) => byte > 0x20;
