import { pathBeside } from './beside.ts';
import { Dataset } from './dataset.ts';

/**
 * Where the other file of a JOIN is.
 * @throws SourceError where that must not be read
 */
export async function pathOfJoined(dataset: Dataset, file: string): Promise<string> {
  return pathBeside(file, await dataset.location.folder(), dataset.location.beside);
}

/** Opens the other file of a JOIN; the caller closes it. @throws SourceError */
export async function openJoined(dataset: Dataset, file: string, signal: AbortSignal): Promise<Dataset> {
  const path = await pathOfJoined(dataset, file);
  return Dataset.open({ kind: 'file', path }, { pool: dataset.scheduler.workers, signal });
}
