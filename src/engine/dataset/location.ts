import { basename, dirname, resolve } from 'node:path';
import { said } from '../../said/said.ts';
import { commonFolder } from '../source/files/openedFolder.ts';
import type { OpenedSource } from '../source/open.ts';
import type { Beside, QueryFolder } from './beside.ts';

export interface LocationOptions {
  /** Which files a JOIN may read besides: without a word, those of the file's own folder and of folders in it. */
  readonly beside?: Beside | undefined;
  /** Of several files as one table, the folder that was opened; undefined: the deepest one that holds them all. */
  readonly folder?: (() => Promise<string>) | undefined;
  /** What it is opened as, if not by its path alone: a folder, or a pattern. */
  readonly named?: string | undefined;
}

type Named = Pick<OpenedSource, 'name' | 'place'>;

/** What an open file is called, where it lies, and what lies beside it. */
export class FileLocation {
  readonly beside: Beside;
  readonly #options: LocationOptions;
  readonly #source: () => Named;
  readonly #whole: FileLocation | undefined;
  readonly #others: () => readonly string[];
  #document: Named | undefined;

  /**
   * @param source what is read: another one after the file has grown
   * @param whole of the file with all that is in it, where only a part is read
   * @param others files that will be read as well
   */
  constructor(
    source: () => Named,
    options: LocationOptions,
    whole: FileLocation | undefined,
    others: () => readonly string[],
  ) {
    this.beside = options.beside ?? 'folder';
    this.#options = options;
    this.#source = source;
    this.#whole = whole;
    this.#others = others;
  }

  /** A temporary file is read in place of this document. */
  standsFor(document: Named): void {
    this.#document = document;
  }

  get #named(): Named {
    return this.#document ?? this.#source();
  }

  get name(): string {
    return this.#named.name;
  }

  /** Whether what a query names is what is open. */
  isNamed(path: string): boolean {
    if (path === this.#options.named || path === this.name) return true;
    const { paths } = this.#named.place;
    const [first] = paths;
    return paths.length === 1 && [resolve(path), resolve(dirname(first), path)].includes(resolve(first));
  }

  /** What paths in a query are relative to; undefined where what is asked is no file on disk. */
  async folder(): Promise<QueryFolder | undefined> {
    if (this.#whole) return this.#whole.folder();
    const { paths } = this.#named.place;
    const [first] = paths;
    if (paths.length === 0) return undefined;
    const { folder } = this.#options;
    if (folder === undefined && paths.length === 1)
      return { path: dirname(first), words: said`the folder of ${basename(first)}`, ofSeveral: false };
    const path = (await folder?.()) ?? commonFolder(paths.map((file) => dirname(file)));
    return { path, words: said`the folder ${basename(path) || path}`, ofSeveral: true };
  }

  /** The files on disk that are read, which nothing may overwrite. */
  get paths(): readonly string[] {
    const paths = [...new Set([...this.#source().place.paths, ...this.#others()])];
    return this.#document ? [...paths, ...this.#document.place.paths] : paths;
  }
}
