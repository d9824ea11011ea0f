import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { Programs } from '../engine/call/programs.ts';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { readingDoubts } from '../engine/dataset/doubts.ts';
import { countTo } from '../engine/run/count.ts';
import { exportAll, type AlsoExport } from '../engine/run/exportAlso.ts';
import { plannedFor, QuerySyntaxError } from '../engine/dataset/plan.ts';
import { refuseOther, type JournalOptions } from '../engine/run/exportJournal.ts';
import { findKept, removeKept, type KeptExport, type OutputName } from '../engine/run/keptExport.ts';
import { openOutput } from '../engine/run/openOutput.ts';
import { stageTable } from '../engine/run/stageTable.ts';
import { checkQuery, parseQuery, type Query } from '../engine/query/index.ts';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import type { Target } from '../engine/sink/exportFormat.ts';
import { isSameTarget } from '../engine/sink/atomicFile.ts';
import { openTarget } from '../engine/sink/openTarget.ts';
import { SplitSink } from '../engine/sink/split/splitSink.ts';
import { isTemplate, parseTemplate } from '../engine/sink/split/template.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { endingOf, namedTarget } from '../engine/sink/targetName.ts';
import { fileNameAt } from '../engine/source/location.ts';
import { parseAddress } from '../engine/source/http/address.ts';
import { SourceError } from '../engine/source/source.ts';
import type { ExportSummary, FileDoubt } from '../protocol/engine.ts';
import type { OtherTableCount } from '../protocol/preview.ts';
import { profile } from '../engine/run/profile.ts';
import type { RunCommand } from './arguments.ts';
import { optionsFor } from './cellOptions.ts';
import { keptIndexes, openInput, scanPool, workers } from './input.ts';
import { journalFor } from './journalOptions.ts';
import { MetricsFile } from './metricsFile.ts';
import { writeSchema } from './inferSchema.ts';
import { grouped, showProblem, visible, counted } from './message.ts';
import { cellsText, checkText, openSchema } from './schema.ts';
import { profileJson, profileTable } from './profile.ts';
import { sentText } from './sentText.ts';
import type { Progress, ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';

/**
 * Does what a command line asks for.
 * @returns whether records were found that the command is to fail for
 * @throws QuerySyntaxError, SourceError, SchemaError, SinkError, the signal's reason
 */
export async function run(command: RunCommand, terminal: Terminal): Promise<boolean> {
  const parsed = parsedOrThrow(command.query);
  const queries = [parsed, ...command.also.map(({ query }) => parsedOrThrow(query))];
  const pool = scanPool();
  try {
    const { from: format, texts, cells, table } = command;
    const { signal } = terminal;
    const store = keptIndexes(command);
    const schema = await openSchema(command.schema, signal, terminal.say);
    const reading = { format, ...texts, ...cells, ...table, pool, signal, schema };
    if (command.follow) {
      const { follow } = await import('./follow.ts');
      await follow(command, command.follow, parsed, { ...reading, store }, terminal);
      return false;
    }
    const dataset = await openInput(command, { ...reading, store });
    try {
      for (const { path, reason } of dataset.unread) terminal.say(visible(`Left out ${path}: ${reason}`));
      if (command.reading) {
        await terminal.output.write(new TextEncoder().encode(`${JSON.stringify(readingOf(dataset))}\n`));
        return false;
      }
      for (const { text, query } of queries) {
        const doubts = readingDoubts(query, dataset, optionsFor);
        const errors = doubts.filter(({ severity }) => severity === 'error');
        if (errors.length > 0) throw new QuerySyntaxError(errors, text);
        const checked = checkQuery(query, dataset.seenColumns, { ...dataset.checkedIn, calls: true });
        for (const doubt of [...checked, ...doubts]) {
          terminal.say(showProblem(text, doubt));
        }
      }
      const cells = schema && cellsText(dataset.layout, schema);
      if (cells !== undefined) terminal.say(cells);
      if (command.inferSchema) {
        await writeSchema(dataset, command, terminal);
        return false;
      }
      if (command.profile !== undefined) {
        await writeProfile(dataset, command, terminal);
        return false;
      }
      const [summary, ...also] = await measured(dataset, command, terminal);
      terminal.progress.erase();
      if (summary.doubt) terminal.say(visible(`${dataset.name} ${fileDoubts[summary.doubt]}`));
      // A query that takes the first rows of a pipe must not wait for its end.
      const isShort = dataset.once && parsed.query.operators.some(({ kind }) => kind === 'limit');
      const others = isShort ? undefined : await dataset.otherTables(signal, { download: true });
      terminal.say(summaryText(summary, command, others));
      also.forEach(({ matched, files }, i) => {
        terminal.say(`${grouped(matched)} written to ${visible(command.also[i].output)}${filesText(files)}`);
      });
      if (summary.asText && summary.asText.length > 0) terminal.say(asTextNote(summary.asText));
      if (command.schema && summary.checked) terminal.say(checkText(summary.checked, command.schema));
      if (summary.stages && command.stages === 'json') terminal.report(JSON.stringify(summary.stages));
      else if (summary.stages && command.stages === 'table') terminal.say(stageTable(summary.stages));
      if (summary.sent && summary.sent.givenUp > 0) return true;
      const isSpoiled = summary.malformed > 0 || (summary.checked?.invalid ?? 0) > 0;
      return dataset.unread.length > 0 || (command.schema?.failOnInvalid === true && isSpoiled);
    } finally {
      await dataset.close();
    }
  } finally {
    terminal.progress.erase();
    await pool.close();
  }
}

function parsedOrThrow(text: string): { readonly text: string; readonly query: Query } {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics, text);
  return { text, query: parsed.query };
}

