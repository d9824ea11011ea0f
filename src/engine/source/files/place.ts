import { createHash } from 'node:crypto';
import { identifyFile } from '../file.ts';
import { stateOf } from '../filePlace.ts';
import type { OpenPlaceOptions, Place } from '../place.ts';
import type { FileIdentity, SourcePlace } from '../source.ts';
import { filesSource } from './filesSource.ts';
import { readParts, type FilePart } from './part.ts';

/** Several files as one. A change of any of them makes others of all, as what follows it moves. */
export function filesPlace(spec: Extract<SourcePlace, { readonly kind: 'files' }>): Place {
  const parts = readParts(spec.parts);
  const opened = together(parts.map(({ identity }) => identity));
  const now = async (): Promise<FileIdentity> => together(await identities(parts));
  return {
    spec,
    paths: parts.map(({ path }) => path),
    remote: false,
    watch: { opened, now },
    kept: (restMs) => ({
      path: digest(parts.map(({ path, from }) => [path, from])),
      state: stateOf(opened, restMs),
    }),
    open({ openSource, blocking }: OpenPlaceOptions) {
      if (!openSource) throw new TypeError('A file of several is opened by its own place.');
      // Files are opened long after this, when its signal may have been aborted.
      const source = filesSource(spec.name, parts, (part) => openSource(part, { blocking }));
      return Promise.resolve({ source, place: spec, current: now });
    },
  };
}

/** One state for all: that of the last change, under a name that changes with any of them. */
function together(identities: readonly FileIdentity[]): FileIdentity {
  const { max } = Math;
  return {
    size: identities.reduce((sum, { size }) => sum + size, 0),
    mtimeMs: identities.reduce((last, { mtimeMs }) => max(last, mtimeMs), 0),
    ctimeMs: identities.reduce((last, { ctimeMs }) => max(last, ctimeMs), 0),
    openedMs: identities.reduce((last, { openedMs }) => max(last, openedMs), 0),
    dev: 'files',
    ino: digest(identities.map(({ size, mtimeMs, ctimeMs, dev, ino }) => [size, mtimeMs, ctimeMs, dev, ino])),
  };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** How many files are looked at at a time. */
const atOnce = 16;

async function identities(parts: readonly FilePart[]): Promise<FileIdentity[]> {
  const found: FileIdentity[] = [];
  for (let i = 0; i < parts.length; i += atOnce) {
    const some = parts.slice(i, i + atOnce);
    found.push(...(await Promise.all(some.map(({ path }) => identifyFile(path)))));
  }
  return found;
}
