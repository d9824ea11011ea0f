import type { Dataset } from '../engine/dataset/dataset.ts';
import { comparisonDoubts, doubtsToRun } from '../engine/dataset/doubt/doubts.ts';
import { numberDoubts } from '../engine/dataset/doubt/numberDoubts.ts';
import { joinedDoubts } from '../engine/dataset/doubt/joinedDoubts.ts';
import { SampledCells } from '../engine/dataset/doubt/sampledCells.ts';
import { QuerySyntaxError } from '../engine/dataset/plan.ts';
import { totalDoubts } from '../engine/dataset/totals.ts';
import { checkQuery, parseQuery, type Query } from '../engine/query/index.ts';
import { serviceName } from '../engine/send/serviceName.ts';
import type { FileDoubt } from '../protocol/comparison.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { OtherTableCount } from '../protocol/file.ts';
import { english } from '../said/said.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { optionsFor, useNull } from './arguments/cellOptions.ts';
import { count, programsOf, type Summaries } from './count.ts';
import { filesOf } from './files.ts';
import { keptIndexes, openInput, scanPool } from './input.ts';
import { grouped, showProblem, visible, counted } from './message.ts';
import type { ProgressLine } from './progress.ts';
import { sentText } from './sentText.ts';
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
    const { from: format, texts, cells, table, merge } = command;
    const { signal } = terminal;
    const store = keptIndexes(command);
    // What few commands need is loaded where it is needed: a small file takes no longer than the program takes to start.
    const schemas = command.schema && (await import('./schema.ts'));
    const schema = await schemas?.openSchema(command.schema, signal, terminal.say);
    const reading = { format, ...texts, ...cells, ...table, pool, signal, schema, beside: 'any' as const };
    if (command.follow) {
      const { follow } = await import('./follow.ts');
      await follow(command, command.follow, parsed, { ...reading, store, named: command.file }, terminal);
      return false;
    }
    // Whoever looks at the rows as they come waits for the first ones.
    const early = command.output === undefined;
    const opening = openInput(command, { ...reading, store, merge, early });
    const dataset = await (command.metrics === undefined ? opening : noted(opening, command, signal));
    let told = 0;
    const tellUnread = (): void => {
      for (const { path, reason } of dataset.unread.slice(told))
        terminal.say(visible(`Left out ${path}: ${english(reason)}`));
      told = dataset.unread.length;
    };
    try {
      tellUnread();
      if (command.reading) {
        await terminal.output.write(new TextEncoder().encode(`${JSON.stringify(readingOf(dataset))}\n`));
        return false;
      }
      const sampled = new SampledCells(dataset);
      for (const { text, query } of queries) {
        const doubts = doubtsToRun(query, dataset, optionsFor, text);
        const checked = checkQuery(query, dataset.seenColumns, { ...dataset.checkedIn, calls: true });
        const compared = await comparisonDoubts(query, dataset, sampled, signal, useNull);
        const joined = await joinedDoubts(query, dataset, sampled, signal);
        for (const doubt of [...checked, ...doubts, ...compared, ...joined]) {
          terminal.say(showProblem(text, doubt));
        }
      }
      if (command.on) {
        const { runOn } = await import('./on.ts');
        await runOn(dataset, command, command.on, parsed.query, pool, terminal);
        return false;
      }
      const cells = schema && schemas?.cellsText(dataset.layout, schema);
      if (cells !== undefined) terminal.say(cells);
      if (command.inferSchema) {
        const { writeSchema } = await import('./inferSchema.ts');
        await writeSchema(dataset, command, terminal);
        return false;
      }
      if (command.profile !== undefined) {
        const { writeProfile } = await import('./profile.ts');
        await writeProfile(dataset, command, terminal);
        return false;
      }
      const [summary, ...also] = await measured(dataset, command, terminal);
      terminal.progress.erase();
      tellUnread();
      for (const sentence of merge?.sentences() ?? []) terminal.say(visible(english(sentence)));
      for (const [at, { text, query }] of queries.entries()) {
        const { matched } = [summary, ...also][at];
        // What has given rows needs no second look, for which a small file would wait; a server is not asked again.
        const numbers = dataset.remote
          ? []
          : await numberDoubts(query, dataset, sampled, signal, matched > 0).catch(() => []);
        for (const doubt of [...numbers, ...(await totalDoubts(query, dataset, signal))])
          terminal.say(showProblem(text, doubt));
      }
      if (summary.doubt) terminal.say(visible(`${dataset.name} ${fileDoubts[summary.doubt]}`));
      for (const { name, doubt, malformed } of summary.joined ?? []) {
        if (doubt) terminal.say(visible(`${name} ${fileDoubts[doubt]}`));
        if (malformed > 0)
          terminal.say(visible(`${name}, which is joined, has ${counted(malformed, 'malformed record')}.`));
      }
      // A query that takes the first rows of a pipe must not wait for its end.
      const isShort = dataset.once && parsed.query.operators.some(({ kind }) => kind === 'limit');
      const others = isShort ? undefined : await dataset.otherTables(signal, { download: true });
      terminal.say(summaryText(summary, command, others));
      if (summary.filesLeft) terminal.say(filesLeftText(summary.filesLeft, command.output));
      also.forEach(({ matched, files, filesLeft }, i) => {
        const { output } = command.also[i];
        terminal.say(`${grouped(matched)} written to ${visible(output)}${filesText(files)}`);
        if (filesLeft) terminal.say(filesLeftText(filesLeft, output));
      });
      if (summary.asText && summary.asText.length > 0) terminal.say(asTextNote(summary.asText));
      if (command.schema && summary.checked) {
        terminal.say(schemas?.checkText(summary.checked, command.schema) ?? '');
      }
      if (summary.stages && command.stages === 'json') terminal.report(JSON.stringify(summary.stages));
      else if (summary.stages && command.stages === 'table') {
        const { stageTable } = await import('../engine/run/stageTable.ts');
        terminal.say(stageTable(summary.stages));
      }
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

/** A file that cannot be opened is a run that has failed: metrics of one before it would say that this one was well. */
async function noted(opening: Promise<Dataset>, command: RunCommand, signal: AbortSignal): Promise<Dataset> {
  try {
    return await opening;
  } catch (error) {
    const { metrics = '', file, more } = command;
    const sources = await filesOf(command, signal).catch(() => undefined);
    const { MetricsFile } = await import('./metricsFile.ts');
    // Why the file cannot be opened says more than what is wrong with its metrics.
    await new MetricsFile(metrics, sources ?? [file, ...more]).end(undefined).catch(() => undefined);
    throw error;
  }
}

/** Does the work, and writes its metrics where they are wanted, also of work that fails. */
async function measured(dataset: Dataset, command: RunCommand, terminal: Terminal): Promise<Summaries> {
  if (command.metrics === undefined) return work(dataset, command, terminal);
  const { MetricsFile } = await import('./metricsFile.ts');
  const metrics = new MetricsFile(command.metrics, dataset.location.paths);
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

/** Loads what writes to files, and to services, only where something is written: a count of a small file takes no longer than that. */
async function work(dataset: Dataset, command: RunCommand, terminal: Terminal): Promise<Summaries> {
  const { output, rejects, schema, service, also, kept } = command;
  const writes = [output, rejects, schema, service, kept].some((asked) => asked !== undefined);
  if (!command.count || writes || also.length > 0) {
    const { writeOutputs } = await import('./outputs.ts');
    return writeOutputs(dataset, command, terminal);
  }
  const measure = command.stages !== undefined || command.metrics !== undefined;
  return [await count(dataset, command, { programs: programsOf(terminal), measure }, terminal)];
}

/** What is said of a file that may have become another while it was read, after its name. */
export const fileDoubts: Readonly<Record<FileDoubt, string>> = {
  replaced: 'was replaced while it was being read. The result is that of the file that was there before.',
  touched:
    'was written to or touched while it was being read. Some parts were checked and have not changed, but others may have.',
};

/** How a file is read, for programs. */
function readingOf({ encoding, containers, recognised, format, files }: Dataset): object {
  return {
    ...{ format: format.kind, containers, encoding },
    ...format.described(recognised),
    ...(files?.partitions && { partitions: files.partitions }),
  };
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

function filesLeftText(count: number, output = ''): string {
  const verb = count === 1 ? 'was' : 'were';
  return `${counted(count, 'more file')} of ${visible(output)} ${verb} there before and ${verb} not replaced`;
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
      ? sentText(summary.sent, serviceName(service), service.deadLetter)
      : `${grouped(summary.matched)} written${target}${filesText(summary.files)}`;
  const failed = summary.failed ? `, ${grouped(summary.failed)} failed in CALL` : '';
  const malformed = `${grouped(summary.malformed)} malformed${failed}`;
  const kept = rejects === undefined ? ' (--rejects FILE collects them)' : ` (in ${visible(rejects)})`;
  const read = `${counted(summary.records, 'record')} read`;
  return `${read}, ${done}, ${malformed}${summary.malformed > 0 ? kept : ''}${otherTables(summary, others)}`;
}
