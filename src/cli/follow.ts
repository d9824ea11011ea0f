import { Dataset, type DatasetOptions } from '../engine/dataset/dataset.ts';
import { comparisonDoubts, doubtsToRun } from '../engine/dataset/doubt/doubts.ts';
import { openFiles } from '../engine/dataset/files/openFiles.ts';
import { SampledCells } from '../engine/dataset/doubt/sampledCells.ts';
import { checkQuery, type Query } from '../engine/query/index.ts';
import {
  followTo,
  isCompressed,
  refuseCalls,
  showsItsFormat,
  type Following,
  type FollowSummary,
} from '../engine/run/follow.ts';
import { isPipe } from '../engine/source/file.ts';
import { filesAt } from '../engine/source/files/search.ts';
import { partitionColumns } from '../engine/source/files/partitions.ts';
import { Follower, type Followed } from '../engine/source/follow/follower.ts';
import { StreamFollower, type StreamFollowOptions } from '../engine/source/follow/streamFollower.ts';
import { stdinPlace } from '../engine/source/stdinPlace.ts';
import { readableStream } from '../engine/source/stream.ts';
import { SourceError } from '../engine/source/source.ts';
import { isPath, type RunCommand } from './arguments/arguments.ts';
import { filesOf } from './files.ts';
import type { FollowOptions } from './arguments/followOptions.ts';
import { counted, grouped, showProblem, visible } from './message.ts';
import { optionsFor, useNull } from './arguments/cellOptions.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './arguments/usageError.ts';

/** Node cannot wait longer at a time, in milliseconds. */
const longestWait = 0x7fffffff;

/**
 * Writes what is selected of files as they grow, until it is told to end.
 * @throws QuerySyntaxError, SourceError, SinkError, the signal's reason
 */
export async function follow(
  command: RunCommand,
  { onlyNew, untilMs = Infinity, idleMs }: FollowOptions,
  { text, query }: { readonly text: string; readonly query: Query },
  options: DatasetOptions,
  terminal: Terminal,
): Promise<void> {
  const { file, more, from } = command;
  const { signal, say } = terminal;
  if (file !== '-' && !isPath(file))
    throw new UsageError('--follow is for files and standard input: addresses are not followed.');
  for (const path of [file, ...more]) {
    if (file !== '-' && (await isPipe(path).catch(() => false)))
      throw new UsageError(
        `--follow is for files: ${path} is a named pipe. Use < ${path} and - as the file.`,
      );
  }
  refuseCalls(text);
  const time = new AbortController();
  const timer = endAt(untilMs, time);
  const end = AbortSignal.any([terminal.ending, time.signal]);
  const asked = { text, query, onlyNew };
  if (file === '-') {
    if (onlyNew) throw new UsageError('--new is for files: all that comes from standard input is new.');
    try {
      await followInput(command, { end, idleMs }, asked, options, terminal);
    } finally {
      clearTimeout(timer());
    }
    return;
  }
  const search = await searchOf(command, signal);
  const follower = new Follower({ ...search, end, idleMs });
  try {
    // Older logs beside those that grow are often compressed: they say nothing of how those are read.
    const mayBePacked = !search.finds && (await all(await search.find(signal), isCompressed));
    const isReady = async (path: string): Promise<boolean> =>
      (await showsItsFormat(path, from === 'jsonl')) && (mayBePacked || !(await isCompressed(path)));
    const waiting = (): void => say(visible(`Waiting for records in ${file}.`));
    const path = await follower.firstFile(isReady, waiting, signal);
    if (path === undefined) {
      say(summaryText({ records: 0, matched: 0, malformed: 0 }));
      return;
    }
    const isOne = !search.finds && more.length === 0;
    const there = isOne ? [path] : await search.find(signal);
    const columns = isOne || options.hive === false ? undefined : partitionColumns(there);
    const opened = { ...options, partitions: columns?.names };
    const ready = isOne ? there : await filtered(there, isReady);
    const dataset = await openTogether(command, path, ready, opened);
    try {
      await writeFollowed(
        dataset,
        follower,
        { ...asked, partitionsOf: columns?.of },
        command,
        options,
        terminal,
      );
    } finally {
      await dataset.close();
    }
  } finally {
    clearTimeout(timer());
    await follower.close();
  }
}

interface Asked {
  readonly text: string;
  readonly query: Query;
  readonly onlyNew: boolean;
  readonly partitionsOf?: Following['partitionsOf'];
}