/** Writes what the columns hold. */
async function writeProfile(
  dataset: Dataset,
  { query, profile: form }: RunCommand,
  terminal: Terminal,
): Promise<void> {
  const planned = query.trim() === '' ? undefined : plannedFor(query, dataset.recognised.format);
  if (planned && planned.plan.shape !== 'records') {
    const message =
      '--profile needs a query that selects records; of other rows, write |> DESCRIBE at the end';
    throw new QuerySyntaxError([{ from: 0, to: query.length, severity: 'error', message }]);
  }
  const began = performance.now();
  const found = await profile(dataset, planned, terminal.signal, ({ coverage: { rows, share } }) => {
    const total = dataset.expectedSize;
    const elapsedMs = performance.now() - began;
    terminal.progress.show({ records: rows, matched: rows, scanned: share * (total ?? 0), total, elapsedMs });
  });
  terminal.progress.erase();
  const text = form === 'json' ? profileJson(found) : profileTable(found, terminal.table);
  await terminal.output.write(new TextEncoder().encode(text));
}

/** Does the work, and writes its metrics where they are wanted, also of work that fails. */
async function measured(dataset: Dataset, command: RunCommand, terminal: Terminal): Promise<Summaries> {
  if (command.metrics === undefined) return work(dataset, command, terminal);
  const metrics = new MetricsFile(command.metrics, dataset.paths);
  const progress: ProgressLine = {
    show: (state) => {
      terminal.progress.show(state);
      metrics.show(state);
    },
    erase: () => terminal.progress.erase(),
  };
  let summaries: Summaries | undefined;
  try {
    summaries = await work(dataset, command, { ...terminal, progress });
    return summaries;
  } finally {
    await metrics.end(summaries?.[0]);
  }
}

/** Of the command's own rows, and of each other output. */
type Summaries = [ExportSummary, ...ExportSummary[]];

async function work(dataset: Dataset, command: RunCommand, terminal: Terminal): Promise<Summaries> {
  const { query, output } = command;
  const measure = command.stages !== undefined || command.metrics !== undefined;
  const { to = targetOf(command, dataset) } = command;
  const sinks: ByteSink[] = [];
  // Where several files have come to is not written down.
  const journal = dataset.paths.length > 1 ? undefined : journalFor(command, to, terminal.sayLast);
  const open = async (path: string, name?: OutputName): Promise<ByteSink> => {
    const sink = await (journal && name
      ? openOutput(path, name, dataset.paths, command.kept)
      : openTarget(path, { sources: dataset.paths }));
    sinks.push(sink);
    return sink;
  };
  const earlier = journal && !command.kept ? await earlierTo(journal, terminal) : undefined;
  try {
    if (command.kept) refuseOther(command.kept, dataset);
    await refuseSameTarget(command);
    const rejects = command.rejects === undefined ? undefined : await open(command.rejects, 'rejects');
    const splits = (path: string | undefined): SplitSink | undefined => splitOf(path, command, dataset);
    const split = splits(output);
    const sink = output === undefined || split ? terminal.output : await open(output, 'output');
    const { report, invalid } = command.schema ?? {};
    if (invalid !== undefined) refuseOtherFormat(invalid, dataset);
    const checks = {
      report: report === undefined ? undefined : await open(report, 'report'),
      invalid: invalid === undefined ? undefined : await open(invalid, 'invalid'),
    };
    const programs = new Programs({
      worker: new URL('stage.js', import.meta.url),
      threads: workers(),
      say: (text) => terminal.say(visible(text)),
    });
    if (command.service) {
      // What HTTP needs takes longer to load than a small file takes to be read.
      const { send } = await import('./send.ts');
      const sent = { rejects, checks, programs, measure };
      return [await send(dataset, command, command.service, sent, terminal)];
    }
    const context = { signal: terminal.signal, progress: (state: Progress) => terminal.progress.show(state) };
    if (!command.count) {
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
        if (earlier) await removeKept(earlier);
        return summaries;
      } catch (error) {
        throw output === undefined ? withPlaceToGoOn(error, dataset, query) : error;
      }
    }
    const summary = await countTo(dataset, { query, rejects, checks, programs, measure }, context);
    terminal.progress.erase();
    await terminal.output.write(new TextEncoder().encode(`${summary.matched}\n`));
    return [summary];
  } finally {
    for (const sink of sinks) await sink.discard();
  }
}

