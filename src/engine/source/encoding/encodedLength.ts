/** How many bytes a stretch [from, to) of whole UTF-8 characters takes in another encoding. */
export type EncodedLength = (utf8: Uint8Array, from: number, to: number) => number;

/** A byte that stands for one that cannot be decoded: see `transcoder`. */
const undecodable = 0xff;

/**
 * Undefined for UTF-8.
 * @param label an answer of `encodingName`
 */
export function encodedLength(label: string): EncodedLength | undefined {
  switch (label) {
    case 'utf-8':
      return undefined;
    case 'utf-16le':
    case 'utf-16be':
      return (utf8, from, to) => {
        let length = 0;
        for (let at = from; at < to; at++) {
          const byte = utf8[at];
          if (isLead(byte)) length += byte >= 0xf0 && byte !== undecodable ? 4 : 2;
        }
        return length;
      };
    case 'gbk':
    case 'gb18030':
    case 'big5':
    case 'euc-jp':
    case 'euc-kr':
    case 'shift_jis':
      return byTable(lengthsOf(label), label === 'gb18030' || label === 'gbk' ? 4 : 2);
    default:
      return (utf8, from, to) => {
        let length = 0;
        for (let at = from; at < to; at++) if (isLead(utf8[at])) length++;
        return length;
      };
  }
}

function isLead(byte: number): boolean {
  return (byte & 0xc0) !== 0x80;
}

/** @param astral length of what is no BMP character */
function byTable(lengths: Uint8Array, astral: number): EncodedLength {
  return (utf8, from, to) => {
    let length = 0;
    for (let at = from; at < to; at++) {
      const byte = utf8[at];
      if (byte < 0x80 || byte === undecodable) length++;
      else if (byte >= 0xf0) length += astral;
      else if (byte >= 0xe0)
        length += lengths[((byte & 0x0f) << 12) | ((utf8[at + 1] & 0x3f) << 6) | (utf8[at + 2] & 0x3f)];
      else if (byte >= 0xc0) length += lengths[((byte & 0x1f) << 6) | (utf8[at + 1] & 0x3f)];
    }
    return length;
  };
}

/** Bytes of each character of the BMP, by decoding all that there is of one, two and three bytes. */
function lengthsOf(label: string): Uint8Array {
  const decoder = new TextDecoder(label);
  // What GB 18030 has no two bytes for it has four for.
  const lengths = new Uint8Array(65536).fill(label === 'gb18030' || label === 'gbk' ? 4 : 0);
  const learn = (bytes: readonly number[]): void => {
    const text = decoder.decode(Uint8Array.from(bytes));
    if (text.length === 0 || text.includes('\ufffd')) return;
    // Big5 has pairs of a letter and a mark, of which the letter counts.
    const [first, ...rest] = text;
    if ((rest.length === 0 || /^\p{M}$/u.test(rest.join(''))) && first.length === 1)
      lengths[first.charCodeAt(0)] = bytes.length;
  };
  // Where there are several ways to write a character, the usual one counts.
  for (let byte = 0x80; byte <= 0xff; byte++) learn([byte]);
  if (label === 'euc-jp') {
    for (let lead = 0xa1; lead < 0xff; lead++)
      for (let trail = 0xa1; trail < 0xff; trail++) learn([0x8f, lead, trail]);
  }
  for (let lead = 0x81; lead < 0xff; lead++)
    for (let trail = 0x40; trail < 0xff; trail++) learn([lead, trail]);
  return lengths;
}
