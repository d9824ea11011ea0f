/**
 * XXH64 (the checksum of zstd frames: RFC 8878, section 3.1.1) with seed 0, of bytes that come in pieces.
 * 64-bit numbers are two halves of 32 bits here: BigInt is a hundred times slower.
 */
export class Xxh64 {
  readonly #lanes: readonly [Word, Word, Word, Word] = [
    { high: 0x60ea27ee, low: 0xadc0b5d6 | 0 },
    { high: 0xc2b2ae3d | 0, low: 0x27d4eb4f },
    { high: 0, low: 0 },
    { high: 0x61c8864e, low: 0x7a143579 },
  ];
  /** Bytes that do not fill a stripe yet. */
  readonly #rest = new DataView(new ArrayBuffer(stripe));
  #length = 0;

  update(bytes: Uint8Array): void {
    const rest = new Uint8Array(this.#rest.buffer);
    const have = this.#length % stripe;
    this.#length += bytes.length;
    let at = 0;
    if (have > 0) {
      at = Math.min(stripe - have, bytes.length);
      rest.set(bytes.subarray(0, at), have);
      if (have + at < stripe) return;
      this.#stripes(this.#rest, 0, stripe);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = at + Math.floor((bytes.length - at) / stripe) * stripe;
    this.#stripes(view, at, end);
    rest.set(bytes.subarray(end));
  }

  /** The lowest 32 bits of the checksum, unsigned. */
  low32(): number {
    const hash: Word = { high: 0, low: 0 };
    if (this.#length >= stripe) {
      for (const [i, lane] of this.#lanes.entries()) {
        const turned = { ...lane };
        rotate(turned, [1, 7, 12, 18][i] ?? 0);
        add(hash, turned);
      }
      for (const lane of this.#lanes) {
        const word: Word = { high: 0, low: 0 };
        round(word, lane.high, lane.low);
        exclude(hash, word);
        multiply(hash, prime1);
        add(hash, prime4);
      }
    } else {
      add(hash, prime5);
    }
    add(hash, { high: Math.floor(this.#length / 2 ** 32) | 0, low: this.#length | 0 });
    this.#finish(hash, this.#length % stripe);
    return hash.low >>> 0;
  }

  #stripes(view: DataView, from: number, to: number): void {
    const [a, b, c, d] = this.#lanes;
    for (let at = from; at < to; at += stripe) {
      round(a, view.getInt32(at + 4, true), view.getInt32(at, true));
      round(b, view.getInt32(at + 12, true), view.getInt32(at + 8, true));
      round(c, view.getInt32(at + 20, true), view.getInt32(at + 16, true));
      round(d, view.getInt32(at + 28, true), view.getInt32(at + 24, true));
    }
  }

  /** Takes in the bytes that fill no stripe, and mixes. */
  #finish(hash: Word, length: number): void {
    const view = this.#rest;
    let at = 0;
    for (; at + 8 <= length; at += 8) {
      const word: Word = { high: 0, low: 0 };
      round(word, view.getInt32(at + 4, true), view.getInt32(at, true));
      exclude(hash, word);
      rotate(hash, 27);
      multiply(hash, prime1);
      add(hash, prime4);
    }
    if (at + 4 <= length) {
      const word: Word = { high: 0, low: view.getInt32(at, true) };
      multiply(word, prime1);
      exclude(hash, word);
      rotate(hash, 23);
      multiply(hash, prime2);
      add(hash, prime3);
      at += 4;
    }
    for (; at < length; at++) {
      const word: Word = { high: 0, low: view.getUint8(at) };
      multiply(word, prime5);
      exclude(hash, word);
      rotate(hash, 11);
      multiply(hash, prime1);
    }
    shiftIn(hash, 33);
    multiply(hash, prime2);
    shiftIn(hash, 29);
    multiply(hash, prime3);
    shiftIn(hash, 32);
  }
}

/** A number of 64 bits, its halves as signed ones of 32. */
interface Word {
  high: number;
  low: number;
}

const stripe = 32;
const prime1: Word = { high: 0x9e3779b1 | 0, low: 0x85ebca87 | 0 };
const prime2: Word = { high: 0xc2b2ae3d | 0, low: 0x27d4eb4f };
const prime3: Word = { high: 0x165667b1, low: 0x9e3779f9 | 0 };
const prime4: Word = { high: 0x85ebca77 | 0, low: 0xc2b2ae63 | 0 };
const prime5: Word = { high: 0x27d4eb2f, low: 0x165667c5 };

/** lane = rotate(lane + word * prime2, 31) * prime1 */
function round(lane: Word, high: number, low: number): void {
  const word = scratch;
  word.high = high;
  word.low = low;
  multiply(word, prime2);
  add(lane, word);
  rotate(lane, 31);
  multiply(lane, prime1);
}

const scratch: Word = { high: 0, low: 0 };

function add(to: Word, { high, low }: Word): void {
  const sum = (to.low >>> 0) + (low >>> 0);
  to.high = (to.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
  to.low = sum | 0;
}

function exclude(from: Word, { high, low }: Word): void {
  from.high ^= high;
  from.low ^= low;
}

/** @param bits 1 to 31 */
function rotate(word: Word, bits: number): void {
  const { high, low } = word;
  word.high = (high << bits) | (low >>> (32 - bits));
  word.low = (low << bits) | (high >>> (32 - bits));
}

/** word ^= word >>> bits, of which there are 29 to 63 */
function shiftIn(word: Word, bits: number): void {
  const { high } = word;
  if (bits < 32) {
    word.low ^= (word.low >>> bits) | (high << (32 - bits));
    word.high ^= high >>> bits;
  } else {
    word.low ^= high >>> (bits - 32);
  }
}

function multiply(word: Word, { high, low }: Word): void {
  const [a0, a1] = [word.low & 0xffff, word.low >>> 16];
  const [b0, b1] = [low & 0xffff, low >>> 16];
  // The upper half of the product of the lower halves.
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = a0 * b1 + (middle & 0xffff);
  const upper = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
  word.high = (upper + Math.imul(word.low, high) + Math.imul(word.high, low)) | 0;
  word.low = Math.imul(word.low, low);
}
