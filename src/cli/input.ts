import { fstatSync } from 'node:fs';
import { Dataset, type DatasetOptions } from '../engine/dataset/dataset.ts';
import { openFiles } from '../engine/dataset/files/openFiles.ts';
import { IndexStore } from '../engine/index/store.ts';
import { WorkerPool } from '../engine/pool/pool.ts';
import { poolSize } from '../engine/pool/poolSize.ts';
import type { Result, Task } from '../engine/pool/task.ts';
import { reviveFailure } from '../engine/pool/wire.ts';
import { openedFolder } from '../engine/source/files/openedFolder.ts';
import { filesAt } from '../engine/source/files/search.ts';
import { hasPartitions } from '../engine/source/files/partitions.ts';
import { placeAt } from '../engine/source/location.ts';
import { SourceError, type SourceSpec } from '../engine/source/source.ts';
import { cacheBytes, cacheFolder } from '../host/cacheFolder.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { filesOf } from './files.ts';
import { grouped } from './message.ts';

/** What a command reads. */
export type Input = Pick<RunCommand, 'file' | 'more' | 'encoding' | 'headers'> &
  Partial<Pick<RunCommand, 'service'>>;

/** Opens the file, or the files as one table. */
export async function openInput(command: Input, asked: DatasetOptions): Promise<Dataset> {
  const { file, encoding, more } = command;
  const given = { ...asked, named: more.length === 0 ? file : undefined };
  const found = await filesOf(command, given.signal);
  const paths = found ?? (given.merge && [file]);
  if (paths === undefined) return Dataset.open(sourceOf(command), given);
  const folder = (): Promise<string> => openedFolder({ folder: '', names: [file, ...more] });
  const options = { ...given, folder };
  const [first] = paths;
  const name = more.length === 0 ? file : `${grouped(paths.length)} files, the first of them ${first}`;
  const together = (): Promise<Dataset> => openFiles(name, filesAt(paths), { ...options, encoding });
  if (paths.length > 1 || given.merge) return together();
  const alone = (): Promise<Dataset> => Dataset.open({ kind: 'file', path: first, encoding }, options);
  if (options.hive === false || !hasPartitions(first)) return alone();
  // A query asks for what its folders say also where they have one file today.
  try {
    return await together();
  } catch (error) {
    if (error instanceof SourceError && error.failure === 'unsupported') return alone();
    throw error;
  }
}

function sourceOf({ file, headers: given, service, encoding }: Input): SourceSpec {
  const headers = service ? {} : given;
  if (file === '-' || isStandardInput(file)) return { kind: 'stdin', encoding };
  return { ...placeAt(file, { headers }), encoding };
}

/** Whether a path leads to standard input, where that is no file: a pipe, a terminal, or a socket, which has no path. */
function isStandardInput(path: string): boolean {
  return /^(\/dev\/(stdin|fd\/0)|\/proc\/self\/fd\/0)$/.test(path) && !fstatSync(0).isFile();
}

/** The scan workers, for who closes them. */
export function scanPool(): WorkerPool<Task, Result> {
  const file = new URL('worker.js', import.meta.url);
  return new WorkerPool({ file, size: workers(), revive: reviveFailure });
}

/** What is kept of files between commands; undefined where nothing is to be. */
export function keptIndexes({ cache }: Pick<RunCommand, 'cache'>): IndexStore | undefined {
  return cache ? new IndexStore(cacheFolder(process.platform, process.env), cacheBytes) : undefined;
}

/** As many scan workers as the environment asks for, or as suit the machine. */
export function workers(): number {
  const asked = Number(process.env.ROWRIVER_WORKERS);
  return Number.isInteger(asked) && asked > 0 ? asked : poolSize();
}
