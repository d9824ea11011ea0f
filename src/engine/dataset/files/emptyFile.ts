import { isSpace } from '../../ascii.ts';
import { markLength } from '../../format/lines.ts';
import { readSome } from '../../source/read.ts';
import type { Source } from '../../source/source.ts';

/** Bytes looked at at a time: there are hardly more where nothing is. */
const pieceLength = 4096;

/** Whether nothing is in a file: no byte, or but a byte-order mark and white space. */
export async function isEmpty(source: Source, signal: AbortSignal): Promise<boolean> {
  const bytes = new Uint8Array(pieceLength);
  for (let at = 0; ; at += pieceLength) {
    const length = await readSome(source, bytes, at, signal);
    if (!bytes.subarray(markLength(bytes, at, 0), length).every(isSpace)) return false;
    if (length < pieceLength) return true;
  }
}
