import type { HttpLimits } from './http/limits.ts';
import { hasSecrets, isAddress, parseAddress } from './http/address.ts';
import { dataFileName, isDataUrl, readDataUrl, shownDataUrl } from './data.ts';
import type { HeaderFields, SourcePlace } from './source.ts';

/** What is said of a place besides where it is. */
export interface LocationOptions {
  /** Sent along with requests for an address. */
  readonly headers?: HeaderFields | undefined;
  /** Of what a server gives only once, so many bytes are kept. */
  readonly keep?: number | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
}

/** Something that people write to say where a file is, and that is no path. */
interface AddressKind {
  matches(location: string): boolean;
  place(location: string, options: LocationOptions): SourcePlace;
  /** The name of the file there, whose ending says what it is. */
  fileName(location: string): string;
  /** @throws SourceError `unsupported` where it is none; the message does not repeat it */
  parse(location: string): AddressParts;
}

/** An address, as far as it may be shown. */
export interface AddressParts {
  /** For messages. */
  readonly shown: string;
  /** The address in full, but for what is secret. */
  readonly href: string;
  readonly authority: string;
  /** Ends with a name for the file. */
  readonly path: string;
  /** Whether it holds what must not be written down. */
  readonly secret: boolean;
}

/** The first one is what an address is taken for that is of no kind. */
const kinds: readonly [AddressKind, ...AddressKind[]] = [
  {
    matches: isAddress,
    place: (url, options) => ({ kind: 'url', url, ...options }),
    fileName: (url) => url.replace(/[?#].*$/s, ''),
    parse(text) {
      const address = parseAddress(text);
      const { href, host, pathname } = address.url;
      return { shown: address.shown, href, authority: host, path: pathname, secret: hasSecrets(address) };
    },
  },
  {
    matches: isDataUrl,
    place: (url) => ({ kind: 'data', url }),
    fileName: dataFileName,
    parse(text) {
      readDataUrl(text);
      const shown = shownDataUrl(text);
      return { shown, href: text, authority: '', path: `/${dataFileName(text)}`, secret: false };
    },
  },
];

/** Where the file is that a path or an address leads to. */
export function placeAt(location: string, options: LocationOptions = {}): SourcePlace {
  return kindOf(location)?.place(location, options) ?? { kind: 'file', path: location };
}

/** The name of the file at a path or address, whose ending says what it is. */
export function fileNameAt(location: string): string {
  return kindOf(location)?.fileName(location) ?? location;
}

/** @throws SourceError `unsupported` where the text is no address; the message does not repeat it */
export function addressParts(text: string): AddressParts {
  return (kindOf(text) ?? kinds[0]).parse(text);
}

function kindOf(location: string): AddressKind | undefined {
  return kinds.find((kind) => kind.matches(location));
}
