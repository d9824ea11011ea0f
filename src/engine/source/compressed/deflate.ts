/**
 * How to begin in the middle of a DEFLATE stream (RFC 1951). A decoder can go on at a block's first bit when it
 * has the 32 KiB before it. zlib takes those as a dictionary, but only whole bytes of input; so empty blocks are
 * put before the block, as many bits of them as it takes to reach the block's place in its byte.
 */

/** Where a block begins: a bit of a byte, bit 0 being the lowest; or the LEN field of a stored block. */
export interface BlockStart extends BlockAlignment {
  readonly byte: number;
}

export interface BlockAlignment {
  readonly bit: number;
  readonly stored: boolean;
}

/** How far back a DEFLATE stream can refer, in bytes. */
export const deflateWindow = 32 * 1024;

/**
 * What zlib must be given instead of `bytes`, which begin with the block's first byte: empty blocks and the block.
 * `added` bytes of the answer come before that first byte.
 */
export function alignBlock(bytes: Uint8Array, start: BlockAlignment): { bytes: Uint8Array; added: number } {
  const prefix = start.stored ? storedPrefix : (prefixes.at(start.bit) ?? storedPrefix);
  const added = prefix.length - (start.bit === 0 ? 0 : 1);
  const aligned = new Uint8Array(added + bytes.length);
  aligned.set(bytes, added);
  aligned.set(prefix);
  if (start.bit !== 0) {
    const own = (prefix.at(-1) ?? 0) | ((bytes.at(0) ?? 0) & (0xff << start.bit));
    aligned[added] = own;
  }
  return { bytes: aligned, added };
}

/** In what order a dynamic header gives the lengths of its own codes. */
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/** Header of a stored block that is not the last, whose LEN follows at once. */
const storedPrefix = new Uint8Array([0]);

/** For each bit of a byte, empty blocks that end just before it. */
const prefixes: readonly Uint8Array[] = Array.from({ length: 8 }, (_, bit) => emptyBlocks(bit));

function emptyBlocks(bit: number): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let i = 0; i < count; i++) bits.push((value >> i) & 1);
  };
  if (bit % 2 === 1) {
    // A dynamic block without content, 93 bits: code lengths 1 for the symbols 1 and 18 alone, by which 256 zeros,
    // a 1 for the end of block and a 1 for a distance are written; then the end of block.
    put(0b100, 3);
    put(0, 5 + 5);
    put(15, 4);
    for (const symbol of codeLengthOrder) put(symbol === 1 || symbol === 18 ? 1 : 0, 3);
    put(1, 1);
    put(138 - 11, 7);
    put(1, 1);
    put(118 - 11, 7);
    put(0, 3);
  }
  // A fixed block without content has ten bits.
  while (bits.length % 8 !== bit) put(0b010, 10);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((value, i) => (bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (value << (i & 7))));
  return bytes;
}

/**
 * The first place in `bytes` at or after byte `from` and before `to` that reads like the header of a dynamic block
 * which is not the last: both codes complete, as every compressor writes them. Rarely a place that only looks so; the
 * caller proves it by decoding on from there.
 */
export function findDynamicBlock(bytes: Uint8Array, from: number, to: number): BlockStart | undefined {
  // The shortest header: 17 bits and four code lengths of three bits, and a few code lengths more.
  const end = Math.min(to, bytes.length - 8);
  for (let byte = from; byte < end; byte++) {
    const word = byteAt(bytes, byte) | (byteAt(bytes, byte + 1) << 8) | (byteAt(bytes, byte + 2) << 16);
    for (let bit = 0; bit < 8; bit++) {
      const header = word >>> bit;
      if ((header & 7) !== 0b100) continue;
      if (((header >>> 3) & 31) > 29 || ((header >>> 8) & 31) > 29) continue;
      if (!isCompletePrecode(bytes, byte * 8 + bit + 17, ((header >>> 13) & 15) + 4)) continue;
      if (isDynamicHeader(bytes, byte * 8 + bit + 3)) return { byte, bit, stored: false };
    }
  }
  return undefined;
}

/** Code space that four lengths of three bits each take, in units of 2^-7. */
const spaceOfFour = Uint16Array.from({ length: 4096 }, (_, lengths) => {
  let space = 0;
  for (let i = 0; i < 12; i += 3) {
    const length = (lengths >> i) & 7;
    if (length !== 0) space += 128 >> length;
  }
  return space;
});

