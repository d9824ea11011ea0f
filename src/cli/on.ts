import { Readable } from 'node:stream';
import { Dataset, type DatasetOptions } from '../engine/dataset/dataset.ts';
import { writePath, type Query } from '../engine/query/index.ts';
import { columnNames, jsonLines } from '../engine/remote/arrowRows.ts';
import { RemoteError } from '../engine/remote/remoteError.ts';
import { SparkRun } from '../engine/remote/run.ts';
import type { Target } from '../engine/sink/exportFormat.ts';
import { namedTarget } from '../engine/sink/targetName.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { counted, grouped, visible } from './message.ts';
import type { OnOptions } from './arguments/onOptions.ts';
import { writeOutputs } from './outputs.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs a query on a cluster, and writes its rows here as they come.
 * @throws QuerySyntaxError where Spark has no words for the query; RemoteError, SourceError, SinkError, the signal's reason
 */
export async function runOn(
  dataset: Dataset,
  command: RunCommand,
  { address, path, infers, output }: OnOptions,
  query: Query,
  pool: DatasetOptions['pool'],
  terminal: Terminal,
): Promise<void> {
  const run = await SparkRun.begin(
    dataset,
    { query, text: command.query, address, path, infers },
    terminal.signal,
  );
  // Whoever reads the result may end before the cluster does.
  const ended = new AbortController();
  const signal = AbortSignal.any([terminal.signal, ended.signal]);
  try {
    const where = `by Spark${run.version === undefined ? '' : ` ${visible(run.version)}`} at ${address.shown}`;
    if (command.count) {
      const count = await run.count(signal);
      await terminal.output.write(new TextEncoder().encode(`${count}\n`));
      terminal.say(`${grouped(Number(count))} matching, counted ${where}`);
      return;
    }
    if (output) {
      await run.write(output, signal);
      terminal.say(`written to ${visible(output.path)} ${where}`);
      return;
    }
    const rows = await writeRows(run.rows(signal), dataset, command, pool, terminal, ended);
    const target = command.output === undefined ? '' : ` to ${visible(command.output)}`;
    terminal.say(`${counted(rows, 'row')} written${target}, computed ${where}`);
  } finally {
    ended.abort();
    await run.close();
  }
}

/** Writes rows as those of a file of JSON Lines are written; answers how many. */
async function writeRows(
  batches: AsyncIterable<Uint8Array, undefined>,
  dataset: Dataset,
  command: RunCommand,
  pool: DatasetOptions['pool'],
  terminal: Terminal,
  ended: AbortController,
): Promise<number> {
  const to = targetOf(command, dataset);
  const all = batches[Symbol.asyncIterator]();
  const first = await all.next();
  // A table begins with the names of its columns.
  const names = first.done || to === 'same' || to === 'jsonl' ? [] : columnNames(first.value);
  const select = names.length === 0 ? '' : `|> SELECT ${names.map((name) => writePath([name])).join(', ')}`;
  const bytes = Readable.from(linesOf(first, all), { objectMode: false });
  const input = { name: 'The result', bytes };
  const { signal } = terminal;
  let result: Dataset | undefined;
  try {
    result = await Dataset.open({ kind: 'stdin', input }, { format: 'jsonl', pool, signal });
    const own = { ...command, query: select, to };
    const [summary] = await writeOutputs(result, own, terminal);
    terminal.progress.erase();
    return summary.matched;
  } catch (error) {
    // What reads the result says where its bytes end, which is of no use to anybody.
    throw bytes.errored instanceof RemoteError ? bytes.errored : error;
  } finally {
    ended.abort();
    await result?.close();
  }
}

async function* linesOf(
  first: IteratorResult<Uint8Array, undefined>,
  rest: AsyncIterator<Uint8Array, undefined>,
): AsyncGenerator<Buffer> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield* jsonLines(next.value);
  } finally {
    await rest.return?.();
  }
}

/** The format of the output: that of the file, where its name says no other. */
function targetOf({ to, output }: RunCommand, { name, format }: Dataset): Target {
  const { kind, dialect } = format;
  const target =
    to ??
    (output === undefined ? 'same' : namedTarget({ name, kind, delimiter: dialect?.delimiter }, output));
  if (target !== 'same' || kind !== 'csv') return target;
  return dialect?.delimiter === '\t' ? 'tsv' : 'csv';
}
