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
import { FileParts } from './part.ts';
import { Turns } from './turns.ts';
import { turnsSource } from './turnsSource.ts';

/** Several files as one. A change of any of them makes others of all, as what follows it moves. */
export function filesPlace(spec: Extract<SourcePlace, { readonly kind: 'files' }>): Place {
  const parts = new FileParts(spec.parts);
  let state: FileIdentity | undefined;
  // Threads that only read do not ask for it.
  const opened = (): FileIdentity => (state ??= together(identitiesIn(parts)));
  const { search } = spec;
  const now = async (): Promise<FileIdentity> => together(await identities(parts));
  return {
    spec,
    get paths() {
      return parts.paths;
    },
    remote: false,
    get watch() {
      return search ? watchSearch(search, parts, spec.unread ?? [], opened()) : { opened: opened(), now };
    },
    // Whoever opens them later has what came to them in other places, and may have them in another order.
    kept: (restMs) =>
      spec.grown === undefined && spec.turns === undefined
        ? {
            path: digest(parts.paths.map((path, number) => [path, parts.piece(number).from])),
            state: stateOf(opened(), restMs),
          }
        : undefined,
    open({ openSource, blocking }: OpenPlaceOptions) {
      if (!openSource) throw new TypeError('A file of several is opened by its own place.');
      // Files are opened long after this, when its signal may have been aborted.
      const openPart = (part: SourceSpec) => openSource(part, { blocking });
      const source = spec.turns
        ? turnsSource(spec.name, [...parts], new Turns(spec.turns), openPart)
        : filesSource(spec.name, parts, readExtents(spec.grown), openPart);
      return Promise.resolve({ source, place: spec, current: now });
    },
  };
}

/** Sees as well which files have come or gone. */
function watchSearch(
  search: FileSearch,
  parts: FileParts,
  unread: readonly string[],
  opened: FileIdentity,
): Watch {
  const look = async () => {
    const { paths } = parts;
    const listed = new Set([...paths, ...unread]);
    const found = new Set((await findFiles(search, new AbortController().signal)).map(({ path }) => path));
    const states = await eachFile(paths, (path, blocking) =>
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
      const same = together(states.filter((state) => state !== undefined));
      return added.length + removed.length === 0
        ? same
        : { ...same, ino: digest([same.ino, added, removed]) };
    },
    async difference() {
      const { added, removed, states } = await look();
      let changed = 0;
      for (const [i, { text, identity }] of [...parts].entries()) {
        const state = states[i];
        if (text === undefined && state && stateText(state) !== stateText(identity)) changed++;
      }
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
function together(identities: Iterable<FileIdentity>): FileIdentity {
  const { max } = Math;
  const all = { size: 0, mtimeMs: 0, ctimeMs: 0, openedMs: 0 };
  const name = createHash('sha256');
  for (const identity of identities) {
    all.size += identity.size;
    all.mtimeMs = max(all.mtimeMs, identity.mtimeMs);
    all.ctimeMs = max(all.ctimeMs, identity.ctimeMs);
    all.openedMs = max(all.openedMs, identity.openedMs);
    name.update(`${stateText(identity)}\n`);
  }
  return { ...all, dev: 'files', ino: name.digest('hex').slice(0, 32) };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

function stateText({ size, mtimeMs, ctimeMs, dev, ino }: FileIdentity): string {
  return [size, mtimeMs, ctimeMs, dev, ino].join(' ');
}

function* identitiesIn(parts: FileParts): Generator<FileIdentity> {
  for (const { identity } of parts) yield identity;
}

/** @throws SourceError where one is gone */
function identities(parts: FileParts): Promise<FileIdentity[]> {
  return eachFile(parts.paths, identifyFile);
}