/** Says what there is to say of the query, and writes what it selects. */
async function writeFollowed(
  dataset: Dataset,
  followed: Followed,
  { text, query, onlyNew, partitionsOf }: Asked,
  { to = 'same' }: RunCommand,
  options: DatasetOptions,
  { signal, say, output }: Terminal,
): Promise<void> {
  const doubts = doubtsToRun(query, dataset, optionsFor, text);
  const checked = checkQuery(query, dataset.seenColumns, dataset.checkedIn);
  const compared = await comparisonDoubts(query, dataset, new SampledCells(dataset), signal, useNull);
  for (const doubt of [...checked, ...doubts, ...compared]) say(showProblem(text, doubt));
  const following = {
    ...{ query: text, to, sink: output, onlyNew, partitionsOf, read: options },
    say: (words: string): void => say(visible(words)),
  };
  say(summaryText(await followTo(dataset, followed, following, signal)));
}

/** Follows standard input, which its first lines say how to read. */
async function followInput(
  command: RunCommand,
  ends: StreamFollowOptions,
  asked: Asked,
  options: DatasetOptions,
  terminal: Terminal,
): Promise<void> {
  const { signal, say } = terminal;
  const stream = readableStream(process.stdin, 'Standard input');
  try {
    const follower = new StreamFollower(stream, ends);
    const head = await follower.head(signal);
    if (head.length === 0) {
      say(summaryText({ records: 0, matched: 0, malformed: 0 }));
      return;
    }
    const url = `data:application/octet-stream;base64,${Buffer.from(head).toString('base64')}`;
    const dataset = await Dataset.open({ kind: 'data', url, encoding: command.encoding }, options);
    try {
      dataset.location.standsFor({ name: stream.name, place: stdinPlace({ kind: 'stdin' }) });
      await writeFollowed(dataset, follower, asked, command, options, terminal);
    } finally {
      await dataset.close();
    }
  } finally {
    await stream.close();
  }
}

/**
 * The file that says how all are read. Of delimited text it is the table of all that are there, as their columns may differ:
 * their values go under the names of their own header.
 * @param paths the files that show their format, of which the first is at `path`
 */
async function openTogether(
  { file, encoding }: RunCommand,
  path: string,
  paths: readonly string[],
  options: DatasetOptions,
): Promise<Dataset> {
  const first = await Dataset.open({ kind: 'file', path, encoding }, options);
  if (paths.length < 2 || first.format.kind !== 'csv') return first;
  await first.close();
  return openFiles(file, filesAt(paths), { ...options, encoding, hive: false });
}

async function filtered(
  paths: readonly string[],
  test: (path: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) if (await test(path)) found.push(path);
  return found;
}

async function all(paths: readonly string[], test: (path: string) => Promise<boolean>): Promise<boolean> {
  for (const path of paths) if (!(await test(path))) return false;
  return true;
}

/** How the files are found that a command names. */
async function searchOf(
  command: RunCommand,
  signal: AbortSignal,
): Promise<Pick<ConstructorParameters<typeof Follower>[0], 'find' | 'finds'>> {
  const { file, more } = command;
  const named = more.length > 0 || !(await mayFindOthers(command, signal));
  if (named) return { finds: false, find: () => Promise.resolve([file, ...more]) };
  return {
    finds: true,
    find: async (stop) => {
      try {
        return (await filesOf(command, stop)) ?? [file];
      } catch (error) {
        if (error instanceof SourceError && error.failure === 'not-found') return [];
        throw error;
      }
    },
  };
}

/** Whether a command names a folder, or files by wildcards. */
async function mayFindOthers(command: RunCommand, signal: AbortSignal): Promise<boolean> {
  try {
    return (await filesOf(command, signal)) !== undefined;
  } catch (error) {
    if (error instanceof SourceError && error.failure === 'not-found') return true;
    throw error;
  }
}

/** Aborts at a time; answers how to know the timer that is set. */
function endAt(timeMs: number, end: AbortController): () => NodeJS.Timeout | undefined {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const left = timeMs - Date.now();
    if (left <= 0) end.abort();
    else timer = setTimeout(wait, Math.min(left, longestWait));
  };
  if (timeMs !== Infinity) wait();
  return () => timer;
}

function summaryText({ records, matched, malformed }: FollowSummary): string {
  return `${counted(records, 'record')} read, ${grouped(matched)} written, ${grouped(malformed)} malformed`;
}
