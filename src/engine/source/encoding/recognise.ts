import { isUtf8 } from 'node:buffer';

/**
 * Which encoding a text is in, by the WHATWG's names: by its byte-order mark, the NULs of UTF-16, whether it is
 * UTF-8, and last by guessing. UTF-8 stands where nothing else is likely: a few bad bytes in it are faults of
 * records, and no reason to read the file otherwise.
 *
 * @param samples stretches of the text, the first one its beginning
 * @param whole whether the first one is all of the text, else each is some KiB at least
 */
export async function recogniseEncoding(samples: readonly Uint8Array[], whole: boolean): Promise<string> {
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
  // Most files are UTF-8, and what guesses takes longer to load than such a file to be recognised.
  const { guessed } = await import('./guess.ts');
  return guessed(text) ?? 'utf-8';
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

const isHigh = (byte: number) => byte >= 0x80;
const isAny = (byte: number) => byte > 0x20;
