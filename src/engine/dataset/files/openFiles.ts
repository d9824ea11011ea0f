import { said } from '../../../said/said.ts';
import type { FileSearch } from '../../../protocol/fileSearch.ts';
import type { RecognisedFile } from '../../format/registry.ts';
import type { FoundFile } from '../../source/files/search.ts';
import { writeParts, type FilePart } from '../../source/files/part.ts';
import { partitionColumns, type PartitionColumns } from '../../source/files/partitions.ts';
import { SourceError, type SourceSpec } from '../../source/source.ts';
import { Dataset, type DatasetOptions, type LookedAt } from '../dataset.ts';
import { FileLooks } from './fileLooks.ts';
import type { FileOrder } from './orderFiles.ts';
import { together, type SeenFile, type FirstFile } from './unionColumns.ts';
import { togetherRead } from './unionReadings.ts';

export interface FilesOptions extends DatasetOptions {
  /** See `SourceSpec`. */
  readonly encoding?: string | undefined;
  /** How the files were found, and will be again. */
  readonly search?: FileSearch | undefined;
}

interface Table {
  readonly parts: readonly FilePart[];
  readonly recognised: RecognisedFile;
}

/**
 * Opens several files as one table, in their order: read as the first one is, which says what the columns of a delimited
 * text are. Files that cannot be read are left out.
 * @param name what messages call them
 * @throws SourceError where none can be read, or one is not like the others
 */
export async function openFiles(
  name: string,
  files: readonly FoundFile[],
  options: FilesOptions,
): Promise<Dataset> {
  const { signal, mergeBy } = options;
  const looks = new FileLooks(files, options);
  const first = await looks.first(signal);
  if (!first)
    throw looks.failure ?? new SourceError('not-found', said`There are no files of records: ${name}.`);
  // Columns of delimited text are those of all files together, and an order of records is one of all.
  const canBeginEarly = first.recognised.format.kind !== 'csv' || options.reopens === true;
  const mayBeFew = canBeginEarly && mergeBy === undefined && !options.merge;
  if (mayBeFew && (options.early === true || options.keepPages === true)) await looks.some(signal);
  else await looks.all(signal);
  const partitions = options.hive === false ? undefined : partitionColumns(files.map((file) => file.name));
  const opening = (): FilesOpening => openingOf(name, first, looks, partitions, options);
  const { spec, recognised } = opening();
  const looked = {
    recognised,
    unread: [...looks.unread],
    ...(!looks.isDone && {
      rest: {
        count: files.length,
        paths: () => files.map(({ path }) => path),
        look: async (stop: AbortSignal) => {
          await looks.all(stop);
          return { ...opening(), unread: looks.unread };
        },
      },
    }),
  };
  if (mergeBy === undefined) return Dataset.open(spec, options, looked);
  const order = await orderOf(spec, mergeBy, { ...options, store: undefined }, looked);
  return Dataset.open({ ...spec, turns: order.turns }, options, { ...looked, order });
}

interface FilesOpening {
  readonly spec: Extract<SourceSpec, { readonly kind: 'files' }>;
  readonly recognised: RecognisedFile;
}

/** How the files are opened that were looked at so far. */
function openingOf(
  name: string,
  first: FirstFile,
  { seen, unread }: FileLooks,
  partitions: PartitionColumns | undefined,
  options: FilesOptions,
): FilesOpening {
  const table = withReadings(together(first, seen), seen, options);
  const { parts, recognised } = partitions ? withPartitions(table, partitions) : table;
  const left = unread.map(({ path }) => path);
  return {
    spec: {
      ...{ kind: 'files', name, parts: writeParts(parts), encoding: 'utf-8' },
      ...{ search: options.search, unread: left },
    },
    recognised,
  };
}

/** In which order their records are where they are put in order of a column. */
async function orderOf(
  spec: SourceSpec,
  by: string,
  options: DatasetOptions,
  looked: LookedAt,
): Promise<FileOrder> {
  const { orderFiles } = await import('./orderFiles.ts');
  const dataset = await Dataset.open(spec, options, looked);
  try {
    return await orderFiles(dataset, by, options.signal);
  } finally {
    await dataset.close();
  }
}

/** With the cells of each column read in the one way that fits all files, or told apart where there is none. */
function withReadings(table: Table, seen: readonly SeenFile[], options: FilesOptions): Table {
  const { format, openReadings = [] } = table.recognised;
  if (format.kind !== 'csv') return table;
  const { dialect } = format;
  const files = seen.flatMap(({ written }) => written ?? []);
  const { readings, mixed } = togetherRead(dialect.columns, dialect.readings, files, options);
  const recognised = {
    ...table.recognised,
    format: { ...format, dialect: { ...dialect, readings } },
    openReadings: openReadings.filter(({ column }) => readings?.at(column) === undefined),
    mixedReadings: mixed,
  };
  return { parts: table.parts, recognised };
}

/** With the columns that the folders of the files are called after. */
function withPartitions({ parts, recognised }: Table, { names, of }: PartitionColumns): Table {
  return {
    parts: parts.map((part) => ({ ...part, partitions: of(part.name ?? part.path) })),
    recognised: { ...recognised, format: { ...recognised.format, partitions: names } },
  };
}
