import { Decompress } from 'fzstd';
import { type Said, said, saidOf } from '../../../said/said.ts';
import { builtins } from '../../builtins.ts';
import { type Codec, pull } from './decoded.ts';
import { Pump, type ZlibStream } from './pump.ts';
import { readFully } from '../read.ts';
import { SourceError } from '../source.ts';
import { Xxh64 } from './xxh64.ts';
import { FrameWalker } from './zstdFrame.ts';

const firstRead = 32 * 1024;
const mostRead = 256 * 1024;
const chunkSize = 1024 * 1024;

/**
 * zstd (RFC 8878), frames one after the other. Decoding can begin at each frame; inside one it cannot, as zstd's
 * state there is out of reach. Blocks are given to the decoder one at a time, so that all before a damaged one is
 * delivered.
 */
export const zstd: Codec = {
  async *decode(base, from, marks) {
    const input = new Uint8Array(mostRead);
    let { at, position } = from;
    let wanted = firstRead;
    let walker = new FrameWalker();
    let decoder: FrameDecoder | undefined;
    let frameAt = at;
    /** Decoded bytes of the frame. */
    let decoded = 0;
    // What was decoded last waits for what comes after it: nobody reads on past the end of a frame whose length is
    // known, and what is wrong with its checksum would go unseen.
    let held: Uint8Array | undefined;
    function* give(): Generator<Uint8Array, void> {
      if (held === undefined) return;
      const chunk = held;
      held = undefined;
      position += chunk.length;
      yield chunk;
    }
    const damaged = (reason: Said) =>
      new SourceError(
        'corrupt',
        said`${base.name} is damaged at byte ${at} of the compressed file (${reason}).`,
        position,
      );
    try {
      for (;;) {
        const reading = pull(base, input.subarray(0, wanted), at);
        let read = await reading.next();
        for (; !read.done; read = await reading.next()) {
          yield* give();
          yield read.value;
        }
        const length = read.value;
        if (length === 0) break;
        wanted = mostRead;
        for (let done = 0; done < length;) {
          if (decoder === undefined) {
            walker = new FrameWalker();
            decoder = frameDecoder();
            frameAt = at;
            decoded = 0;
            if (position > 0 && marks.wants(position)) marks.add({ position, at });
          }
          const end = walker.advance(input.subarray(0, length), done);
          if (walker.wrong) {
            yield* give();
            throw damaged(walker.wrong);
          }
          const { contentSize = Infinity } = walker;
          if (!walker.skippable) {
            try {
              for await (const chunk of decoder.feed(input.subarray(done, end), walker.done)) {
                decoded += chunk.length;
                if (decoded > contentSize) break;
                yield* give();
                held = chunk;
              }
            } catch (error) {
              if (walker.checksum === undefined) yield* give();
              throw damaged(saidOf(error));
            }
          }
          if (decoded > contentSize) {
            yield* give();
            throw damaged(said`it has more content than declared`);
          }
          at += end - done;
          done = end;
          if (walker.done) {
            if (decoder.hash && walker.checksum !== undefined && decoder.hash.low32() !== walker.checksum) {
              throw damaged(
                said`a checksum is wrong: what was decoded from byte ${frameAt} of it on may also be wrong`,
              );
            }
            yield* give();
            if (!walker.skippable && decoded < contentSize && contentSize !== Infinity) {
              throw damaged(said`it has less content than declared`);
            }
            decoder.close();
            decoder = undefined;
          }
        }
      }
      yield* give();
      if (decoder !== undefined) {
        const message = said`${base.name} is truncated: its compressed data ends at byte ${at} of the file.`;
        throw new SourceError('corrupt', message, position);
      }
    } finally {
      decoder?.close();
    }
  },

  async survey(base, marks, signal) {
    const window = new Uint8Array(1024 * 1024);
    let walker = new FrameWalker();
    let at = 0;
    let position = 0;
    let begun = false;
    for (;;) {
      const length = await readFully(base, window, at, signal);
      for (let done = 0; done < length;) {
        if (!begun && position > 0) marks.add({ position, at: at + done });
        begun = true;
        done = walker.advance(window.subarray(0, length), done);
        if (walker.wrong) return false;
        if (!walker.done) continue;
        if (!walker.skippable) {
          if (walker.contentSize === undefined) return false;
          position += walker.contentSize;
        }
        walker = new FrameWalker();
        begun = false;
      }
      at += length;
      if (begun && length < window.length) return false;
      if (begun && position === 0 && at > longestFirstFrame) return false;
      if (length < window.length) {
        marks.ended(position);
        return true;
      }
    }
  },
};

/** Where the first frame is longer than this, there is little to learn from walking on. */
const longestFirstFrame = 64 * 1024 * 1024;

/** Decodes one frame. */
interface FrameDecoder {
  feed(bytes: Uint8Array, last: boolean): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Of what was decoded, where the decoder does not look at the frame's checksum itself. */
  readonly hash?: Xxh64;
  close(): void;
}

/** Whether this Node decodes zstd itself: from 22.15 on. */
export function nativeZstd(): boolean {
  return nativeDecoder() !== undefined;
}

function frameDecoder(): FrameDecoder {
  const stream = nativeDecoder()?.();
  return stream === undefined ? plainDecoder() : new Pump(stream);
}

function nativeDecoder(): (() => ZlibStream) | undefined {
  const create: unknown = Reflect.get(builtins.zlib, 'createZstdDecompress');
  if (!isFactory(create)) return undefined;
  const windowLog: unknown = Reflect.get(builtins.zlib.constants, 'ZSTD_d_windowLogMax');
  // Files made with --long=31 are common; what the window costs, the file's maker has chosen.
  const params = typeof windowLog === 'number' ? { [windowLog]: 31 } : {};
  return () => create({ chunkSize, params });
}

function isFactory(value: unknown): value is (options: object) => ZlibStream {
  return typeof value === 'function';
}

function plainDecoder(): FrameDecoder {
  let chunks: Uint8Array[] = [];
  const hash = new Xxh64();
  const decoder = new Decompress((chunk) => {
    if (chunk.length === 0) return;
    hash.update(chunk);
    chunks.push(chunk);
  });
  return {
    hash,
    feed(bytes, last) {
      // fzstd keeps what it was given until a block is whole.
      decoder.push(bytes.slice(), last);
      const made = chunks;
      chunks = [];
      return made;
    },
    close: () => undefined,
  };
}
