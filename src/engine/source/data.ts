import { said, type Said } from '../../said/said.ts';
import type { Place } from './place.ts';
import { SourceError, type Source, type SourcePlace } from './source.ts';

/** What is written in a `data:` URL (RFC 2397), in the address itself. */
export type DataPlace = Extract<SourcePlace, { readonly kind: 'data' }>;

export function isDataUrl(text: string): boolean {
  return /^data:/i.test(text);
}

/** `data:text/csv`: without what follows, which may be long. */
export function shownDataUrl(url: string): string {
  return url.replace(/[;,].*$/s, '').toLowerCase();
}

/** A name whose ending is that of the media type. */
export function dataFileName(url: string): string {
  return `data${endings[shownDataUrl(url).slice('data:'.length)] ?? ''}`;
}

const endings: Readonly<Record<string, string | undefined>> = {
  'text/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/json': '.json',
  'application/jsonl': '.jsonl',
  'application/x-ndjson': '.ndjson',
};

/** @throws SourceError `unsupported`, in words that do not repeat the URL */
export function readDataUrl(url: string): Uint8Array {
  const comma = url.indexOf(',');
  if (comma === -1) throw malformed(said`it has no comma before its data`);
  const [head, text] = [url.slice(0, comma), url.slice(comma + 1)];
  // A browser would leave out what comes after it.
  if (text.includes('#')) throw malformed(said`a '#' in it must be written as %23`);
  const bytes = percentDecoded(text);
  if (!/;\s*base64\s*$/i.test(head)) return bytes;
  const base64 = bytes.toString('latin1').replaceAll(/\s/g, '');
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(base64)) throw malformed(said`its data is not Base64`);
  return Buffer.from(base64, 'base64');
}

function malformed(reason: Said): SourceError {
  return new SourceError('unsupported', said`This data: URL cannot be read: ${reason}.`);
}

function percentDecoded(text: string): Buffer {
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}

export function dataPlace(spec: DataPlace): Place {
  return {
    spec,
    paths: [],
    remote: false,
    watch: undefined,
    kept: () => undefined,
    open: () =>
      Promise.resolve({ source: memorySource(shownDataUrl(spec.url), readDataUrl(spec.url)), place: spec }),
  };
}

/** What is in memory, as a source. */
export function memorySource(name: string, bytes: Uint8Array): Source {
  return {
    name,
    size: bytes.length,
    random: true,
    read(into, position, signal) {
      signal?.throwIfAborted();
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}
