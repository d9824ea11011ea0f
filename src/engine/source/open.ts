import { said } from '../../said/said.ts';
import { type Codec, type DecodedSource, decodedSource } from './compressed/decoded.ts';
import { encodedLength } from './encoding/encodedLength.ts';
import { EncodedOffsets } from './encoding/encodedOffsets.ts';
import { encodingName, transcoder } from './encoding/encoding.ts';
import { keepHead } from './head.ts';
import type { HttpLimits } from './http/limits.ts';
import { Marks, type Learnt } from './compressed/marks.ts';
import { pageLimits, PageStore } from './compressed/pageStore.ts';
import type { SourcePart } from './part.ts';
import type { Place } from './place.ts';
import { placeOf } from './places.ts';
import { readSome } from './read.ts';
import { recogniseEncoding } from './encoding/recognise.ts';
import { isOtherFile } from './otherFiles.ts';
import { canReadAgain, type FileIdentity, type Source, SourceError, type SourceSpec } from './source.ts';
import { takesBack } from './unread.ts';

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** Keeps decoded bytes that cannot be had again but by decoding all before them, in a temporary file. */
  readonly keepPages?: boolean | undefined;
  /** How long servers are waited for, other than usual. */
  readonly http?: Partial<HttpLimits> | undefined;
  /** See `OpenFileOptions`. */
  readonly blocking?: boolean | undefined;
}

export type Container = 'gzip' | 'zstd' | 'parquet';

/** A source as it was recognised, with its decoders on top of each other. */
export interface OpenedSource extends Source {
  /** The text's encoding in the file; what `read` gives is UTF-8 even where this is another. */
  readonly encoding: string;
  /** The text in the encoding that it has in the file; undefined where that is UTF-8, or the bytes are given once. */
  readonly encoded: Source | undefined;
  /** What was undone, outermost first. */
  readonly containers: readonly Container[];
  /** Bytes as they are stored, in all containers; undefined while a stream's end has not been seen. */
  readonly storedSize: number | undefined;
  /** Where it is, with its state at opening. */
  readonly place: Place;
  /** The state now of the file that is open; undefined where it is none. */
  readonly current: (() => Promise<FileIdentity>) | undefined;
  /** The bytes as they are stored, in all containers and encodings. */
  readonly stored: Source;
  /** Whether another thread can open it for itself: not what is given only once. */
  readonly reopens: boolean;
  /**
   * Positions below this can be read at any time and in any order, whatever `random` says: what a decoder has passed,
   * or the first bytes of a stream. `Infinity` for a source that is random from the start.
   */
  readonly reach: number;
  /** `size`, or a guess at it from what was decoded so far; undefined where there is nothing to go by. */
  readonly estimatedSize: number | undefined;
  /** How to open this source in another thread, with all that has been learnt so far. */
  spec(): SourceSpec;
  /** Takes over what another opening of the same source has learnt: `learnt` of its `spec`. */
  learn(learnt: readonly Learnt[]): void;
  /**
   * Positions in (from, to) where decoding can begin; none where it can begin anywhere. Work that is divided between
   * threads is best divided there.
   */
  splits(from: number, to: number): readonly number[];
  /**
   * Learns what can be learnt without decoding (members of bgzip, frames of pzstd), in one fast pass over the file;
   * answers whether the source is `random` now.
   */
  survey(signal?: AbortSignal): Promise<boolean>;
}

/** Decoded bytes between marks: 20 ms or so of inflating. */
const markSpacing = 16 * 1024 * 1024;
/** First bytes of a stream that can be read again. */
const headLength = 1024 * 1024;
const mostLayers = 4;

/**
 * Opens a source and undoes, by magic bytes and byte-order mark, what stands between its bytes and UTF-8 text.
 * @throws SourceError
 */
