import { stat } from 'node:fs/promises';
import type { Dataset, DatasetOptions } from '../engine/dataset/dataset.ts';
import { openedFolder } from '../engine/source/files/openedFolder.ts';
import { fileNameAt } from '../engine/source/location.ts';
import type { FileSearch } from '../protocol/fileSearch.ts';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { ServedFile } from '../serve/servedFile.ts';
import type { ServeCommand } from './arguments/arguments.ts';
import { filesOf } from './files.ts';
import { openInput } from './input.ts';
import { grouped } from './message.ts';

/**
 * What a command serves: its file; or all of its files as one table, and each of them.
 * @param resources what downloads are read with @throws SourceError where nothing is there
 */
export async function servedFiles(
  command: ServeCommand,
  resources: Pick<DatasetOptions, 'pool' | 'store'>,
  signal: AbortSignal,
): Promise<readonly [ServedFile, ...ServedFile[]]> {
  const { file, from, encoding, texts, cells, table, headers } = command;
  const given: FormatOptions = { format: from, encoding, ...texts, ...cells, ...table };
  // What is not said is not there, so that a preview knows what can be taken back.
  const said: FormatOptions = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const one = (of: ServeCommand, name: string, place: Omit<ServedFile['place'], 'options'>): ServedFile => ({
    name,
    place: { ...place, options: said },
    open: (signal, options = said): Promise<Dataset> => {
      const { found } = place;
      const folder = found && ((): Promise<string> => openedFolder(found));
      return openInput({ ...of, encoding: options.encoding }, { ...options, ...resources, folder, signal });
    },
  });
  const paths = await filesOf(command, signal);
  if (paths === undefined || paths.length === 1) {
    const location = paths?.[0] ?? file;
    const found = paths && (await searchOf(command, paths));
    return [
      one({ ...command, file: location, more: [] }, fileNameAt(location), { location, found, headers }),
    ];
  }
  const name = `${grouped(paths.length)} files`;
  return [
    one(command, name, { location: name, files: await searchOf(command, paths) }),
    ...paths.map((path) => one({ ...command, file: path, more: [] }, path, { location: path })),
  ];
}

/** How the files are looked for again when a preview is opened or reloaded. */
async function searchOf({ file, more }: ServeCommand, paths: readonly string[]): Promise<FileSearch> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere) return { folder: '', names: [file, ...more] };
  return more.length === 0 ? { folder: '', pattern: file } : { folder: '', names: paths };
}
