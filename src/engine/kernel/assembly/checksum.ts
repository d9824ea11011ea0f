/*
 * NH (Black et al., "UMAC: Fast and Secure Message Authentication", CRYPTO 1999; RFC 4418) on stretches of 1 KiB, as
 * XXH3 has it: neighbouring words, each with a word of the key added, are multiplied to 64 bits and added up, here in
 * eight sums. Between stretches the sums are mixed, so that stretches cannot change places.
 */

/** Bytes that one step of the loop takes; stretches are eight steps. */
const step: usize = 128;
const stretch: usize = 1024;

/**
 * A word of the key and a word of the text that come to zero would let any change of the word's neighbour pass. Such
 * a word of the text would have the byte 0xff (the key is the negative of a word with one), which UTF-8 never has.
 */
const key: usize = memory.data<u32>(
  [
    0xf3a98901, 0x2e5a2f01, 0xc0d1b601, 0x8c7f4a01, 0x51e6d301, 0x97b03801, 0x1d4c6501, 0xeb629e01,
    0x6a1fc701, 0xb58e1301, 0x3c70fa01, 0xd9253401, 0x047bad01, 0x7e94e201, 0xa2c35b01, 0x48de7001,
    0x95317c01, 0x2bf8a401, 0xe0468d01, 0x5f9b1901, 0xc872e501, 0x13ad4e01, 0x76e0b201, 0xad5f0801,
    0x3864d901, 0xfc179301, 0x8172ce01, 0x4d8a2501, 0xb7f66b01, 0x0e29f001, 0x639c8701, 0xda03b501,
    0x1f756201, 0x8ae9dc01, 0xc54e3f01, 0x70b21601, 0x29c7a901, 0xe63d5401, 0x9f10ea01, 0x34fb7e01,
    0x5b86c101, 0xbe610301, 0x02d49a01, 0x7d3aef01, 0xf12c4801, 0xa698d501, 0x4793bc01, 0xcb5e2101,
  ],
  16,
);

/** The last bytes, with zeros behind them. */
const tail: usize = memory.data(32, 16);

const prime1: u64 = 0x9e3779b185ebca87;
const prime2: u64 = 0xc2b2ae3d27d4eb4f;
const prime4: u64 = 0x85ebca77c2b2ae63;

/** The sums as they stand between two pieces. */
const sums: usize = memory.data(64, 16);
/** Bytes that have been added. */
let length: u64 = 0;

export function checksumBegin(): void {
  v128.store(sums, i64x2.splat(prime1));
  v128.store(sums, i64x2.splat(prime2), 16);
  v128.store(sums, i64x2.splat(prime4), 32);
  v128.store(sums, i64x2.splat(prime1 ^ prime2), 48);
  length = 0;
}

/** Adds the bytes in [from, to). Of every piece but the last one the length is a multiple of a stretch. */
export function checksumAdd(from: usize, to: usize): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  let c = v128.load(sums, 32);
  let d = v128.load(sums, 48);
  let at = from;
  while (to - at >= step) {
    const end = min(at + stretch, at + ((to - at) & ~(step - 1)));
    for (let k = key; at < end; at += step, k += 16) {
      a = products(a, at, k);
      b = products(b, at + 32, k + 16);
      c = products(c, at + 64, k + 32);
      d = products(d, at + 96, k + 48);
    }
    a = mixed(a);
    b = mixed(b);
    c = mixed(c);
    d = mixed(d);
  }
  for (; to - at >= 32; at += 32) a = mixed(products(a, at, key));
  if (at < to) {
    memory.fill(tail, 0, 32);
    memory.copy(tail, at, to - at);
    b = mixed(products(b, tail, key));
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
  length += to - from;
}

/** The checksum of what has been added: a whole number below 2^53. */
export function checksumEnd(): f64 {
  let sum: u64 = length * prime2;
  sum = merged(sum, v128.load(sums));
  sum = merged(sum, v128.load(sums, 16));
  sum = merged(sum, v128.load(sums, 32));
  sum = merged(sum, v128.load(sums, 48));
  sum = (sum ^ (sum >> 33)) * prime2;
  sum = (sum ^ (sum >> 29)) * prime1;
  return f64((sum ^ (sum >> 32)) >> 11);
}

// @ts-ignore: decorator
@inline
function products(sums: v128, at: usize, k: usize): v128 {
  const one = i32x4.add(v128.load(at), v128.load(k));
  const other = i32x4.add(v128.load(at, 16), v128.load(k, 16));
  return i64x2.add(
    sums,
    i64x2.add(i64x2.extmul_low_i32x4_u(one, other), i64x2.extmul_high_i32x4_u(one, other)),
  );
}

// @ts-ignore: decorator
@inline
function mixed(sums: v128): v128 {
  return i64x2.mul(v128.xor(sums, i64x2.shr_u(sums, 47)), i64x2.splat(prime1));
}

// @ts-ignore: decorator
@inline
function merged(sum: u64, two: v128): u64 {
  sum = rotl<u64>(sum ^ (i64x2.extract_lane(two, 0) * prime2), 27) * prime1 + prime4;
  return rotl<u64>(sum ^ (i64x2.extract_lane(two, 1) * prime2), 27) * prime1 + prime4;
}
