import { basename, dirname, resolve } from 'node:path';
import { namesBeside, pathBeside } from './beside.ts';
import { Dataset } from './dataset.ts';

/**
 * Where the other file of a JOIN is.
 * @throws SourceError where that must not be read
 */
export async function pathOfJoined(dataset: Dataset, file: string): Promise<string> {
  return pathBeside(file, await dataset.location.folder(), dataset.location.beside);
}

/** The names of files that a JOIN may read, right in the folder of the file that is asked: its own is none of them. */
export async function joinable({ location }: Dataset, signal: AbortSignal): Promise<string[]> {
  const folder = await location.folder();
  const own = location.paths.filter((path) => dirname(path) === resolve(folder?.path ?? '.'));
  const names = new Set(own.map((path) => basename(path)));
  return (await namesBeside(folder, signal)).filter((name) => !names.has(name));
}

/** Opens the other file of a JOIN; the caller closes it. @throws SourceError */
export async function openJoined(dataset: Dataset, file: string, signal: AbortSignal): Promise<Dataset> {
  const path = await pathOfJoined(dataset, file);
  return Dataset.open({ kind: 'file', path }, { pool: dataset.scheduler.workers, signal });
}
