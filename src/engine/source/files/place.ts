import { createHash } from 'node:crypto';
import type { FileSearch } from '../../../protocol/fileSearch.ts';
import { said, type Said } from '../../../said/said.ts';
import { identifyFile } from '../file.ts';
import { stateOf } from '../filePlace.ts';
import type { OpenPlaceOptions, Place, Watch } from '../place.ts';
import type { FileIdentity, SourcePlace, SourceSpec } from '../source.ts';
import { eachFile } from './eachFile.ts';
import { readExtents } from './extents.ts';
import { filesSource } from './filesSource.ts';
import { findFiles } from './search.ts';
import { readParts, type FilePart } from './part.ts';
import { Turns } from './turns.ts';
import { turnsSource } from './turnsSource.ts';

/** Several files as one. A change of any of them makes others of all, as what follows it moves. */
export function filesPlace(spec: Extract<SourcePlace, { readonly kind: 'files' }>): Place {
  const parts = readParts(spec.parts);
  let state: FileIdentity | undefined;
  // Threads that only read do not ask for it.
  const opened = (): FileIdentity => (state ??= together(parts.map(({ identity }) => identity)));
  const { search } = spec;
  const now = async (): Promise<FileIdentity> => together(await identities(parts));
  const listed = new Set([...parts.map(({ path }) => path), ...(spec.unread ?? [])]);
  return {
    spec,
    paths: parts.map(({ path }) => path),
    remote: false,
    get watch() {
      return search ? watchSearch(search, parts, listed, opened()) : { opened: opened(), now };
    },
    // Whoever opens them later has what came to them in other places, and may have them in another order.
    kept: (restMs) =>
      spec.grown === undefined && spec.turns === undefined
        ? {
            path: digest(parts.map(({ path, from }) => [path, from])),
            state: stateOf(opened(), restMs),
          }
        : undefined,
    open({ openSource, blocking }: OpenPlaceOptions) {
      if (!openSource) throw new TypeError('A file of several is opened by its own place.');
      // Files are opened long after this, when its signal may have been aborted.
      const openPart = (part: SourceSpec) => openSource(part, { blocking });
      const source = spec.turns
        ? turnsSource(spec.name, parts, new Turns(spec.turns), openPart)
        : filesSource(spec.name, parts, readExtents(spec.grown), openPart);
      return Promise.resolve({ source, place: spec, current: now });
    },
  };
}

/** Sees as well which files have come or gone. */
function watchSearch(
  search: FileSearch,
  parts: readonly FilePart[],
  listed: ReadonlySet<string>,
  opened: FileIdentity,
): Watch {
  const look = async () => {
    const found = new Set((await findFiles(search, new AbortController().signal)).map(({ path }) => path));
    const states = await eachFile(parts, ({ path }, blocking) =>
      identifyFile(path, blocking).catch(() => undefined),
    );
    return {
      added: [...found].filter((path) => !listed.has(path)),
      removed: [...listed].filter((path) => !found.has(path)),
      states,
    };
  };
  return {
    opened,
    async now() {
      const { added, removed, states } = await look();
      const same = together(states.flatMap((state) => state ?? []));
      return added.length + removed.length === 0
        ? same
        : { ...same, ino: digest([same.ino, added, removed]) };
    },
    async difference() {
      const { added, removed, states } = await look();
      const changed = states.filter(
        (state, i) =>
          parts[i].text === undefined &&
          state !== undefined &&
          stateText(state) !== stateText(parts[i].identity),
      ).length;
      const counts = [
        ...countOf(added.length, said`1 file was added`, said`${added.length} files were added`),
        ...countOf(removed.length, said`1 file was removed`, said`${removed.length} files were removed`),
        ...countOf(changed, said`1 file was changed`, said`${changed} files were changed`),
      ];
      if (counts.length === 0) return undefined;
      const all = counts.reduce((before, count) => said`${before}, ${count}`);
      return said`${all}. The preview shows the files as they were.`;
    },
  };
}

function countOf(count: number, one: Said, many: Said): Said[] {
  return count === 0 ? [] : [count === 1 ? one : many];
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
    ino: digest(identities.map(stateText)),
  };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

function stateText({ size, mtimeMs, ctimeMs, dev, ino }: FileIdentity): string {
  return [size, mtimeMs, ctimeMs, dev, ino].join(' ');
}

/** @throws SourceError where one is gone */
function identities(parts: readonly FilePart[]): Promise<FileIdentity[]> {
  return eachFile(parts, ({ path }, blocking) => identifyFile(path, blocking));
}
