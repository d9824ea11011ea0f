import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiffSummary } from '../../protocol/comparison.ts';
import type { ExportProgress } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { makeTemporaryFolder, temporaryError } from '../temporaryFolder.ts';
import { diffFiles, type DiffOptions } from './diff.ts';

/** The rows of a comparison in a temporary file, JSON objects one a line, which its maker removes. */
export interface DiffFile {
  readonly path: string;
  readonly summary: DiffSummary;
  remove(): Promise<void>;
}

/** Compares two files and writes what differs to a temporary file. @throws as `diffFiles` */
export async function writeDiff(
  before: Dataset,
  after: Dataset,
  options: Omit<DiffOptions, 'write'>,
  context: HandlerContext<ExportProgress>,
): Promise<DiffFile> {
  const folder = await makeTemporaryFolder();
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'diff.jsonl');
    const file = await open(path, 'wx', 0o600);
    try {
      const write = async (lines: Uint8Array): Promise<void> => {
        try {
          for (let at = 0; at < lines.length;) at += (await file.write(lines, at)).bytesWritten;
        } catch (error) {
          throw temporaryError(error, folder, lines.length);
        }
      };
      return { path, summary: await diffFiles(before, after, { ...options, write }, context), remove };
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
}
