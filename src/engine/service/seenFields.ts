import type { FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openJoined, pathOfJoined } from '../dataset/joinedFile.ts';
import type { KnownFile } from '../query/index.ts';
import { RecentMap } from '../recentMap.ts';
import { continues, identifyFile, isUntouched, type FileIdentity } from '../source/file.ts';
import { firstRows, membersOfItems } from './seenMembers.ts';

/** Columns and files of which what was read is kept. */
const [columnsKept, filesKept] = [32, 8];

type Members = readonly (readonly string[])[];

/**
 * Fields that the columns of a file do not tell of: members of the objects in its lists, and the columns of files that it is
 * joined with. They are asked for at each key, and read once.
 */
export class SeenFields {
  readonly #dataset: Dataset;
  /** Read of the first rows, of which there are more while few are known. */
  readonly #members = new RecentMap<string, { readonly paths: Members; readonly rows: number }>(columnsKept);
  readonly #joined = new RecentMap<string, { readonly version: FileIdentity; readonly known: KnownFile }>(
    filesKept,
  );

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  /** @throws SourceError, the signal's reason */
  async membersOf(column: FileColumn, signal: AbortSignal): Promise<Members> {
    const rows = Math.min(firstRows, this.#dataset.known.records);
    const kept = this.#members.get(column.path);
    if (kept && rows <= kept.rows) return kept.paths;
    const paths = await membersOfItems(this.#dataset, column, signal);
    this.#members.set(column.path, { paths, rows });
    return paths;
  }

  /** @throws SourceError, the signal's reason */
  async joined(file: string, signal: AbortSignal): Promise<KnownFile> {
    const path = await pathOfJoined(this.#dataset, file);
    const version = await identifyFile(path);
    const kept = this.#joined.get(path);
    if (kept && continues(kept.version, version) && isUntouched(kept.version, version)) return kept.known;
    const other = await openJoined(this.#dataset, file, signal);
    try {
      const known = { layout: other.layout, columns: other.seenColumns };
      this.#joined.set(path, { version, known });
      return known;
    } finally {
      await other.close();
    }
  }
}
