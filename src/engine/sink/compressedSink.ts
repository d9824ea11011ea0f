import type { ByteSink, CompressionState } from './byteSink.ts';
import type { Compressor } from './compressor.ts';
import { sinkErrorFrom } from './sinkError.ts';

/** Pieces that are compressed at a time: as many as Node has threads for it. */
const atOnce = 4;

/**
 * A sink that compresses what it is given. Memory is that of some pieces, before and after.
 * @param before of an earlier one, whose file is gone on with
 */
export function compressedSink(
  sink: ByteSink,
  compressor: Compressor,
  before?: Pick<CompressionState, 'piece' | 'window'>,
): ByteSink {
  const { pieceLength, windowLength } = compressor;
  let piece = new Uint8Array(pieceLength);
  let rests = false;
  let filled = before?.piece.length ?? 0;
  if (before) piece.set(before.piece);
  let window: Uint8Array = before?.window ?? new Uint8Array(0);
  /** Where a piece could not be compressed, what failed. */
  const queue: Promise<Uint8Array | Error>[] = [];
  let begun = before !== undefined;
  let isFinished = false;

  function compressPiece(): void {
    const bytes = piece.subarray(0, filled);
    queue.push(compressor.compress(bytes, window).catch(asError));
    window = bytes.subarray(Math.max(0, filled - windowLength));
    piece = new Uint8Array(pieceLength);
    filled = 0;
  }

  /** Writes compressed pieces until no more than `left` are under way. */
  async function drain(left: number): Promise<void> {
    if (!begun) await sink.write(compressor.head);
    begun = true;
    while (queue.length > left) {
      const compressed = await queue.shift();
      if (compressed instanceof Error) throw sinkErrorFrom(compressed, sink.name);
      if (compressed) await sink.write(compressed);
    }
  }

  async function finish(): Promise<void> {
    if (isFinished) return;
    if (filled > 0) compressPiece();
    await drain(0);
    await sink.write(compressor.tail());
    isFinished = true;
    await sink.finish?.();
  }

  const { resumable } = sink;
  return {
    name: sink.name,
    resumable: resumable && {
      ...resumable,
      async state() {
        await drain(0);
        const { taken } = compressor;
        const compression = { ...taken, piece: piece.slice(0, filled), window: window.slice() };
        return { ...(await resumable.state()), taken: taken.length + filled, compression };
      },
    },
    async write(bytes) {
      if (rests) piece = new Uint8Array(pieceLength);
      rests = false;
      for (let from = 0; from < bytes.length;) {
        const part = bytes.subarray(from, from + pieceLength - filled);
        piece.set(part, filled);
        filled += part.length;
        from += part.length;
        if (filled < pieceLength) continue;
        compressPiece();
        await drain(atOnce - 1);
      }
    },
    async rest() {
      if (filled > 0) compressPiece();
      await drain(0);
      [piece, window, rests] = [new Uint8Array(0), new Uint8Array(0), true];
      await sink.rest?.();
    },
    async finish() {
      try {
        await finish();
      } catch (error) {
        throw sinkErrorFrom(error, sink.name);
      }
    },
    async commit() {
      try {
        await finish();
      } catch (error) {
        await sink.discard();
        throw sinkErrorFrom(error, sink.name);
      }
      await sink.commit();
    },
    discard: () => sink.discard(),
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
