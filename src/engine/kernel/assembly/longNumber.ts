/*
 * Doubles as programs write them: with 16 or 17 digits, the fewest that lead back to them. See Lemire, "Number Parsing at a
 * Gigabyte per Second" (2021), for the product, and ECMA-262, Number::toString, for which decimal is the shortest.
 */

const LEAST: i32 = -38;
const MOST: i32 = 22;

/** The first 64 bits of the powers of ten from 10^-38 to 10^22, rounded. */
const POWERS: usize = memory.data<u64>([
  0xd9c7dced53c72256, 0x881cea14545c7575, 0xaa242499697392d3, 0xd4ad2dbfc3d07788, 0x84ec3c97da624ab5,
  0xa6274bbdd0fadd62, 0xcfb11ead453994ba, 0x81ceb32c4b43fcf5, 0xa2425ff75e14fc32, 0xcad2f7f5359a3b3e,
  0xfd87b5f28300ca0e, 0x9e74d1b791e07e48, 0xc612062576589ddb, 0xf79687aed3eec551, 0x9abe14cd44753b53,
  0xc16d9a0095928a27, 0xf1c90080baf72cb1, 0x971da05074da7bef, 0xbce5086492111aeb, 0xec1e4a7db69561a5,
  0x9392ee8e921d5d07, 0xb877aa3236a4b449, 0xe69594bec44de15b, 0x901d7cf73ab0acd9, 0xb424dc35095cd80f,
  0xe12e13424bb40e13, 0x8cbccc096f5088cc, 0xafebff0bcb24aaff, 0xdbe6fecebdedd5bf, 0x89705f4136b4a597,
  0xabcc77118461cefd, 0xd6bf94d5e57a42bc, 0x8637bd05af6c69b6, 0xa7c5ac471b478423, 0xd1b71758e219652c,
  0x83126e978d4fdf3b, 0xa3d70a3d70a3d70a, 0xcccccccccccccccd, 0x8000000000000000, 0xa000000000000000,
  0xc800000000000000, 0xfa00000000000000, 0x9c40000000000000, 0xc350000000000000, 0xf424000000000000,
  0x9896800000000000, 0xbebc200000000000, 0xee6b280000000000, 0x9502f90000000000, 0xba43b74000000000,
  0xe8d4a51000000000, 0x9184e72a00000000, 0xb5e620f480000000, 0xe35fa931a0000000, 0x8e1bc9bf04000000,
  0xb1a2bc2ec5000000, 0xde0b6b3a76400000, 0x8ac7230489e80000, 0xad78ebc5ac620000, 0xd8d726b7177a8000,
  0x878678326eac9000,
]);

/** What the product, a multiple of up to ten of its unit, and a comparison of both may be wrong by, together. */
const DOUBT: i64 = 16;

/**
 * The double whose shortest decimal is `digits`, of 16 or 17 digits and not ending in zero, times 10 to the `scale`. NaN where
 * there is none, or where that is too close to tell.
 */
export function shortestDouble(digits: u64, scale: i32): f64 {
  if (scale < LEAST || scale > MOST) return NaN;
  const power = load<u64>(POWERS + (usize(scale - LEAST) << 3));
  const left = clz(digits);
  // All that follows is in units of this product's last bit: the number is its multiple by a power of two.
  const product = highProduct(digits << left, power);
  const unit = i64(power >> (64 - left));

  const dropped = 10 + (product >> 63);
  const half = i64(1) << (i64(dropped) - 1);
  let size = product >> dropped;
  let over = i64(product & ((u64(1) << dropped) - 1));
  if (over > half) {
    over -= 2 * half;
    size++;
  }
  const away = over < 0 ? -over : over;
  // Between two doubles, or below a power of two, where the one before is closer.
  if (half - away < DOUBT || (size & (size - 1)) == 0) return NaN;
  // Another decimal of as many digits is closer to the double.
  if (2 * away + DOUBT > unit) return NaN;
  // A decimal of fewer digits leads to the double too.
  const last = i64(digits % 10);
  if (last * unit - over < half + DOUBT || (10 - last) * unit + over < half + DOUBT) return NaN;

  const exponent = i64(dropped) + 1 - i64(left) + i64((scale * 217706) >> 16);
  return reinterpret<f64>((size & 0x000fffffffffffff) | (u64(exponent + 1075) << 52));
}

/** The first 64 bits of the product of two numbers of 64 bits. */
// @ts-ignore: decorator
@inline
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}
