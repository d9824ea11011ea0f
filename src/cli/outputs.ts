import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { plannedFor } from '../engine/dataset/plan.ts';
import { exportAll, type AlsoExport } from '../engine/run/export/also.ts';
import { refuseOther, type JournalOptions } from '../engine/run/export/journal.ts';
import { findKept, removeKept, type KeptExport, type OutputName } from '../engine/run/export/kept.ts';
import { pathsRead } from '../engine/run/joinedFiles.ts';
import { openOutput } from '../engine/run/openOutput.ts';
import { isSameTarget } from '../engine/sink/atomicFile.ts';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import type { Target } from '../engine/sink/exportFormat.ts';
import { openTarget } from '../engine/sink/openTarget.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { SplitSink } from '../engine/sink/split/splitSink.ts';
import { isTemplate, parseTemplate } from '../engine/sink/split/template.ts';
import { endingOf, namedTarget } from '../engine/sink/targetName.ts';
import { fileNameAt } from '../engine/source/location.ts';
import { SourceError } from '../engine/source/source.ts';
import { said } from '../said/said.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { count, programsOf, type Summaries } from './count.ts';
import { journalFor } from './journalOptions.ts';
import { grouped, visible } from './message.ts';
import type { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/**
 * Opens what a command writes to besides standard output, and does its work.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function writeOutputs(
  dataset: Dataset,
  command: RunCommand,
  terminal: Terminal,
): Promise<Summaries> {
  const { query, output } = command;
  const measure = command.stages !== undefined || command.metrics !== undefined;
  const { to = targetOf(command, dataset) } = command;
  const sinks: ByteSink[] = [];
  // Where several files have come to is not written down.
  const journal =
    dataset.location.paths.length > 1 || dataset.merge
      ? undefined
      : journalFor(command, to, terminal.sayLast);
  const sources = await pathsRead(dataset, [query, ...command.also.map((other) => other.query)]);
  const open = async (path: string, name?: OutputName): Promise<ByteSink> => {
    const sink = await (journal && name
      ? openOutput(path, name, sources, command.kept)
      : openTarget(path, { sources }));
    sinks.push(sink);
    return sink;
  };
  const earlier = journal && !command.kept ? await earlierTo(journal, terminal) : undefined;
  try {
    if (command.kept) refuseOther(command.kept, dataset);
    await refuseSameTarget(command);
    const rejects = command.rejects === undefined ? undefined : await open(command.rejects, 'rejects');
    const splits = (path: string | undefined): SplitSink | undefined => splitOf(path, command, sources);
    const split = splits(output);
    const sink = output === undefined || split ? terminal.output : await open(output, 'output');
    const { report, invalid } = command.schema ?? {};
    if (invalid !== undefined) refuseOtherFormat(invalid, dataset);
    const checks = {
      report: report === undefined ? undefined : await open(report, 'report'),
      invalid: invalid === undefined ? undefined : await open(invalid, 'invalid'),
    };
    const programs = programsOf(terminal);
    if (command.service) {
      // What HTTP needs takes longer to load than a small file takes to be read.
      const sent = { rejects, checks, programs, measure };
      const { send } = await import('./send.ts');
      return [await send(dataset, command, command.service, sent, terminal)];
    }
    const context = { signal: terminal.signal, progress: (state: Progress) => terminal.progress.show(state) };
    if (command.count) {
      return [await count(dataset, command, { rejects, checks, programs, measure }, terminal)];
    }
    try {
      const where = split ? { split } : { sink };
      const asked = { query, to, ...where, rejects, checks, programs, measure, journal };
      const also: AlsoExport[] = [];
      for (const { output, query } of command.also) {
        const to = namedFor(dataset, fileNameAt(command.file), output);
        const other = splits(output);
        also.push(other ? { query, to, split: other } : { query, to, sink: await open(output) });
      }
      const summaries = await exportAll(dataset, asked, also, context);
      // One that starts again may have been killed more than once.
      for (let kept = earlier; kept && journal; kept = await keptFor(journal)) await removeKept(kept);
      return summaries;
    } catch (error) {
      throw output === undefined ? withPlaceToGoOn(error, dataset, query) : error;
    }
  } finally {
    for (const sink of sinks) await sink.discard();
  }
}

/** Undefined where a path names one file. */
function splitOf(
  path: string | undefined,
  command: RunCommand,
  sources: readonly string[],
): SplitSink | undefined {
  if (path === undefined || !isTemplate(path)) return undefined;
  const { rejects, schema, output, also, split } = command;
  const others = [rejects, schema?.report, schema?.invalid, output, ...also.map((other) => other.output)];
  const taken = others.flatMap((other) => (other === undefined || isTemplate(other) ? [] : [other]));
  return new SplitSink({ template: parseTemplate(path), ...split, sources, taken });
}

/** An export to the same target that has not come to its end, which is no more of use once this one has. */
async function earlierTo(journal: JournalOptions, { say }: Terminal): Promise<KeptExport | undefined> {
  const { output = '' } = journal.targets;
  const kept = await keptFor(journal);
  // Of one that starts again, nothing is lost.
  if (kept && kept.entry.restart === undefined) {
    say(
      `An earlier export to ${visible(relative(process.cwd(), output))} has not come to its end: rowriver resume goes on with it. This one begins again, and replaces it.`,
    );
  }
  return kept;
}

function keptFor({ targets: { output = '' }, version }: JournalOptions): Promise<KeptExport | undefined> {
  return findKept(output, version).catch(() => undefined);
}

/** The format that the name of the output says. */
function targetOf({ file, output }: RunCommand, dataset: Dataset): Target {
  return output === undefined ? 'same' : namedFor(dataset, fileNameAt(file), output);
}

function namedFor({ format: { kind, dialect } }: Dataset, name: string, output: string): Target {
  return namedTarget({ name, kind, delimiter: dialect?.delimiter }, output);
}

/** @throws SinkError where the name says another format than that of the file */
function refuseOtherFormat(invalid: string, dataset: Dataset): void {
  if (namedFor(dataset, fileNameAt(dataset.name), invalid) === 'same') return;
  const message = said`--invalid does not change the format of the records of ${dataset.name}: the name cannot end in ${endingOf(invalid)}.`;
  throw new SinkError('failed', message);
}

/** @throws SinkError where one of the files to be written would take the place of another */
async function refuseSameTarget({ output, rejects, schema, service, also }: RunCommand): Promise<void> {
  const { report, invalid } = schema ?? {};
  const others = Object.entries({ rejects, report, invalid, 'dead-letter': service?.deadLetter });
  const before: { readonly name: string; readonly path: string | undefined }[] = [
    ...(output !== undefined && isTemplate(output) ? [] : [{ name: 'output', path: output }]),
  ];
  others.push(...also.map((other): [string, string] => ['also', other.output]));
  for (const [name, path] of others) {
    // Whether many files are among the others is seen as they are named.
    if (path === undefined || isTemplate(path)) continue;
    for (const other of before) {
      const { path: first } = other;
      const same = first === undefined ? await isStandardOutput(path) : await isSameTarget(first, path);
      if (!same) continue;
      const message = said`--${other.name} and --${name} are the same file, ${path}: choose another name for one of them.`;
      throw new SinkError('same-target', message);
    }
    before.push({ name, path });
  }
}

/** Whether a path leads to the file that the shell has opened for standard output. */
async function isStandardOutput(path: string): Promise<boolean> {
  const [out, found] = [
    fstatSync(1, { bigint: true }),
    await stat(path, { bigint: true }).catch(() => undefined),
  ];
  return out.isFile() && found?.ino === out.ino && found.dev === out.dev;
}

/** What was written to standard output stays there: says where the rest begins. */
function withPlaceToGoOn(error: unknown, dataset: Dataset, query: string): unknown {
  if (!(error instanceof SourceError) || error.recordAt === undefined) return error;
  const { plan } = plannedFor(query, dataset.recognised.format, { calls: true });
  // Of several files, the byte alone does not say where.
  if (
    plan.shape === 'table' ||
    error.recordAt <= dataset.recognised.dataStart ||
    dataset.location.paths.length > 1
  )
    return error;
  const message = said`${error.message} Everything before byte ${grouped(error.recordAt)} was written; _offset >= ${error.recordAt} selects the rest.`;
  return new SourceError(error.failure, message, error.position, { cause: error });
}
