import { lineFeed } from './ascii.ts';

/** One past each line feed. @param expected how many there may be */
export function lineEnds(bytes: Uint8Array, expected = 1024): Uint32Array<ArrayBuffer> {
  let ends = new Uint32Array(Math.max(1, expected));
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
    if (count === ends.length) {
      const more = new Uint32Array(2 * count);
      more.set(ends);
      ends = more;
    }
    ends[count++] = at + 1;
  }
  return count === ends.length ? ends : ends.slice(0, count);
}