export async function openSource(spec: SourceSpec, options: OpenOptions = {}): Promise<OpenedSource> {
  const { signal } = options;
  const { source: base, place, current } = await placeOf(spec).open({ ...options, openSource });
  /** Positions must not go back. */
  const once = !canReadAgain(base);
  const layers: DecodedSource[] = [];
  const containers: Container[] = [];
  let encoding = 'utf-8';
  let encoded: Source | undefined;
  /** What has a schema of its own. */
  let typed: Source | undefined;
  let head: Uint8Array = new Uint8Array(0);
  let top = once ? keepHead(base, headLength) : base;
  try {
    while (containers.length < mostLayers) {
      // One read for both where it costs no more than the first would alone.
      const isCheap = containers.length === 0 && spec.encoding === undefined && current !== undefined;
      head = await readHead(top, isCheap ? Math.min(firstSample, top.size ?? firstSample) : 5, signal);
      const found = recogniseContainer(head);
      if (found === undefined) break;
      containers.push(found);
      const below = top;
      top = addLayer(below, await codecs[found](spec.part), options.keepPages && !once);
      if (found !== 'parquet') continue;
      // What its rows are written as is known: none has to be made to find out.
      typed = below;
      break;
    }
    if (spec.encoding !== undefined) encoding = knownEncoding(spec.encoding);
    else if (!typed) encoding = await sniffEncoding(top, head, signal);
    const codec = transcoder(encoding);
    if (codec !== undefined) {
      if (!once) encoded = top;
      top = addLayer(top, codec);
    }
  } catch (error) {
    await top.close();
    throw error;
  }
  if (once) top = takesBack(top);
  const textLayer = encoding === 'utf-8' ? undefined : layers.at(-1);
  const lengthOf = encodedLength(encoding);
  const offsets = textLayer && lengthOf ? new EncodedOffsets(top, textLayer, lengthOf) : undefined;
  spec.learnt?.forEach((learnt, i) => layers[i]?.learn(learnt));
  return openedSource();

  function addLayer(below: Source, codec: Codec, pagesToo = false): Source {
    const { spacing = markSpacing } = codec;
    const pages = pagesToo ? new PageStore({ ...pageLimits, near: 2 * spacing }) : undefined;
    const layer = decodedSource(below, codec, new Marks(spacing, markSpacing), once, pages);
    layers.push(layer);
    return once ? keepHead(layer, headLength) : layer;
  }

  function openedSource(): OpenedSource {
    const standing = base.standing?.bind(base);
    return {
      name: base.name,
      get size() {
        return top.size;
      },
      get random() {
        return top.random;
      },
      encoding,
      get storedSize() {
        return base.size;
      },
      encoded,
      offsets,
      files: base.files ?? {
        count: 1,
        pathAt: () => base.name,
        partitionsAt: () => [],
        offsetAt: (position: number) => position,
        nextAfter: () => undefined,
      },
      containers,
      ...(typed && { columns: async () => (await import('./parquet/columnPaths.ts')).columnPaths(typed) }),
      ...(typed && { times: async () => (await import('./parquet/timeColumns.ts')).timeColumns(typed) }),
      // Of a part there are fewer.
      ...(typed &&
        !spec.part && { rowCount: async () => (await import('./parquet/rowCount.ts')).rowCount(typed) }),
      place: placeOf(place),
      current,
      stored: base,
      // Positions in what was decoded say nothing of those in one file.
      ...(standing && {
        standing: (from?: number, to?: number) => (top === base ? standing(from, to) : standing()),
      }),
      reopens: base.random,
      get reach() {
        return once ? headLength : (layers.at(-1)?.reach ?? (base.random ? Infinity : 0));
      },
      get estimatedSize() {
        return layers.reduce((size, layer) => layer.estimate(size), base.size);
      },
      read: (into, position, readSignal) => top.read(into, position, readSignal),
      ...(top === base && { expect: (range?: { from: number; to: number }) => base.expect?.(range) }),
      ...(once && { unread: (bytes: Uint8Array, position: number) => top.unread?.(bytes, position) }),
      spec: () => ({
        ...place,
        encoding,
        part: spec.part,
        learnt: layers.map((layer) => layer.learnt()),
      }),
      learn: (learnt) => layers.forEach((layer, i) => learnt[i] && layer.learn(learnt[i])),
      splits: (from, to) => layers.at(-1)?.splits(from, to) ?? [],
      async survey(surveySignal) {
        for (const layer of layers) if (!(await layer.survey(surveySignal))) return false;
        return top.random;
      },
      close: () => top.close(),
    };
  }
}

/** Loaded for files that are in one: most are in none. */
const codecs: Readonly<Record<Container, (part: SourcePart | undefined) => Promise<Codec>>> = {
  gzip: async () => (await import('./compressed/gzip.ts')).gzip,
  zstd: async () => (await import('./compressed/zstd.ts')).zstd,
  parquet: async (part) => (await import('./parquet/parquet.ts')).parquet(part),
};

/**
 * By magic bytes: gzip (RFC 1952), zstd (RFC 8878, also its skippable frames), Parquet and the Thrift field that follows,
 * so that it is no text that begins with PAR1.
 */
export function recogniseContainer(head: Uint8Array): Container | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08) return 'gzip';
  if (head.length < 4) return undefined;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (magic === 0x31524150 && head[4] === 0x15) return 'parquet';
  if (magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50) return 'zstd';
  return undefined;
}

/** @throws SourceError */
function knownEncoding(label: string): string {
  const name = encodingName(label);
  if (name === undefined) throw new SourceError('unsupported', said`Unknown text encoding: ${label}.`);
  return name;
}

const firstSample = 64 * 1024;
const laterSample = 16 * 1024;

/**
 * Recognises the encoding by the text's beginning and, where that costs no decoding, by three places further on.
 * @param read what was read of its beginning before
 */
async function sniffEncoding(
  source: Source,
  read: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<string> {
  const isRead = read.length >= Math.min(firstSample, source.size ?? firstSample);
  const head = isRead ? read : await readHead(source, firstSample, signal);
  // What is refused once its format is asked for is no text in any encoding.
  if (isOtherFile(head)) return 'utf-8';
  const samples = [head];
  if (source.random && source.size !== undefined && source.size > 8 * firstSample) {
    for (const share of [0.25, 0.5, 0.75]) {
      const sample = new Uint8Array(laterSample);
      const position = Math.floor(source.size * share);
      const length = await readSome(source, sample, position, signal).catch((error: unknown) => {
        if (error instanceof SourceError) return 0;
        throw error;
      });
      samples.push(sample.subarray(0, length));
    }
  }
  return recogniseEncoding(samples, head.length < firstSample);
}

async function readHead(
  source: Source,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  return head.subarray(0, await readSome(source, head, 0, signal));
}
