import type { FormatOptions } from '../../protocol/formatOptions.ts';
import type { ToolProgress, ToolScope } from '../../protocol/tools.ts';
import { english, said, type Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { joinedDoubts } from '../dataset/doubt/joinedDoubts.ts';
import { pathOfJoined } from '../dataset/joinedFile.ts';
import { comparisonDoubts, doubtsToRun, type NullAdvice } from '../dataset/doubt/doubts.ts';
import { numberDoubts } from '../dataset/doubt/numberDoubts.ts';
import { SampledCells } from '../dataset/doubt/sampledCells.ts';
import { totalDoubts } from '../dataset/totals.ts';
import { plannedFor, QuerySyntaxError, type PlannedQuery } from '../dataset/plan.ts';
import type { OpenReading } from '../format/csv/openReading.ts';
import { checkQuery, isUnknownColumn, parseQuery, type Diagnostic } from '../query/index.ts';
import { throttled } from '../run/throttle.ts';
import { percent } from '../words.ts';
import type { Arguments } from './arguments.ts';
import { columnList } from './columnNames.ts';
import { readablePath } from './confine.ts';
import { formatOptionsOf } from './readAs.ts';
import type { AskedFile, OpenFiles } from './openFiles.ts';

/** One call of a tool, with what it may reach. */
export interface Call {
  readonly input: Arguments;
  readonly scope: ToolScope;
  readonly files: OpenFiles;
  /** The caller's. */
  readonly signal: AbortSignal;
  readonly progress: (value: ToolProgress) => void;
}

/** Does something with the file that a call names. @throws ToolError, SourceError */
export async function withFile<T>(
  { input, scope, files, signal }: Call,
  work: (asked: AskedFile, path: string) => Promise<T>,
): Promise<T> {
  const path = await readablePath(input.text('path'), scope);
  const options: FormatOptions = formatOptionsOf(input);
  return files.with(path, options, signal, (asked) => work(asked, path));
}

/** A query, planned, with what is doubtful about it. */
export interface CheckedQuery {
  readonly planned: PlannedQuery;
  readonly warnings: readonly Diagnostic[];
  /** The same by what is known of the file's end. @throws SourceError, the signal's reason */
  readonly totals: () => Promise<readonly Diagnostic[]>;
}

/** @throws QuerySyntaxError; ToolError, SourceError where it names a file that may not be read */
export async function checked(
  query: string,
  dataset: Dataset,
  { scope, signal }: Pick<Call, 'scope' | 'signal'>,
): Promise<CheckedQuery> {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics);
  // A long query takes a while to read, and to plan: a cancel is heard in between.
  await new Promise(setImmediate);
  signal.throwIfAborted();
  for (const operator of parsed.query.operators) {
    if (operator.kind === 'join') await readablePath(await pathOfJoined(dataset, operator.file.path), scope);
  }
  const doubts = doubtsToRun(parsed.query, dataset, readingAdvice);
  const found = checkQuery(parsed.query, dataset.seenColumns, dataset.checkedIn);
  const unknown = found.filter(isUnknownColumn);
  // In a table it is unknown for certain; a record of JSON further down may have it.
  if (unknown.length > 0 && dataset.layout.names === 'columns') {
    throw new QuerySyntaxError([withColumns(unknown[0], dataset)]);
  }
  const named = found.map((one) => (one === unknown.at(0) ? withColumns(one, dataset) : one));
  const sampled = new SampledCells(dataset);
  const compared = await comparisonDoubts(parsed.query, dataset, sampled, signal, nullAdvice);
  const joined = await joinedDoubts(parsed.query, dataset, sampled, signal);
  const numbers = await numberDoubts(parsed.query, dataset, sampled, signal);
  const warnings = [...named, ...doubts, ...compared, ...numbers, ...joined];
  // Whether the last record is a total is known once all have been read.
  const totals = (): Promise<Diagnostic[]> => totalDoubts(parsed.query, dataset, signal);
  return { planned: plannedFor(query, dataset.recognised.format), warnings, totals };
}

function withColumns(unknown: Diagnostic, { columns }: Dataset): Diagnostic {
  const told = said`${unknown.said}. ${columnList(columns.all).replace(/\.$/, '')}`;
  return { ...unknown, message: english(told), said: told };
}

const nullAdvice: NullAdvice = (text) => said`set read_as.null to ${text}`;

/** What there is to do about a column whose cells can be read in two ways. */
export function readingAdvice({ choices }: OpenReading): Said {
  const options = choices.map((choice) =>
    choice.kind === 'number' ? `read_as.decimal = "${choice.decimal}"` : `read_as.dates = "${choice.order}"`,
  );
  return said`Set ${options.join(' or ')}.`;
}

/** Tells how far a call has come. */
export function reportTo({ progress }: Call): (done: number, total: number | undefined) => void {
  const tell = throttled(progress);
  return (done, total) => {
    if (!total) return;
    const share = Math.min(1, done / total);
    tell({ share, message: `${percent(share)} of the file read` });
  };
}
