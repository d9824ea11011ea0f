/*
 * What is between the tokens of a JSON document: white space, and comments where they are allowed (JSONC).
 */

/** Line feeds that `skipGap` passed since this was set to 0. */
let feeds: u32 = 0;
/** Whether a comment was made blanks since this was set to false. */
let blanked: bool = false;

// @ts-ignore: decorator
@inline
export function gapFeeds(): u32 {
  return feeds;
}

// @ts-ignore: decorator
@inline
export function countGapFeeds(): void {
  feeds = 0;
}

// @ts-ignore: decorator
@inline
export function hasBlanked(): bool {
  return blanked;
}

// @ts-ignore: decorator
@inline
export function watchBlanks(): void {
  blanked = false;
}

// @ts-ignore: decorator
@inline
export function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

/**
 * The first byte at or after `at` that is no white space and no comment, at most `stop`; a comment that is none, or
 * runs on to `stop`, ends the gap as well. Comments become blanks.
 */
export function skipGap(at: usize, stop: usize, comments: bool): usize {
  while (at < stop) {
    const byte = load<u8>(at);
    if (isSpace(byte)) {
      feeds += u32(byte == 0x0a);
      at++;
    } else if (comments && byte == 0x2f) {
      const end = commentEnd(at, stop);
      if (end == 0 || end > stop) break;
      blankComment(at, end);
    } else {
      break;
    }
  }
  return at;
}

/** Where the comment at `at` ends; past `stop` where that does not come, 0 where it is none. */
export function commentEnd(at: usize, stop: usize): usize {
  if (at + 1 >= stop) return stop + 1;
  const second = load<u8>(at + 1);
  if (second == 0x2f) {
    for (let end = at + 2; end < stop; end++) if (load<u8>(end) == 0x0a) return end;
    return stop + 1;
  }
  if (second != 0x2a) return 0;
  for (let end = at + 4; end <= stop; end++) {
    if (load<u8>(end - 1) == 0x2f && load<u8>(end - 2) == 0x2a) return end;
  }
  return stop + 1;
}

/** Makes the comment in [at, end) blanks; its line feeds stay. */
export function blankComment(at: usize, end: usize): void {
  blanked = true;
  for (; at < end; at++) if (load<u8>(at) != 0x0a) store<u8>(at, 0x20);
}

/** Makes a blank of a comma that has nothing between it and the bracket at `at`. */
export function dropTrailingComma(at: usize): void {
  do at--;
  while (isSpace(load<u8>(at)));
  if (load<u8>(at) == 0x2c) store<u8>(at, 0x20);
}