/** Whether `count` code lengths at `firstBit` fill their space exactly: of random bits, one in some hundreds. */
function isCompletePrecode(bytes: Uint8Array, firstBit: number, count: number): boolean {
  let space = 0;
  for (let i = 0, at = firstBit; i < count; i += 4, at += 12) {
    const byte = at >>> 3;
    const word = byteAt(bytes, byte) | (byteAt(bytes, byte + 1) << 8) | (byteAt(bytes, byte + 2) << 16);
    const mask = count - i >= 4 ? 0xfff : (1 << (3 * (count - i))) - 1;
    space += spaceOfFour[(word >>> (at & 7)) & mask] ?? 0;
    if (space > 128) return false;
  }
  return space === 128;
}

/** The first LEN field of a stored block in [from, to): NLEN is its complement. `span` is what the block takes. */
export function findStoredBlock(
  bytes: Uint8Array,
  from: number,
  to: number,
): (BlockStart & { readonly span: number }) | undefined {
  const end = Math.min(to, bytes.length - 4);
  for (let byte = from; byte < end; byte++) {
    const length = byteAt(bytes, byte) | (byteAt(bytes, byte + 1) << 8);
    const complement = byteAt(bytes, byte + 2) | (byteAt(bytes, byte + 3) << 8);
    if ((length ^ complement) === 0xffff) return { byte, bit: 0, stored: true, span: 4 + length };
  }
  return undefined;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

const precode = new Uint8Array(19);
const precodeTable = new Uint8Array(128);

function isDynamicHeader(bytes: Uint8Array, firstBit: number): boolean {
  let at = firstBit;
  const take = (count: number): number => {
    const byte = at >>> 3;
    const word = byteAt(bytes, byte) | (byteAt(bytes, byte + 1) << 8) | (byteAt(bytes, byte + 2) << 16);
    const value = (word >>> (at & 7)) & ((1 << count) - 1);
    at += count;
    return value;
  };
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const lengths = take(4) + 4;
  precode.fill(0);
  for (let i = 0; i < lengths; i++) precode[codeLengthOrder[i] ?? 0] = take(3);
  buildPrecodeTable();

  const total = literals + distances;
  const limit = bytes.length * 8;
  let count = 0;
  let previous = -1;
  // Kraft sums in units of 2^-15; the literal code must fill its space exactly, as must that of the distances unless
  // at most one of them is used.
  let literalSpace = 1 << 15;
  let distanceSpace = 1 << 15;
  let distancesUsed = 0;
  let endOfBlock = false;
  while (count < total) {
    if (at > limit - 14) return false;
    const entry = precodeTable[take(7)] ?? 0;
    at -= 7 - (entry >> 5);
    const symbol = entry & 31;
    let length = symbol;
    let repeat = 1;
    if (symbol === 16) {
      if (previous < 0) return false;
      length = previous;
      repeat = 3 + take(2);
    } else if (symbol === 17) {
      length = 0;
      repeat = 3 + take(3);
    } else if (symbol === 18) {
      length = 0;
      repeat = 11 + take(7);
    }
    previous = length;
    if (count + repeat > total) return false;
    if (length === 0) {
      count += repeat;
      continue;
    }
    for (; repeat > 0; repeat--, count++) {
      if (count < literals) {
        literalSpace -= 0x8000 >> length;
        if (count === 256) endOfBlock = true;
      } else {
        distanceSpace -= 0x8000 >> length;
        distancesUsed++;
      }
    }
    if (literalSpace < 0 || distanceSpace < 0) return false;
  }
  return endOfBlock && literalSpace === 0 && (distanceSpace === 0 || distancesUsed <= 1);
}

/** By the next seven bits: the symbol in the low five bits, the length of its code above. */
function buildPrecodeTable(): void {
  let code = 0;
  for (let length = 1; length <= 7; length++) {
    for (let symbol = 0; symbol < 19; symbol++) {
      if (precode[symbol] !== length) continue;
      const first = reverse(code, length);
      for (let i = first; i < 128; i += 1 << length) precodeTable[i] = (length << 5) | symbol;
      code++;
    }
    code <<= 1;
  }
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i++) reversed |= ((code >> i) & 1) << (length - 1 - i);
  return reversed;
}
