import type { InputType, ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';
import { said } from '../../said/said.ts';
import { builtins } from '../builtins.ts';
import type { CompressionState } from './byteSink.ts';
import { SinkError } from './sinkError.ts';

/** A format that compresses a stream of bytes piece by piece, so that pieces can be compressed side by side. */
export interface Compressor {
  /** Bytes of a piece: more of them compress better, and take more memory. */
  readonly pieceLength: number;
  /** Bytes before a piece that `compress` wants to see. */
  readonly windowLength: number;
  /** What the file begins with. */
  readonly head: Uint8Array;
  /** Compresses a piece. Called in order, though what it answers may come in any order. */
  compress(piece: Uint8Array, window: Uint8Array): Promise<Uint8Array>;
  /** What the file ends with, after the last piece. */
  tail(): Uint8Array;
  /** What was given to `compress`: its length in bytes, and its CRC-32. */
  readonly taken: Pick<CompressionState, 'length' | 'checksum'>;
}

export type Compression = 'gzip' | 'zstd';

/** The compression that the name of a file asks for, and the name without it. */
export function splitCompression(path: string): {
  readonly plain: string;
  readonly suffix: string;
  readonly compression: Compression | undefined;
} {
  const suffix = /\.(gz|gzip|zst|zstd)$/i.exec(path)?.[0] ?? '';
  const compression = suffix === '' ? undefined : /^\.gz/i.test(suffix) ? 'gzip' : 'zstd';
  return { plain: path.slice(0, path.length - suffix.length), suffix, compression };
}

/**
 * @param name the target's, for the message
 * @param taken what an earlier one, whose file is gone on with, was given
 * @throws SinkError `unsupported` where this runtime cannot
 */
export function createCompressor(
  compression: Compression,
  name: string,
  taken: Compressor['taken'] = { length: 0, checksum: 0 },
): Compressor {
  if (compression === 'gzip') return createGzip(taken);
  const compress = zstdCompress();
  if (compress !== undefined) return createZstd(compress, taken);
  throw new SinkError(
    'unsupported',
    said`${name} cannot be written: zstd needs Node 22.15 or newer, and this is Node ${process.versions.node}. Choose a name that ends in .gz.`,
  );
}

/**
 * One gzip member (RFC 1952), as pigz makes it: each piece is deflated by itself with the 32 KiB before it as its
 * dictionary, and ends on a whole byte. So it is a file like any other, and decoding can begin at every piece.
 */
function createGzip(taken: Compressor['taken']): Compressor {
  const { zlib } = builtins;
  const deflateRaw = promisify<InputType, ZlibOptions, Uint8Array>(zlib.deflateRaw);
  let { checksum, length } = taken;
  return {
    get taken() {
      return { checksum, length };
    },
    pieceLength: 1024 * 1024,
    windowLength: 32 * 1024,
    // Magic, DEFLATE, no flags, no time, no extra flags, no operating system: the same bytes for the same rows.
    head: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff),
    compress(piece, window) {
      checksum = zlib.crc32(piece, checksum);
      length += piece.length;
      return deflateRaw(piece, {
        finishFlush: zlib.constants.Z_SYNC_FLUSH,
        ...(window.length > 0 && { dictionary: window }),
      });
    },
    tail() {
      const tail = new DataView(new ArrayBuffer(emptyLastBlock.length + 8));
      emptyLastBlock.forEach((byte, i) => tail.setUint8(i, byte));
      tail.setUint32(emptyLastBlock.length, checksum, true);
      tail.setUint32(emptyLastBlock.length + 4, length % 2 ** 32, true);
      return new Uint8Array(tail.buffer);
    },
  };
}

/** DEFLATE's shortest stream: a last block of fixed codes with nothing in it. */
const emptyLastBlock = [0x03, 0x00];

/** zstd frames (RFC 8878), one a piece, each with its size and checksum: decoding can begin at every one. */
function createZstd(compress: ZstdCompress, taken: Compressor['taken']): Compressor {
  const checksumFlag: unknown = Reflect.get(builtins.zlib.constants, 'ZSTD_c_checksumFlag');
  const params = typeof checksumFlag === 'number' ? { [checksumFlag]: 1 } : {};
  let { length } = taken;
  return {
    // Each frame has the checksum of its own content.
    get taken() {
      return { checksum: 0, length };
    },
    pieceLength: 4 * 1024 * 1024,
    windowLength: 0,
    head: new Uint8Array(0),
    compress(piece) {
      length += piece.length;
      return new Promise((resolve, reject) => {
        const options = { params, pledgedSrcSize: piece.length };
        compress(piece, options, (error, bytes) => (error ? reject(error) : resolve(bytes)));
      });
    },
    // A file of no frame is no zstd file: its header, and a last raw block of nothing.
    tail: () => (length === 0 ? emptyFrame : new Uint8Array(0)),
  };
}

/** Magic, a descriptor of a single segment, a content of 0 bytes, a last block of 0 bytes. */
const emptyFrame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00);

type ZstdCompress = (
  bytes: Uint8Array,
  options: object,
  done: (error: Error | null, bytes: Uint8Array) => void,
) => void;

/** Node's own from 22.15 on, and so VS Code's; the types here are those of Node 20. */
function zstdCompress(): ZstdCompress | undefined {
  const compress: unknown = Reflect.get(builtins.zlib, 'zstdCompress');
  return isZstdCompress(compress) ? compress : undefined;
}

function isZstdCompress(value: unknown): value is ZstdCompress {
  return typeof value === 'function';
}

/** Whether `.zst` can be written here. */
export function writesZstd(): boolean {
  return zstdCompress() !== undefined;
}
