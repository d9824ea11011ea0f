const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const LINE_FEED: u8 = 0x0a;

/** Whether the string that `closingQuote` passed last has a backslash. */
export let wasEscaped: bool = false;

/** The quote that closes the JSON string which `at` is in, or the line end that cuts it off. */
export function closingQuote(at: usize): usize {
  wasEscaped = false;
  while (true) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH))),
        i8x16.eq(bytes, i8x16.splat(LINE_FEED)),
      ),
    );
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    if (load<u8>(at) != BACKSLASH) return at;
    wasEscaped = true;
    if (load<u8>(at, 1) == LINE_FEED) return at + 1;
    at += 2;
  }
}

/** The first byte at or after `at` that is not white space within a line of JSON. */
// @ts-ignore: decorator
@inline
export function skipSpace(at: usize): usize {
  let byte = load<u8>(at);
  while (byte == 0x20 || byte == 0x09 || byte == 0x0d) byte = load<u8>(++at);
  return at;
}

/** The last byte before `at` that is not white space within a line of JSON. */
// @ts-ignore: decorator
@inline
export function skipSpaceBack(at: usize): usize {
  let byte = load<u8>(--at);
  while (byte == 0x20 || byte == 0x09 || byte == 0x0d) byte = load<u8>(--at);
  return at;
}

/** Where the record ends whose line is ended by the LF at `at`: a CR before it belongs to the line end. */
// @ts-ignore: decorator
@inline
export function recordEnd(record: usize, at: usize, stop: usize): usize {
  return at > record && at != stop && load<u8>(at - 1) == 0x0d ? at - 1 : at;
}

/** Whether `byte` stands in [at, end). Up to 15 bytes past `end` may be read. */
export function holdsByte(at: usize, end: usize, byte: u8): bool {
  const wanted = i8x16.splat(byte);
  for (; at < end; at += 16) {
    const places = u32(i8x16.bitmask(i8x16.eq(v128.load(at), wanted)));
    if (places != 0) return at + usize(ctz(places)) < end;
  }
  return false;
}
