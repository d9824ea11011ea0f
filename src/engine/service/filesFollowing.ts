import { dirname } from 'node:path';
import { said, type Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { GrownFiles } from '../dataset/follow/grownFiles.ts';
import { isCompressed } from '../run/follow.ts';
import { RecentMap } from '../recentMap.ts';
import { identifyFile } from '../source/file.ts';
import { eachFile } from '../source/files/eachFile.ts';
import { findFiles } from '../source/files/search.ts';
import { Changes } from '../source/follow/changes.ts';
import { findMs, goneMs, pollMs, pollMsPerFile } from '../source/follow/follower.ts';
import { keyOf, Tail } from '../source/follow/tail.ts';
import { type FileIdentity, SourceError } from '../source/source.ts';
import type { FollowedFile } from './fileFollowing.ts';

/** Bytes that are taken in at a time, of all files. */
const most = 32 * 1024 * 1024;
/** Of so many files the last bytes are known, which tells those that were overwritten. */
const mostOpen = 64;
/** More than what is compared before the end. */
const look = 4096;

/**
 * Takes in what is appended to several files that are one table, and new files of the folder or pattern, until the signal is
 * aborted or one of them is another file than before: then its rows can no longer be read, and all are to be opened anew.
 */
export async function followFiles(file: FollowedFile, signal: AbortSignal): Promise<void> {
  const following = new FilesFollowing(file);
  try {
    const reason = await following.untilOther(signal);
    if (reason && !signal.aborted) file.replaced(reason);
  } finally {
    await following.close();
  }
}

class FilesFollowing {
  readonly #file: FollowedFile;
  readonly #dataset: Dataset;
  readonly #changes = new Changes();
  readonly #tails = new RecentMap<number, Tail>(mostOpen);
  /** Since when a file's name leads nowhere. */
  readonly #goneSince = new Map<number, number>();
  /** Files that could not be read when the others were opened, as they were then. */
  readonly #unread = new Map<string, string>();
  /** Why a new file cannot be read, as it was said. */
  readonly #failures = new Map<number, string>();
  #foundMs = -Infinity;

  constructor(file: FollowedFile) {
    this.#file = file;
    this.#dataset = file.dataset;
  }

  /** Answers what made one of the files another; undefined once the signal is aborted. */
  async untilOther(signal: AbortSignal): Promise<Said | undefined> {
    await this.#dataset.complete(signal);
    const { opening, location, known } = this.#dataset;
    for (const path of location.paths) this.#changes.watch(dirname(path));
    const unread = opening.kind === 'files' ? (opening.unread ?? []) : [];
    for (const path of unread) this.#unread.set(path, stateText(await stateAt(path)));
    // Before all is read, nobody knows where what comes is to be put.
    let grown: GrownFiles | undefined;
    let hasNews = false;
    for (; !signal.aborted; await this.#next(grown?.parts.length ?? 0, hasNews, signal)) {
      this.#changes.begin();
      if (this.#file.isBusy()) continue;
      if (!grown) {
        // What was found out so far is of the files one after the other.
        await known.save();
        grown = await GrownFiles.of(this.#dataset, signal);
        await this.#openFirst(grown);
      }
      const states = await eachFile(grown.parts, ({ path }, blocking) => stateAt(path, blocking), signal);
      const other = this.#otherAmong(grown, states) ?? (await this.#find(grown, states, signal));
      if (other) return other;
      let left = most;
      for (const [number, now] of states.entries()) {
        if (!now || now.size <= grown.endOf(number) || left <= 0) continue;
        const taken = await this.#take(grown, number, now, left);
        if (typeof taken !== 'number') return taken;
        left -= taken;
      }
      hasNews ||= left < most;
      if (!hasNews) continue;
      if (grown.isFull) return said`The files were opened anew: so many records came to them in turn.`;
      const growth = await grown.growth(signal);
      // Who has begun to scan meanwhile does so by the files as they were.
      if (this.#file.isBusy()) {
        await grown.discard(growth);
        continue;
      }
      await this.#file.grew(growth);
      grown.taken();
      hasNews = left <= 0;
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#changes.close();
    for (const tail of this.#tails.values()) await tail.close();
    this.#tails.clear();
  }

  /** Waits until something may have happened, unless there is more to take in. */
  async #next(files: number, hasNews: boolean, signal: AbortSignal): Promise<void> {
    if (hasNews && !this.#file.isBusy()) return;
    await this.#changes.next(Math.max(pollMs, files * pollMsPerFile), signal);
  }

  /** Takes the last bytes of files down, by which it is seen that they are overwritten. */
  async #openFirst(grown: GrownFiles): Promise<void> {
    for (const number of grown.parts.keys()) {
      if (number >= mostOpen) return;
      try {
        await this.#tailOf(grown, number);
      } catch (error) {
        // The next look sees what has become of it.
        if (!(error instanceof SourceError)) throw error;
      }
    }
  }

  async #tailOf(grown: GrownFiles, number: number): Promise<Tail> {
    const known = this.#tails.get(number);
    if (known) return known;
    const tail = await Tail.open(grown.parts[number].path);
    for (const dropped of this.#tails.set(number, tail)) await dropped.close();
    await tail.seek(grown.endOf(number));
    return tail;
  }

  #otherAmong({ parts, endOf }: GrownFiles, states: readonly (FileIdentity | undefined)[]): Said | undefined {
    for (const [number, now] of states.entries()) {
      const { path, name = path, identity } = parts[number];
      if (!now) {
        const since = this.#goneSince.get(number) ?? performance.now();
        this.#goneSince.set(number, since);
        if (performance.now() - since >= goneMs)
          return said`${name} was deleted or renamed. The other files were opened anew.`;
        continue;
      }
      this.#goneSince.delete(number);
      if (keyOf(now) !== keyOf(identity)) return rotated(name);
      if (now.size < endOf(number)) return said`${name} was truncated. The files were opened anew.`;
    }
    return undefined;
  }

  /** Looks for new files where it is time for it. */
  async #find(
    grown: GrownFiles,
    states: readonly (FileIdentity | undefined)[],
    signal: AbortSignal,
  ): Promise<Said | undefined> {
    const { opening } = this.#dataset;
    const now = performance.now();
    const isDue = this.#changes.takeRenamed() || now - this.#foundMs >= findMs;
    if (opening.kind !== 'files' || !opening.search || !isDue) return undefined;
    this.#foundMs = now;
    const known = new Map(grown.parts.map(({ path }, number) => [path, number]));
    for (const { path, name } of await findFiles(opening.search, signal)) {
      if (known.has(path)) continue;
      const identity = await stateAt(path);
      if (!identity || this.#unread.get(path) === stateText(identity)) continue;
      const before = states.findIndex((state) => state && keyOf(state) === keyOf(identity));
      if (before !== -1) return rotated(grown.parts[before].name ?? grown.parts[before].path);
      const isNew = !this.#unread.has(path);
      if (isNew && (await isCompressed(path))) {
        this.#unread.set(path, stateText(identity));
        this.#file.told(said`${name} cannot be followed: it is compressed.`);
        continue;
      }
      if (!isNew || grown.add({ path, name, encoding: 'utf-8', identity }) === undefined)
        return said`The files were opened anew, with ${name}.`;
      this.#changes.watch(dirname(path));
      this.#file.told(said`New file ${name}.`);
    }
    return undefined;
  }

  /** Answers how many bytes of a file were taken in, or what made it another. */
  async #take(grown: GrownFiles, number: number, now: FileIdentity, left: number): Promise<number | Said> {
    const { path, name = path } = grown.parts[number];
    try {
      const tail = await this.#tailOf(grown, number);
      // The next look sees that its name leads to another file.
      if (tail.key !== keyOf(now)) return 0;
      const seen = await tail.read(new Uint8Array(look));
      if (seen && seen.kind !== 'bytes') {
        return seen.kind === 'truncated'
          ? said`${name} was truncated. The files were opened anew.`
          : said`${name} was overwritten. The files were opened anew.`;
      }
      const taken = await grown.take(number, tail, now, left);
      await tail.seek(grown.endOf(number));
      return taken ?? said`The files were opened anew: ${name} does not begin as the others do.`;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (this.#failures.get(number) !== error.message) this.#file.told(error.said);
      this.#failures.set(number, error.message);
      return 0;
    }
  }
}

function rotated(name: string): Said {
  return said`${name} was rotated or replaced. The files were opened anew.`;
}

async function stateAt(path: string, blocking = false): Promise<FileIdentity | undefined> {
  try {
    return await identifyFile(path, blocking);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

function stateText(state: FileIdentity | undefined): string {
  return state ? `${keyOf(state)} ${state.size} ${state.mtimeMs}` : '';
}
