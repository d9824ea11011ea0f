import { said } from '../../said/said.ts';
import { abortReason, onAbort } from '../../protocol/abort.ts';
import type { ExportProgress, OpenFile, RemoteRows } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { Dataset, type DatasetOptions } from '../dataset/dataset.ts';
import { openFiles } from '../dataset/files/openFiles.ts';
import { Comparison } from '../diff/comparison.ts';
import type { IndexStore } from '../index/store.ts';
import type { Pool } from '../pool/pool.ts';
import type { Result, Task } from '../pool/task.ts';
import type { RemoteResult } from '../remote/result.ts';
import { openedFolder } from '../source/files/openedFolder.ts';
import { findFiles } from '../source/files/search.ts';
import type { HttpLimits } from '../source/http/limits.ts';
import { placeAt } from '../source/location.ts';
import { SourceError, type SourceSpec } from '../source/source.ts';
import type { CheckOptions } from './schemaCalls.ts';
import { SharedFile } from './sharedFile.ts';

/** Of what opens faster, nobody needs to be told how far it is. */
const noticeMs = 1000;
const notBegun = { records: 0, matched: 0, scanned: 0, total: undefined, elapsedMs: 0, cluster: null };

/** An open file, or one that is being opened, and how many hold it. */
export interface HeldFile {
  readonly of: OpenFile;
  readonly key: string;
  readonly file: Promise<SharedFile>;
  holders: number;
  /** Ends the opening once nobody waits for it any more. */
  readonly opening: AbortController;
}

/** Who waits for a file to be open. */
interface Waiting {
  readonly signal: AbortSignal;
  readonly progress?: ((state: ExportProgress) => void) | undefined;
}

/** What files are opened with, as the host has last set it. */
export interface FileResources {
  readonly pool: Pool<Task, Result>;
  readonly store: IndexStore | undefined;
  /** Of what a server gives only once, so many bytes are kept. */
  readonly keepBytes: number;
  readonly limits: Partial<HttpLimits> | undefined;
}

/** The files that are open: one for all who ask for the same, closed when the last one lets go of it. */
export class HeldFiles {
  readonly #resources: () => FileResources;
  readonly #files = new Map<string, HeldFile>();
  /** Of tables of files that were opened anew with a look at all: they are opened so from then on. */
  readonly #outrun = new Set<string>();
  /** Openings that were given up, and have not cleaned up yet. */
  readonly #endings = new Set<Promise<void>>();

  constructor(resources: () => FileResources) {
    this.#resources = resources;
  }

