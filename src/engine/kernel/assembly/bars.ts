import { four, lanes, maskOf, one, prepare, WIDEST } from './packed';

/*
 * Histograms of packed numbers, of the records that are marked. What a number counts for is looked up by its upper bits: a cell of
 * 8 bytes has the number from which on the later of two bars is meant (0), the earlier one (4) and the later one (6). A cell is as
 * narrow as bars are, so there is no third one.
 */

/** Sixteen numbers. */
const numbers = memory.data(64, 16);

// @ts-ignore: decorator
@inline
function tally(number: u32, cells: usize, shift: u32, counts: usize): void {
  const cell = cells + (usize(number >> shift) << 3);
  const bar = number >= load<u32>(cell) ? load<u16>(cell, 6) : load<u16>(cell, 4);
  const count = counts + (usize(bar) << 2);
  store<u32>(count, load<u32>(count) + 1);
}

/**
 * Counts the marked numbers by their bars.
 * @param even counts of every other record, and `odd` of those between: so that a count need not wait for the one before
 */
export function countBars(
  words: usize,
  count: u32,
  width: u32,
  marks: usize,
  cells: usize,
  shift: u32,
  even: usize,
  odd: usize,
): void {
  const isWide = width > WIDEST;
  const wideMask = maskOf(width);
  if (!isWide) prepare(width);
  const mask = i32x4.splat((1 << (isWide ? 0 : width)) - 1);
  const bytesA = v128.load(lanes);
  const bytesB = v128.load(lanes, 16);
  const factorsA = v128.load(lanes, 32);
  const factorsB = v128.load(lanes, 48);
  const half = usize(width >> 1);
  let at = words;
  for (let index: u32 = 0; index < count; index += 16) {
    let places = u32(load<u16>(marks + (usize(index) >> 3)));
    if (places == 0) {
      at += width << 1;
      continue;
    }
    if (isWide) {
      for (let i: u32 = 0; i < 16; i++) store<u32>(numbers + (usize(i) << 2), one(words, index + i, width, wideMask));
    } else {
      v128.store(numbers, four(at, bytesA, factorsA, mask));
      v128.store(numbers, four(at + half, bytesB, factorsB, mask), 16);
      at += width;
      v128.store(numbers, four(at, bytesA, factorsA, mask), 32);
      v128.store(numbers, four(at + half, bytesB, factorsB, mask), 48);
      at += width;
    }
    if (places == 0xffff) {
      for (let place = numbers; place < numbers + 64; place += 8) {
        tally(load<u32>(place), cells, shift, even);
        tally(load<u32>(place, 4), cells, shift, odd);
      }
      continue;
    }
    for (; places != 0; places &= places - 1) {
      const i = u32(ctz(places));
      tally(load<u32>(numbers + (usize(i) << 2)), cells, shift, i & 1 ? odd : even);
    }
  }
}
