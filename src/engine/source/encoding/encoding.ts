import { type Codec, pull } from '../compressed/decoded.ts';
import { encodedLength, type EncodedLength } from './encodedLength.ts';

/**
 * Text in other encodings, made UTF-8. Labels are the WHATWG's (Encoding Standard). UTF-8 is never touched: its
 * invalid bytes are the scanner's to report. So is what cannot be decoded in the others: a byte that UTF-8 never has
 * stands for it, and the record is counted, found and shown like one of UTF-8 with a bad byte.
 */

/**
 * The codec for an encoding; undefined for UTF-8, which needs none.
 * @param label an answer of `encodingName`
 */
export function transcoder(label: string): Codec | undefined {
  switch (label) {
    case 'utf-8':
      return undefined;
    case 'utf-16le':
      return codec([0xff, 0xfe], cutUtf16le, utf16leToUtf8);
    case 'utf-16be':
      return codec([0xfe, 0xff], cutUtf16be, (bytes) => utf16leToUtf8(swapped(bytes)));
    case 'gbk':
    case 'gb18030':
    case 'big5':
    case 'euc-jp':
    case 'euc-kr':
    case 'shift_jis': {
      const decoder = new TextDecoder(label);
      const lengthOf = encodedLength(label);
      return codec([], cutMultiByte, (bytes) => {
        const text = decoder.decode(bytes);
        return lengthOf && text.includes('\ufffd')
          ? markedBytes(bytes, decoder, lengthOf)
          : Buffer.from(text);
      });
    }
    default: {
      const table = singleByteTable(label);
      return codec(
        [],
        (_, length) => length,
        (bytes) => mapped(bytes, table),
      );
    }
  }
}

/** Encodings that are not ASCII-compatible, or not text. */
const unreadable = new Set(['iso-2022-jp', 'replacement', 'x-user-defined']);

/** The standard's name for what is called `label`; undefined where there is none, or none that can be read. */
export function encodingName(label: string): string | undefined {
  const name = label.trim().toLowerCase();
  try {
    // What the standard calls ISO 8859-1 or ASCII is windows-1252, but not every Node says so.
    const { encoding } = new TextDecoder(name);
    if (unreadable.has(encoding)) return undefined;
    return encoding === 'iso-8859-1' || encoding === 'us-ascii' ? 'windows-1252' : encoding;
  } catch {
    return undefined;
  }
}

/** Bytes read at a time: a mark is at their start. */
const pieceLength = 256 * 1024;
/** The longest wait for a place to cut at. */
const mostLength = 4 * 1024 * 1024;

/**
 * @param mark the byte-order mark that the text may begin with; it is no part of the text
 * @param cut how many of the first `length` bytes can be decoded without those after them; 0 if none
 */
function codec(
  mark: readonly number[],
  cut: (bytes: Uint8Array, length: number) => number,
  toUtf8: (bytes: Uint8Array) => Uint8Array,
): Codec {
  return {
    async *decode(base, from, marks) {
      let { at, position } = from;
      let input = new Uint8Array(pieceLength);
      let filled = 0;
      for (let ended = false; !ended || filled > 0;) {
        while (!ended && filled < input.length) {
          const length = yield* pull(base, input.subarray(filled), at + filled);
          if (length === 0) ended = true;
          filled += length;
          // The first rows are not to wait for a slow source.
          if (at === 0) break;
        }
        let usable = ended ? filled : cut(input, filled);
        if (usable === 0 && filled > 0) {
          if (filled === input.length && filled < mostLength) {
            const longer = new Uint8Array(2 * filled);
            longer.set(input);
            input = longer;
          }
          if (filled < input.length) continue;
          usable = filled;
        }
        if (usable === 0) continue;
        if (marks.wants(position)) marks.add({ position, at });
        const skip = at === 0 && mark.every((byte, i) => input[i] === byte) ? mark.length : 0;
        if (at === 0) marks.lead = skip;
        marks.pass({ position, at: at + skip });
        const utf8 = toUtf8(input.subarray(skip, usable));
        position += utf8.length;
        at += usable;
        if (utf8.length > 0) yield utf8;
        input.copyWithin(0, usable, filled);
        filled -= usable;
      }
    },
  };
}