  /** Resolves when openings that were given up have left nothing behind. */
  async rested(): Promise<void> {
    await Promise.all(this.#endings);
  }

  /** Resolves when the file is open; the caller lets go of it. @throws SourceError, the signal's reason */
  async hold(file: OpenFile, { signal, progress = () => undefined }: Waiting): Promise<HeldFile> {
    signal.throwIfAborted();
    const key = JSON.stringify(file);
    let held = this.#files.get(key);
    if (!held) {
      const opening = new AbortController();
      const context = { signal: opening.signal, progress };
      held = { of: file, key, file: this.#share(file, key, context), holders: 0, opening };
      this.#files.set(key, held);
    }
    held.holders++;
    try {
      await this.#waitFor(held, signal);
      return held;
    } catch (error) {
      if (this.#files.get(key) === held && (held.holders === 0 || !signal.aborted)) this.#files.delete(key);
      throw error;
    }
  }

  /** The same of a file that is read as all files are that it consists of. @throws SourceError, the signal's reason */
  async holdWhole(file: OpenFile, waiting: Waiting): Promise<HeldFile> {
    const held = await this.hold(file, waiting);
    const { dataset } = await held.file;
    let isWhole = false;
    try {
      isWhole = await dataset.isReadAsAll(waiting.signal);
    } finally {
      if (!isWhole) await this.letGo(held, dataset.isOutrun);
    }
    return isWhole ? held : this.hold(file, waiting);
  }

  /** Resolves when a file is open. The last one who is waiting and stops ends the opening. */
  async #waitFor(held: HeldFile, signal: AbortSignal): Promise<void> {
    let stop: () => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      stop = onAbort(signal, () => {
        const reason = abortReason(signal);
        if (--held.holders === 0) {
          held.opening.abort(reason);
          // It may have been about to be open.
          const ending = held.file
            .then(
              (file) => file.close(),
              () => undefined,
            )
            .finally(() => this.#endings.delete(ending));
          this.#endings.add(ending);
        }
        reject(reason);
      });
    });
    try {
      await Promise.race([held.file, stopped]);
    } finally {
      stop();
    }
  }

  async #share(file: OpenFile, key: string, context: HandlerContext<ExportProgress>): Promise<SharedFile> {
    const { pool, store } = this.#resources();
    const { signal } = context;
    if (file.remote) return this.#shareRemote(file, file.remote, context);
    if (!file.compared) {
      const reopens = file.files !== undefined && !this.#outrun.has(key);
      return SharedFile.open(this.#opening(file), { ...file.options, reopens }, { pool, store }, signal);
    }
    const { before, after, keys } = file.compared;
    const opening = (one: OpenFile) => (ended: AbortSignal) => this.openAlone(one, { signal: ended });
    const comparison = await Comparison.make([opening(before), opening(after)], keys, context);
    try {
      const own = { pool, store: undefined };
      return await SharedFile.open((options) => comparison.open(options), {}, own, signal, { comparison });
    } catch (error) {
      await comparison.close();
      throw error;
    }
  }

  async #shareRemote(
    { location }: OpenFile,
    asked: RemoteRows,
    { signal, progress }: HandlerContext<ExportProgress>,
  ): Promise<SharedFile> {
    let remote: RemoteResult | undefined;
    let isSlow = false;
    const tell = (): void => {
      if (isSlow) progress(remote?.step ?? notBegun);
    };
    const notice = setTimeout(() => {
      isSlow = true;
      tell();
    }, noticeMs);
    try {
      // gRPC is loaded where a cluster is asked.
      const { RemoteResult } = await import('../remote/result.ts');
      const open = (ended: AbortSignal): Promise<Dataset> => this.openAlone(asked.of, { signal: ended });
      const made = (remote = await RemoteResult.make(location, asked, open, signal));
      made.listen(tell);
      const own = { pool: this.#resources().pool, store: undefined };
      return await SharedFile.open((options) => made.open(options), {}, own, signal, { remote });
    } catch (error) {
      await remote?.close();
      throw error;
    } finally {
      clearTimeout(notice);
      isSlow = false;
    }
  }

  /** One of its own: what a file holds by a schema is not what a preview shows. */
  async openAnew({ of, file }: Pick<HeldFile, 'of' | 'file'>, more: CheckOptions): Promise<Dataset> {
    const { comparison, remote } = await file;
    if (remote)
      throw new SourceError('unsupported', said`Export the rows to a file first: they come only once.`);
    if (comparison) return comparison.open({ pool: this.#resources().pool, ...more });
    return this.openAlone(of, more);
  }

  /** Opens a file for one who shares it with nobody, and closes it. @throws SourceError, the signal's reason */
  openAlone(file: OpenFile, more: CheckOptions): Promise<Dataset> {
    if (file.compared || file.remote)
      throw new SourceError('unsupported', said`Only files can be opened here.`);
    const { pool, store } = this.#resources();
    return this.#opening(file)({ ...file.options, pool, store, ...more });
  }

  #opening(file: OpenFile): (options: DatasetOptions) => Promise<Dataset> {
    const {
      location,
      files,
      found,
      options: { encoding },
    } = file;
    if (files) {
      return async (options) => {
        const all = await findFiles(files, options.signal);
        const folder = (): Promise<string> => openedFolder(files);
        return openFiles(location, all, { ...options, encoding, search: files, folder });
      };
    }
    const folder = found && ((): Promise<string> => openedFolder(found));
    return (options) => Dataset.open(specOf(file, this.#resources()), { ...options, folder });
  }

  /** @param stale nobody else is to be given this file: it has changed on disk */
  async letGo(held: HeldFile, stale: boolean): Promise<void> {
    held.holders--;
    if (held.holders > 0 && !stale) return;
    if (stale && (await held.file).dataset.isOutrun) this.#outrun.add(held.key);
    if (this.#files.get(held.key) === held) this.#files.delete(held.key);
    // Who still looks at a stale file keeps it until it is reloaded there as well.
    if (held.holders === 0) await (await held.file).close();
  }
}

function specOf(
  { location, headers, options: { encoding } }: OpenFile,
  { keepBytes: keep, limits }: FileResources,
): SourceSpec {
  // A preview goes back and forth.
  const place = placeAt(location, { headers, keep, limits });
  return encoding === undefined ? place : { ...place, encoding };
}
