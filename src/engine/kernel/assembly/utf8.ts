import { placesOf } from './bits';

/*
 * Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte": the errors that two neighbouring
 * bytes can show, a bit each. An error is one that the first byte's high half, its low half and the second byte's high
 * half all agree on.
 */
const TOO_SHORT: u8 = 1 << 0;
const TOO_LONG: u8 = 1 << 1;
const OVERLONG_3: u8 = 1 << 2;
const TOO_LARGE: u8 = 1 << 3;
const SURROGATE: u8 = 1 << 4;
const OVERLONG_2: u8 = 1 << 5;
const TOO_LARGE_1000: u8 = 1 << 6;
const OVERLONG_4: u8 = 1 << 6;
const TWO_CONTINUATIONS: u8 = 1 << 7;
const CARRY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

// @ts-ignore: decorator
@inline
function firstHigh(): v128 {
  return v128(
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    TOO_SHORT | OVERLONG_2,
    TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
  );
}

// @ts-ignore: decorator
@inline
function firstLow(): v128 {
  return v128(
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
    CARRY | OVERLONG_2,
    CARRY, CARRY,
    CARRY | TOO_LARGE,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
  );
}

// @ts-ignore: decorator
@inline
function secondHigh(): v128 {
  return v128(
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  );
}

/** Nonzero where the 16 bytes at `at`, seen with the three before them, are not UTF-8. */
// @ts-ignore: decorator
@inline
function errors(at: usize): v128 {
  const here = v128.load(at);
  const one = v128.load(at - 1);
  const two = v128.load(at - 2);
  const three = v128.load(at - 3);
  const nibble = i8x16.splat(0x0f);
  const pairs = v128.and(
    v128.and(
      i8x16.swizzle(firstHigh(), i8x16.shr_u(one, 4)),
      i8x16.swizzle(firstLow(), v128.and(one, nibble)),
    ),
    i8x16.swizzle(secondHigh(), i8x16.shr_u(here, 4)),
  );
  const thirdOrFourth = v128.or(
    i8x16.sub_sat_u(two, i8x16.splat(0x60)),
    i8x16.sub_sat_u(three, i8x16.splat(0x70)),
  );
  return v128.xor(v128.and(thirdOrFourth, i8x16.splat(<i8>0x80)), pairs);
}

/**
 * The bytes of a block at which its text is seen not to be UTF-8, the first one always the right record's: an error
 * shows at the latest at the line end after it. Looks at the three bytes before the block.
 */
export function utf8Errors(block: usize): u64 {
  if (isShort(block)) return 0;
  const zero = i8x16.splat(0);
  return placesOf(
    i8x16.ne(errors(block), zero),
    i8x16.ne(errors(block + 16), zero),
    i8x16.ne(errors(block + 32), zero),
    i8x16.ne(errors(block + 48), zero),
  );
}

/**
 * Whether the block is UTF-8 of one and two bytes a character, which is what is checked at little cost: after
 * each lead byte, and nowhere else, there is one that continues.
 */
function isShort(block: usize): bool {
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  const before = load<u8>(block - 1) | load<u8>(block - 2) | load<u8>(block - 3);
  const most = i8x16.max_u(i8x16.max_u(a, b), i8x16.max_u(c, d));
  const wrong = v128.or(
    v128.or(misplaced(block, a), misplaced(block + 16, b)),
    v128.or(misplaced(block + 32, c), misplaced(block + 48, d)),
  );
  const long = i8x16.ge_u(most, i8x16.splat(<i8>0xe0));
  return before < 0xe0 && !v128.any_true(v128.or(wrong, long));
}

/** Nonzero where a byte goes on without a lead byte before it or the other way round, or can lead nothing. */
// @ts-ignore: decorator
@inline
function misplaced(at: usize, here: v128): v128 {
  const goesOn = i8x16.lt_s(here, i8x16.splat(<i8>0xc0));
  const isLed = i8x16.ge_u(v128.load(at - 1), i8x16.splat(<i8>0xc0));
  const overlong = i8x16.eq(v128.and(here, i8x16.splat(<i8>0xfe)), i8x16.splat(<i8>0xc0));
  return v128.or(v128.xor(goesOn, isLed), overlong);
}

/** Whether the three bytes before `end` begin a sequence that goes on after it. */
// @ts-ignore: decorator
@inline
export function utf8GoesOn(end: usize): bool {
  return load<u8>(end - 1) >= 0xc0 || load<u8>(end - 2) >= 0xe0 || load<u8>(end - 3) >= 0xf0;
}
