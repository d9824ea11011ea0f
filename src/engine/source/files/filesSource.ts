import { said } from '../../../said/said.ts';
import { lineFeed } from '../../ascii.ts';
import { type FileSpans, type Source, SourceError, type SourceSpec } from '../source.ts';
import { decodedSource } from '../compressed/decoded.ts';
import { Marks } from '../compressed/marks.ts';
import { columnsCodec } from './columns.ts';
import type { Extent } from './extents.ts';
import { OpenParts } from './openParts.ts';
import type { FileParts, FilePart, Piece } from './part.ts';
import { Spans, type Span } from './spans.ts';
import { standingOfParts } from './standing.ts';

/** Bytes of text between places from which it can be put under other columns again. */
const markSpacing = 4 * 1024 * 1024;

/**
 * Several files as one run of decoded bytes, in their order. A file whose last line has no end gets one, so that no
 * record goes on in the next file. Few files are open at a time.
 * @param grown what came to them later: it stands behind all of them
 * @param open opens the text of a file
 */
export function filesSource(
  name: string,
  parts: FileParts,
  grown: readonly Extent[],
  open: (spec: SourceSpec) => Promise<Source>,
): Source & { readonly files: FileSpans } {
  const count = parts.count + grown.length;
  const fileOf = (number: number): number =>
    number < parts.count ? number : grown[number - parts.count].file;
  const partOf = (number: number): FilePart => parts.at(fileOf(number));
  const piece = (number: number): Piece =>
    number < parts.count ? parts.piece(number) : { ...grown[number - parts.count], ended: true };
  const spans = new Spans({ count, piece });
  const opened = new OpenParts(async (number) => {
    const { path, identity, encoding, text, columns } = parts.at(number);
    if (text !== undefined)
      return open({ kind: 'data', url: `data:,${encodeURIComponent(text)}`, encoding: 'utf-8' });
    const source = await open({ kind: 'file', path, identity, encoding });
    return columns ? decodedSource(source, columnsCodec(columns), new Marks(markSpacing)) : source;
  });
  let closing: Promise<void> | undefined;

  /** As `Source.read`, of one file. */
  async function readPart(
    number: number,
    into: Uint8Array,
    at: number,
    start: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { from } = piece(number);
    // One that cannot be opened fails where it was to be read.
    let failsFrom = start + at;
    try {
      return await opened.use(fileOf(number), (source) => {
        failsFrom = start - from;
        return source.read(into, from + at, signal);
      });
    } catch (error) {
      throw placed(error, failsFrom);
    }
  }

  /** What follows of a file at a position, at most `into` holds; 0 where the file ends there. */
  async function readOn(
    into: Uint8Array,
    position: number,
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const span = spans.at(position);
    if (span === undefined) return undefined;
    const { number, start, length } = span;
    const at = position - start;
    if (length === undefined) {
      const got = await readPart(number, into, at, start, signal);
      // The position may lie far behind the file's end: then it is in one of those that follow.
      if (got === 0) await noteEnd(span, signal);
      return got;
    }
    if (at >= length) {
      into[0] = lineFeed;
      return 1;
    }
    const got = await readPart(number, into.subarray(0, length - at), at, start, signal);
    if (got === 0) {
      const { path } = partOf(number);
      throw new SourceError('changed', said`${path} has changed since it was opened.`, position);
    }
    return got;
  }

  /** Notes where a file ends that was read past its end. */
  async function noteEnd({ number, start }: Span, signal: AbortSignal | undefined): Promise<void> {
    const { from } = piece(number);
    const { path } = partOf(number);
    const size = await opened.use(fileOf(number), (source) => Promise.resolve(source.size));
    if (size === undefined) throw new TypeError(`${path} has ended and says no size.`);
    const length = Math.max(0, size - from);
    spans.ends(number, length, length === 0 || (await lastByte(number, length, start, signal)) === lineFeed);
  }

  async function lastByte(
    number: number,
    length: number,
    start: number,
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const byte = new Uint8Array(1);
    await readPart(number, byte, length - 1, start, signal);
    return byte.at(0);
  }

  /** The files that the bytes in [from, to) are of, each once. */
  function partsIn(from: number, to: number): FilePart[] {
    const numbers = new Set<number>();
    for (let at: number | undefined = from; at !== undefined && at < to; at = spans.nextAfter(at)) {
      const span = spans.at(at);
      if (!span) break;
      numbers.add(fileOf(span.number));
    }
    return [...numbers].map((number) => parts.at(number));
  }

  const spanAt = (position: number): Pick<Span, 'number' | 'start'> =>
    spans.at(position) ?? { number: count - 1, start: position };

  return {
    name,
    get size() {
      return spans.size;
    },
    get random() {
      return spans.size !== undefined;
    },
    // A file that has to be decoded is decoded again from its beginning.
    kept: true,
    async read(into, position, signal) {
      signal?.throwIfAborted();
      let done = 0;
      while (done < into.length) {
        let got: number | undefined;
        try {
          got = await readOn(into.subarray(done), position + done, signal);
        } catch (error) {
          // What was read is handed on; the next call finds the failure again.
          if (done > 0 && error instanceof SourceError) break;
          throw error;
        }
        if (got === undefined) break;
        done += got;
      }
      return done;
    },
    files: {
      // The header of all is none of them, and stands before them.
      count: parts.count - (parts.at(0).text === undefined ? 0 : 1),
      pathAt(position) {
        const { path, name = path } = partOf(spanAt(position).number);
        return name;
      },
      partitionsAt: (position) => partOf(spanAt(position).number).partitions ?? [],
      offsetAt(position) {
        const { number, start } = spanAt(position);
        return partOf(number).columns ? undefined : piece(number).from + position - start;
      },
      nextAfter: (position) => spans.nextAfter(position),
    },
    standing: (from = 0, to = Infinity) => standingOfParts(partsIn(from, to)),
    close: () => (closing ??= opened.close()),
  };
}

/** A failure of a file, with its position in the run. */
function placed(error: unknown, start: number): unknown {
  if (!(error instanceof SourceError)) return error;
  const { failure, said, position, cause } = error;
  return new SourceError(failure, said, Math.max(0, start + position), { cause });
}
