import { readFully } from '../read.ts';
import { type Marks } from './marks.ts';
import { type Source } from '../source.ts';

const windowLength = 1024 * 1024;
/** Header, and at most 64 KiB of extra field. */
const longestHeader = 12 + 65535;
/** The longest BGZF member, by its 16-bit length. */
const longestMember = 65536;

/**
 * Finds the members of a BGZF file (bgzip; SAM specification 4.1), whose headers say how long they are, without
 * decoding. Reads the file once; false, with nothing learnt, where the first member is an ordinary one.
 */
export async function bgzfSurvey(
  base: Source,
  marks: Marks,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const window = new Uint8Array(windowLength + longestMember);
  const view = new DataView(window.buffer);
  let at = 0;
  let position = 0;
  for (;;) {
    const wanted = at === 0 ? longestHeader : window.length;
    const length = await readFully(base, window.subarray(0, wanted), at, signal);
    if (length === 0) {
      marks.ended(position);
      return true;
    }
    let from = 0;
    while (from < length) {
      const size = memberLength(window.subarray(from, length));
      if (size === undefined) {
        if (length - from > longestMember || length < wanted) return false;
        break;
      }
      if (from + size > length) {
        if (length < wanted) return false;
        break;
      }
      if (at + from > 0) marks.add({ position, at: at + from });
      position += view.getUint32(from + size - 4, true);
      from += size;
    }
    at += from;
  }
}

/** Length of the BGZF member that `bytes` begin with; undefined if it is none, or cut off in its header. */
function memberLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[3] !== 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = Math.min(12 + view.getUint16(10, true), bytes.length);
  for (let field = 12; field + 6 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (bytes[field] === 0x42 && bytes[field + 1] === 0x43 && view.getUint16(field + 2, true) === 2) {
      return view.getUint16(field + 4, true) + 1;
    }
  }
  return undefined;
}
