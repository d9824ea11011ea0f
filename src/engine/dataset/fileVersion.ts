import { createHash } from 'node:crypto';
import type { FileDoubt } from '../../protocol/comparison.ts';
import { said } from '../../said/said.ts';
import { isUntouched } from '../source/file.ts';
import type { OpenedSource } from '../source/open.ts';
import type { KeptIdentity, Watch } from '../source/place.ts';
import { SourceError } from '../source/source.ts';

/** The version of a file that was opened, and whether the file still is that one. */
export class FileVersion {
  /** What is kept of the file is kept under this; undefined where it cannot be told from others. */
  readonly kept: KeptIdentity | undefined;
  readonly #source: OpenedSource;
  /** The last other state in which what was opened was found, and the blocks that were compared in it. */
  #found: { readonly state: string; readonly compared: Set<number> } | undefined;

  /** @param restMs see `Place.kept` */
  constructor(source: OpenedSource, restMs: number) {
    this.#source = source;
    this.kept = source.place.kept(restMs);
  }

  /** How to see whether the file changes; undefined for what is no file on disk, or has no state to go by. */
  get watch(): Watch | undefined {
    return this.#source.place.watch;
  }

  /** Stands for the version and for how it is read; undefined where it cannot be told from others. */
  readAs(reading: readonly unknown[]): string | undefined {
    if (!this.kept) return undefined;
    const { path, state } = this.kept;
    const parts = [path, state.size, state.file, state.version, ...reading];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  }

  /** Whether nothing says that the file was changed. */
  async isUnchanged(): Promise<boolean> {
    if (!this.watch) return true;
    const { opened } = this.watch;
    // One of several files may be gone by now.
    const now = await this.#source.current?.().catch((error: unknown) => {
      if (error instanceof SourceError) return undefined;
      throw error;
    });
    return !!now && isUntouched(opened, now);
  }

  /**
   * Looks whether the file still holds what was opened, as far as the bytes in [from, to) go. Of what is read between
   * two such looks, nothing is of another version. One that was written to at its end holds it, and one whose mode was
   * changed: it is compared.
   * @param isSame whether blocks that are read again are as they were; it adds those to the ones that were compared
   * @throws SourceError `changed`
   */
  async check(
    [from, to]: readonly [number, number],
    isSame: (compared: Set<number>) => Promise<boolean>,
  ): Promise<void> {
    const standing = await this.#source.standing?.(from, to);
    if (!standing || standing.state === '') return;
    const { state, changed } = standing;
    const found = this.#found?.state === state ? this.#found : { state, compared: new Set<number>() };
    if (changed === undefined && (await isSame(found.compared))) this.#found = found;
    else
      throw new SourceError(
        'changed',
        said`${changed ?? this.#source.name} has changed since it was opened.`,
      );
  }

  /**
   * Looks, when the file has been read, whether it is still the one that was opened. That it has grown is no change:
   * what was read ends where it ended then.
   * @param sampled whether blocks that are read again are as they were
   * @returns why the answer may not be that of the file as it is now
   * @throws SourceError `changed` where it cannot be of any one state of the file
   */
  async recheck(sampled: () => Promise<boolean>): Promise<FileDoubt | undefined> {
    const { watch } = this;
    if (!watch) return undefined;
    const { opened } = watch;
    const now = await this.#source.current?.();
    if (!now) return undefined;
    const untouched = isUntouched(opened, now);
    // Changed just before it was opened, it may have changed since without another time to show for it.
    const isDoubted = !untouched || this.kept?.state.young === true;
    if (now.size < opened.size || (isDoubted && !(await sampled()))) {
      throw new SourceError(
        'changed',
        said`${this.#source.name} changed while it was being read. Try again when it no longer changes.`,
      );
    }
    // What is gone by now was read all the same; its removal was a change of its own.
    const found = await watch.now().catch(() => now);
    const replaced = found.dev !== now.dev || found.ino !== now.ino;
    if (replaced && now.mtimeMs === opened.mtimeMs) return 'replaced';
    if (untouched || now.size > opened.size) return undefined;
    return 'touched';
  }
}