/** Undefined where a path names one file. */
function splitOf(path: string | undefined, command: RunCommand, dataset: Dataset): SplitSink | undefined {
  if (path === undefined || !isTemplate(path)) return undefined;
  const { rejects, schema, output, also, split } = command;
  const others = [rejects, schema?.report, schema?.invalid, output, ...also.map((other) => other.output)];
  const taken = others.flatMap((other) => (other === undefined || isTemplate(other) ? [] : [other]));
  return new SplitSink({ template: parseTemplate(path), ...split, sources: dataset.paths, taken });
}

/** An export to the same target that has not come to its end, which is no more of use once this one has. */
async function earlierTo(
  { targets: { output = '' }, version }: JournalOptions,
  { say }: Terminal,
): Promise<KeptExport | undefined> {
  const kept = await findKept(output, version).catch(() => undefined);
  if (kept) {
    say(
      `An earlier export to ${visible(relative(process.cwd(), output))} has not come to its end: rowriver resume goes on with it. This one begins again, and replaces it.`,
    );
  }
  return kept;
}

/** What is said of a file that may have become another while it was read, after its name. */
const fileDoubts: Readonly<Record<FileDoubt, string>> = {
  replaced: 'was replaced while it was being read. The result is that of the file that was there before.',
  touched:
    'was written to or touched while it was being read. Some parts were checked and have not changed, but others may have.',
};

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
  const message = `--invalid does not change the format of the records of ${dataset.name}: the name cannot end in ${endingOf(invalid)}.`;
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
      const message = `--${other.name} and --${name} are the same file, ${path}: choose another name for one of them.`;
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
  if (plan.shape === 'table' || error.recordAt <= dataset.recognised.dataStart || dataset.paths.length > 1)
    return error;
  const message = `${error.message} Everything before byte ${grouped(error.recordAt)} was written; _offset >= ${error.recordAt} selects the rest.`;
  return new SourceError(error.failure, message, error.position, { cause: error });
}

/** How a file is read, for programs. */
function readingOf({ encoding, containers, recognised, format }: Dataset): object {
  return { format: format.kind, containers, encoding, ...format.described(recognised) };
}

/** What was left out with the file's other tables. */
function otherTables(
  { otherTables: lines = [] }: ExportSummary,
  counts: readonly OtherTableCount[] = [],
): string {
  if (lines.length === 0) return '';
  const places = lines.map((line, index) => {
    const held = counts.at(index)?.records;
    return `line ${grouped(line)}${held === undefined ? '' : ` (${counted(held, 'record')})`}`;
  });
  const others =
    lines.length === 1
      ? `another table from ${places.join('')}`
      : `${lines.length} other tables, from ${places.join(' and ')}`;
  return `; skipped: ${others} (--table N reads one of them, --tables 1 reads all as one table)`;
}

const mostNamed = 10;

/** Which columns an export with types has written as text. */
function asTextNote(columns: readonly string[]): string {
  const named = columns
    .slice(0, mostNamed)
    .map((name) => visible(name))
    .join(', ');
  const more = columns.length > mostNamed ? ` and ${grouped(columns.length - mostNamed)} more` : '';
  return `Written as text, because the values have several types: ${named}${more}`;
}

function filesText(files: number | undefined): string {
  return files === undefined ? '' : ` (${counted(files, 'file')})`;
}

/** `1,000 records read, 25 written to out.csv, 3 malformed` */
function summaryText(
  summary: ExportSummary,
  { count, output, rejects, service }: RunCommand,
  others: readonly OtherTableCount[] | undefined,
): string {
  const target = output === undefined ? '' : ` to ${visible(output)}`;
  const done = count
    ? `${grouped(summary.matched)} matching`
    : service && summary.sent
      ? sentText(summary.sent, parseAddress(service.url).shown, service.deadLetter)
      : `${grouped(summary.matched)} written${target}${filesText(summary.files)}`;
  const failed = summary.failed ? `, ${grouped(summary.failed)} failed in CALL` : '';
  const malformed = `${grouped(summary.malformed)} malformed${failed}`;
  const kept = rejects === undefined ? ' (--rejects FILE collects them)' : ` (in ${visible(rejects)})`;
  const read = `${counted(summary.records, 'record')} read`;
  return `${read}, ${done}, ${malformed}${summary.malformed > 0 ? kept : ''}${otherTables(summary, others)}`;
}
