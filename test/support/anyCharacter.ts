import fc from 'fast-check';

/** Halves of characters are none. */
const [firstHalf, halves] = [0xd800, 0x800];

/**
 * Any character, for `fc.string`: as `unit: 'binary'`, which first makes a table of all characters. That takes a second of each
 * process, and the table stays.
 */
export const anyCharacter = fc
  .nat({ max: 0x10ffff - halves })
  .map((at) => String.fromCodePoint(at < firstHalf ? at : at + halves));
