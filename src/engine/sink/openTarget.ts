import { openFileSink, type FileSinkOptions } from './atomicFile.ts';
import type { ByteSink } from './byteSink.ts';
import { compressedSink } from './compressedSink.ts';
import { createCompressor, splitCompression } from './compressor.ts';

/**
 * Opens the target of an export: compressed where its name ends in `.gz` or `.zst`.
 * @throws SinkError as `openFileSink`, and `unsupported` where this runtime has no encoder
 */
export async function openTarget(path: string, options: FileSinkOptions): Promise<ByteSink> {
  const { compression } = splitCompression(path);
  if (compression === undefined) return openFileSink(path, options);
  const before = options.resume?.state.compression;
  const compressor = createCompressor(compression, path, before);
  return compressedSink(await openFileSink(path, options), compressor, before);
}