function cutUtf16le(bytes: Uint8Array, length: number): number {
  const even = length & ~1;
  // A high surrogate waits for the low one.
  return even >= 2 && ((bytes[even - 1] ?? 0) & 0xfc) === 0xd8 ? even - 2 : even;
}

function cutUtf16be(bytes: Uint8Array, length: number): number {
  const even = length & ~1;
  return even >= 2 && ((bytes[even - 2] ?? 0) & 0xfc) === 0xd8 ? even - 2 : even;
}

/** In the standard's multi-byte encodings, bytes below 0x30 stand for themselves alone. */
function cutMultiByte(bytes: Uint8Array, length: number): number {
  for (let at = length; at > 0; at--) {
    const byte = bytes[at - 1] ?? 0;
    if (byte < 0x30) return at;
  }
  return 0;
}

/** What stands for bytes that cannot be decoded. */
const undecodable = 0xff;

/** UTF-8 of a text, with `undecodable` for what `bad` matches. */
function marked(text: string, bad: string | RegExp): Uint8Array {
  const parts = text.split(bad);
  if (parts.length === 1) return Buffer.from(text);
  return Buffer.concat(
    parts.flatMap((part, i) => [Buffer.of(...(i > 0 ? [undecodable] : [])), Buffer.from(part)]),
  );
}

/**
 * UTF-8 of bytes of which some cannot be decoded: as many `undecodable` stand for them as they are, so that the text
 * tells how long it was. Between bytes that stand for themselves, each stretch is decoded alone.
 */
function markedBytes(
  bytes: Uint8Array,
  decoder: InstanceType<typeof TextDecoder>,
  lengthOf: EncodedLength,
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = from + 1;
    while (to < bytes.length && bytes[to - 1] >= 0x30) to++;
    const whole = decoder
      .decode(bytes.subarray(from, to))
      .split('\ufffd')
      .map((part) => Buffer.from(part));
    const told = whole.reduce((sum, part) => sum + lengthOf(part, 0, part.length), 0);
    const faults = whole.length - 1;
    whole.forEach((part, i) => {
      if (i === 1) parts.push(Buffer.alloc(Math.max(1, to - from - told - (faults - 1)), undecodable));
      else if (i > 1) parts.push(Buffer.of(undecodable));
      parts.push(part);
    });
    from = to;
  }
  return Buffer.concat(parts);
}

function utf16leToUtf8(bytes: Uint8Array): Uint8Array {
  const even = bytes.length & ~1;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, even).toString('utf16le');
  const utf8 = Buffer.from(text);
  // Half a surrogate pair is written as U+FFFD, which the text may hold as well.
  const whole = utf8.includes('\ufffd') ? marked(text, loneSurrogate) : utf8;
  return even === bytes.length ? whole : Buffer.concat([whole, Buffer.of(undecodable)]);
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function swapped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.subarray(0, copy.length & ~1).swap16();
  return copy;
}

/** UTF-8 of each of 256 bytes: its length in the lowest byte, its bytes above from the first on. */
function singleByteTable(label: string): Uint32Array {
  const decoder = new TextDecoder(label);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    const text = label === 'windows-1252' ? windows1252(byte) : decoder.decode(new Uint8Array([byte]));
    const utf8 = text === '\ufffd' ? Buffer.of(undecodable) : Buffer.from(text);
    return utf8.reduce((packed, value, i) => packed | (value << (8 * (i + 1))), utf8.length) >>> 0;
  });
}

/** Some versions of Node decode windows-1252 as ISO 8859-1. */
function windows1252(byte: number): string {
  return byte < 0x80 || byte > 0x9f ? String.fromCharCode(byte) : (upperC1[byte - 0x80] ?? '');
}

const upperC1 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function mapped(bytes: Uint8Array, table: Uint32Array): Uint8Array {
  const out = new Uint8Array(3 * bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const packed = table[bytes[i] ?? 0] ?? 0;
    out[length++] = packed >>> 8;
    const more = packed & 0xff;
    if (more > 1) out[length++] = packed >>> 16;
    if (more > 2) out[length++] = packed >>> 24;
  }
  return out.subarray(0, length);
}
