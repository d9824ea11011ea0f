import { builtins } from '../../builtins.ts';
import { alignBlock, type BlockStart, findDynamicBlock, findStoredBlock } from './deflate.ts';

/**
 * Node's zlib does not say where blocks and members begin. So places that look like a beginning are sought in the
 * compressed bytes, and one is proven by decoding on from it and comparing.
 */

/** Where decoding may begin, not yet proven. */
export interface Start extends BlockStart {
  readonly member: boolean;
  /** Compressed bytes to prove it by. */
  readonly span: number;
}

/** Compressed bytes that a proof decodes, at least. */
export const proofLength = 16 * 1024;

/** A likely beginning in `bytes`, with enough after it for a proof. A member's is best, as it needs no window. */
export function findStart(bytes: Uint8Array): Start | undefined {
  const limit = bytes.length - proofLength;
  if (limit <= 1) return undefined;
  for (let byte = bytes.indexOf(0x1f, 1); byte !== -1 && byte < limit; byte = bytes.indexOf(0x1f, byte + 1)) {
    // Magic, DEFLATE, no reserved flag.
    if (bytes[byte + 1] === 0x8b && bytes[byte + 2] === 8 && ((bytes[byte + 3] ?? 0xff) & 0xe0) === 0) {
      return { byte, bit: 0, stored: false, member: true, span: proofLength };
    }
  }
  const dynamic = findDynamicBlock(bytes, 0, limit);
  if (dynamic !== undefined) return { ...dynamic, member: false, span: proofLength };
  for (let from = 0; ;) {
    const stored = findStoredBlock(bytes, from, limit);
    if (stored === undefined) return undefined;
    // The proof must go past the block, or it proves nothing. Short blocks are rarely ones, but for the empty
    // one of a flush.
    const span = stored.span + proofLength;
    if (stored.byte + span <= bytes.length && (stored.span === 4 || stored.span >= 1024)) {
      return { ...stored, member: false, span };
    }
    from = stored.byte + 1;
  }
}

/** Whether decoding `bytes` from `start` gives exactly what the decoder that came from before made of them. */
export function isProven(
  bytes: Uint8Array,
  start: Start,
  window: Uint8Array,
  expected: readonly Uint8Array[],
): boolean {
  const total = expected.reduce((sum, chunk) => sum + chunk.length, 0);
  if (total === 0) return false;
  const options = { finishFlush: builtins.zlib.constants.Z_SYNC_FLUSH, maxOutputLength: total + 1 };
  let decoded: Uint8Array;
  try {
    decoded = start.member
      ? builtins.zlib.gunzipSync(bytes, options)
      : builtins.zlib.inflateRawSync(alignBlock(bytes, start).bytes, {
          ...options,
          ...(window.length > 0 && { dictionary: window }),
        });
  } catch {
    return false;
  }
  if (decoded.length !== total) return false;
  let position = 0;
  for (const chunk of expected) {
    if (Buffer.compare(decoded.subarray(position, position + chunk.length), chunk) !== 0) return false;
    position += chunk.length;
  }
  return true;
}

/**
 * A window as a mark keeps it: deflated at the fastest level, a fifth of its size or so, in memory that threads share,
 * for marks go with every task.
 */
export function keepWindow(window: Uint8Array): Uint8Array {
  const deflated = builtins.zlib.deflateRawSync(window, { level: 1 });
  const kept = new Uint8Array(new SharedArrayBuffer(deflated.length));
  kept.set(deflated);
  return kept;
}

/** The window that `keepWindow` kept. */
export function keptWindow(kept: Uint8Array): Uint8Array {
  // zlib takes no shared memory.
  return builtins.zlib.inflateRawSync(new Uint8Array(kept));
}
