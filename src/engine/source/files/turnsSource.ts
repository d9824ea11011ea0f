import { said } from '../../../said/said.ts';
import { lineFeed } from '../../ascii.ts';
import { RecentMap } from '../../recentMap.ts';
import { type FileSpans, type Source, SourceError, type SourceSpec } from '../source.ts';
import { OpenParts } from './openParts.ts';
import type { FilePart } from './part.ts';
import { standingOfParts } from './standing.ts';
import type { Turns } from './turns.ts';

/** Bytes that are read of a file at a time: its turns may be a record each. */
const windowLength = 128 * 1024;
/** Files of which such bytes are kept. */
const mostWindows = 64;

interface Window {
  /** Its first byte in the file. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

/**
 * Several files as one run of bytes in which they take turns. All of them stand there as they are on disk, so that a turn is
 * found where it is in its file.
 */
export function turnsSource(
  name: string,
  parts: readonly FilePart[],
  turns: Turns,
  open: (spec: SourceSpec) => Promise<Source>,
): Source & { readonly files: FileSpans } {
  const opened = new OpenParts((number) => {
    const { path, identity, encoding } = parts[number];
    return open({ kind: 'file', path, identity, encoding });
  });
  const windows = new RecentMap<number, Window>(mostWindows);
  let closing: Promise<void> | undefined;

  /** Copies what is at hand of a turn; answers how many bytes. */
  function copied(into: Uint8Array, file: number, at: number): number {
    const { from, length = 0 } = parts[file];
    // A last line without an end gets one, so that no record goes on in the next turn.
    if (at >= from + length) {
      into[0] = lineFeed;
      return 1;
    }
    const window = windows.get(file);
    if (!window || at < window.from || at >= window.from + window.bytes.length) return 0;
    const some = window.bytes.subarray(at - window.from, at - window.from + into.length);
    into.set(some);
    return some.length;
  }

  async function fill(file: number, at: number, signal: AbortSignal | undefined): Promise<number> {
    const { from, length = 0 } = parts[file];
    const bytes = new Uint8Array(Math.min(windowLength, from + length - at));
    const got = await opened.use(file, (source) => source.read(bytes, at, signal));
    windows.set(file, { from: at, bytes: bytes.subarray(0, got) });
    return got;
  }

  return {
    name,
    size: turns.size,
    random: true,
    kept: true,
    async read(into, position, signal) {
      signal?.throwIfAborted();
      let done = 0;
      let turn = turns.at(position);
      while (done < into.length && position + done < turns.size) {
        const now = position + done;
        while (turns.start(turn + 1) <= now) turn++;
        const file = turns.file(turn);
        const at = turns.from(turn) + now - turns.start(turn);
        const rest = into.subarray(done, done + turns.start(turn + 1) - now);
        const got = copied(rest, file, at);
        done += got;
        if (got > 0) continue;
        try {
          if ((await fill(file, at, signal)) > 0) continue;
        } catch (error) {
          // What was read is handed on; the next call finds the failure again.
          if (done > 0 && error instanceof SourceError) break;
          throw error;
        }
        if (done > 0) break;
        throw new SourceError('changed', said`${parts[file].path} has changed since it was opened.`, now);
      }
      return done;
    },
    files: {
      count: parts.length,
      pathAt(position) {
        const { path, name = path } = parts[turns.file(turns.at(position))];
        return name;
      },
      partitionsAt: (position) => parts[turns.file(turns.at(position))].partitions ?? [],
      offsetAt(position) {
        const turn = turns.at(position);
        return turns.from(turn) + position - turns.start(turn);
      },
      nextAfter: (position) => turns.openAfter(position),
    },
    // Neighbours may be of any of them.
    standing: () => standingOfParts(parts),
    close: () => (closing ??= opened.close()),
  };
}
