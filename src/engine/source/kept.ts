import { tmpdir } from 'node:os';
import { said } from '../../said/said.ts';
import { withSignal } from './signals.ts';
import { type Source, SourceError } from './source.ts';
import type { ByteStream } from './stream.ts';
import { openTemporary, writeAt } from './temporary.ts';

/**
 * A stream whose bytes are kept in a temporary file as they come, so that they can be read again. It is taken no
 * further than somebody has read. The file is removed in any case.
 * @param most bytes that are kept; what comes after them cannot be read
 */
export async function keptStream(stream: ByteStream, most: number): Promise<Source> {
  const file = await openTemporary();
  let kept = 0;
  let ended = false;
  let taking: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  async function take(): Promise<void> {
    if (kept >= most) throw tooMuch();
    const chunk = await stream.next();
    if (chunk === undefined) {
      ended = true;
      return;
    }
    const part = chunk.subarray(0, most - kept);
    await writeAt(file.handle, part, kept).catch(full);
    kept += part.length;
  }

  function tooMuch(): SourceError {
    const megabytes = (most / 1e6).toLocaleString('en');
    return new SourceError(
      'unsupported',
      said`${stream.name} can be read only once, and is larger than the ${megabytes} MB that may be kept in a temporary file. Save it to a file first, or raise the limit in the settings.`,
      kept,
    );
  }

  function full(cause: unknown): never {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError('failed', said`${stream.name} cannot be kept in ${tmpdir()}: ${reason}.`, kept, {
      cause,
    });
  }

  async function close(): Promise<void> {
    await stream.close();
    await taking?.catch(() => undefined);
    await file.close();
  }

  return {
    name: stream.name,
    get size() {
      return ended ? kept : stream.size;
    },
    random: false,
    kept: true,
    async read(into, position, signal) {
      signal?.throwIfAborted();
      if (closing) throw new SourceError('failed', said`${stream.name} is closed.`, position);
      while (position >= kept && !ended) {
        // Whoever gives up waiting leaves the chunk to come for the next reader.
        taking ??= take().finally(() => (taking = undefined));
        await withSignal(taking, signal);
      }
      const length = Math.max(0, Math.min(into.length, kept - position));
      if (length === 0) return 0;
      const { bytesRead } = await file.handle.read(into, 0, length, position);
      signal?.throwIfAborted();
      return bytesRead;
    },
    close: () => (closing ??= close()),
  };
}
