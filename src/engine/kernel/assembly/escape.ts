const EVEN: u64 = 0x5555555555555555;

/**
 * The bytes that a backslash before them escapes. `carry` is 1 when the block's first byte is one of them. Runs of
 * backslashes are told odd from even by one addition (Langdale and Lemire, "Parsing gigabytes of JSON per second").
 */
// @ts-ignore: decorator
@inline
export function escapedPlaces(backslashes: u64, carry: u64): u64 {
  const free = backslashes & ~carry;
  const follows = (free << 1) | carry;
  const oddStarts = free & ~EVEN & ~follows;
  return (EVEN ^ ((oddStarts + free) << 1)) & follows;
}

/** `carry` for the next block. */
// @ts-ignore: decorator
@inline
export function escapeCarry(backslashes: u64, carry: u64): u64 {
  const free = backslashes & ~carry;
  const follows = (free << 1) | carry;
  const oddStarts = free & ~EVEN & ~follows;
  return u64(oddStarts + free < free);
}

/** The first of the escaped bytes that makes no escape of RFC 8259, as a bit; 0 where there is none. */
export function firstBadEscape(block: usize, escaped: u64): u64 {
  while (escaped != 0) {
    if (!isEscape(block + usize(ctz(escaped)))) return escaped & (0 - escaped);
    escaped &= escaped - 1;
  }
  return 0;
}

function isEscape(at: usize): bool {
  switch (load<u8>(at)) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    case 0x75:
      return isHex(load<u8>(at, 1)) && isHex(load<u8>(at, 2)) && isHex(load<u8>(at, 3)) && isHex(load<u8>(at, 4));
    default:
      return false;
  }
}

// @ts-ignore: decorator
@inline
function isHex(byte: u8): bool {
  return u8(byte - 0x30) < 10 || u8((byte | 0x20) - 0x61) < 6;
}
