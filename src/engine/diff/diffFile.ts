import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiffSummary } from '../../protocol/comparison.ts';
import type { ExportProgress } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { Dataset, type DatasetOptions } from '../dataset/dataset.ts';
import type { InnerNatures } from '../format/layout.ts';
import { makeTemporaryFolder, temporaryError } from '../temporaryFolder.ts';
import { diffFiles, type DiffOptions } from './diff.ts';
import { rowNatures } from './rowNatures.ts';

/** Numbers of a row's records in the file of places. */
const placeBytes = 16;

/** The rows of a comparison in temporary files, which its maker removes. */
export class DiffFile {
  readonly summary: DiffSummary;
  readonly #folder: string;
  readonly #natures: InnerNatures;

  private constructor(folder: string, summary: DiffSummary, natures: InnerNatures) {
    this.#folder = folder;
    this.#natures = natures;
    this.summary = summary;
  }

  /** Compares two files and writes what differs. @throws as `diffFiles` */
  static async write(
    before: Dataset,
    after: Dataset,
    options: Omit<DiffOptions, 'write'>,
    context: HandlerContext<ExportProgress>,
  ): Promise<DiffFile> {
    const folder = await makeTemporaryFolder();
    const opened: FileHandle[] = [];
    try {
      for (const one of [rowsPath(folder), placesPath(folder)]) opened.push(await open(one, 'wx', 0o600));
      const [rows, places] = opened;
      const summary = await diffFiles(
        before,
        after,
        {
          ...options,
          write: async (piece) => {
            const bytes = Buffer.from(new Float64Array(piece.places).buffer);
            try {
              await rows.appendFile(piece.lines);
              await places.appendFile(bytes);
            } catch (error) {
              throw temporaryError(error, folder, piece.lines.length + bytes.length);
            }
          },
        },
        context,
      );
      for (const file of opened.splice(0)) await file.close();
      return new DiffFile(folder, summary, rowNatures([before, after], options.keys));
    } catch (error) {
      for (const file of opened) await file.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The rows as JSON objects, one a line, once more with each call; whoever opens them closes them. @throws SourceError */
  open(options: Omit<DatasetOptions, 'format' | 'store' | 'natures'>): Promise<Dataset> {
    const path = rowsPath(this.#folder);
    return Dataset.open({ kind: 'file', path }, { ...options, format: 'jsonl', natures: this.#natures });
  }

  /** The 0-based numbers of a row's records, the old one first; -1 where there is none. */
  async recordsOf(row: number): Promise<readonly [number, number]> {
    const file = await open(placesPath(this.#folder));
    try {
      const bytes = Buffer.alloc(placeBytes);
      const { bytesRead } = await file.read(bytes, 0, placeBytes, row * placeBytes);
      if (bytesRead < placeBytes) throw new RangeError('There is no such row.');
      const [before, after] = new Float64Array(bytes.buffer, bytes.byteOffset, 2);
      return [before, after];
    } finally {
      await file.close();
    }
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}

function rowsPath(folder: string): string {
  return join(folder, 'diff.jsonl');
}

function placesPath(folder: string): string {
  return join(folder, 'places');
}
