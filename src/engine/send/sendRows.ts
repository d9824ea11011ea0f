import { createHash, randomBytes } from 'node:crypto';
import type { ExportProgress, ExportSummary, SentRows } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { type Said, said } from '../../said/said.ts';
import type { Calls } from '../stage/calls.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { plannedFor } from '../dataset/plan.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { formFor, type BodyForm } from '../sink/http/bodyForm.ts';
import { DeadLetters } from '../sink/http/deadLetters.ts';
import { SendJournal, type RowRange, type SentRun } from '../sink/http/sendJournal.ts';
import { ServiceSink } from '../sink/http/serviceSink.ts';
import type { TableName } from '../sink/postgres/address.ts';
import { SinkError } from '../sink/sinkError.ts';
import { parseAddress } from '../source/http/address.ts';
import type { CheckSinks } from '../run/checkLog.ts';
import { exportTo } from '../run/export/export.ts';
import { failsAgain } from '../run/prospects.ts';

/** A service that rows are sent to. */
export interface ServiceTarget {
  /** An http(s) address, or that of a PostgreSQL database; never shown whole. */
  readonly url: string;
  /** The table of a database. */
  readonly table: TableName | undefined;
  readonly createTable: boolean;
  /** undefined: what the address says. */
  readonly form: BodyForm | undefined;
  readonly gzip: boolean;
  /** Where rows go that are given up. */
  readonly deadLetter: string | undefined;
  /** Whether what is read has such rows, which are sent again. */
  readonly resend: boolean;
  /** Whether to go on with an earlier run that has ended early. */
  readonly resume: boolean;
  /** Undefined: as usual. */
  readonly batch: number | undefined;
  readonly attempts: number | undefined;
  readonly retryMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly inFlight: number | undefined;
}

export interface SendOptions {
  readonly query: string;
  /** For the service. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where it is noted what has been sent. */
  readonly journals: string;
  readonly rejects?: ByteSink | undefined;
  readonly checks?: CheckSinks | undefined;
  readonly programs: Pick<Calls, 'open'> | undefined;
  readonly measure?: boolean | undefined;
}

export interface SendContext extends HandlerContext<ExportProgress> {
  /** So many rows of an earlier run are not sent again. */
  readonly resumed: (rows: number) => void;
  /** The run ends early. Until then this has become of the rows, and another run may go on from there or not. */
  readonly broken: (sent: SentRows, canResume: boolean) => void;
}

/**
 * Sends what the query selects to the service.
 * @throws SourceError, SinkError, the signal's reason; what was accepted until then has been told
 */
export async function sendRows(
  dataset: Dataset,
  service: ServiceTarget,
  options: SendOptions,
  { resumed, broken, ...context }: SendContext,
): Promise<ExportSummary> {
  const { query, headers, journals, rejects, ...others } = options;
  const address = parseAddress(service.url);
  const { signal } = context;
  const { deadLetter, form = formFor(address.url), timeoutMs, resume, ...rest } = service;
  const keepsRejects = rejects !== undefined;
  const identity = identityOf(dataset, query, keepsRejects);
  const { paths } = dataset.location;
  const asked = [
    paths,
    query,
    keepsRejects,
    dataset.spec.schema,
    address.url.href,
    form,
    rest.batch,
    rest.resend,
  ];
  const run = { asked, rows: identity };
  const deadLetters = deadLetter === undefined ? undefined : await DeadLetters.open(deadLetter, paths);
  const journal = await openJournal(dataset, query, resume, journals, run).catch(async (error: unknown) => {
    await deadLetters?.close();
    throw error;
  });
  if (journal && resume) resumed(rowsIn(journal.done));
  const sink = new ServiceSink(address, {
    ...rest,
    form,
    headers,
    limits: timeoutMs === undefined ? undefined : { answerMs: timeoutMs, idleMs: timeoutMs },
    deadLetters,
    identity,
    journal,
    signal,
  });
  try {
    return await exportTo(dataset, { query, service: sink, rejects, ...others }, context);
  } catch (error) {
    broken(sink.sent, journal !== undefined && !failsAgain(error));
    throw error;
  }
}

/**
 * The same rows of the same file have the same one; rows of what cannot be told from others have one of their own.
 * @param keepsRejects whether irregular records, and those that a schema does not allow, are left out
 */
export function identityOf(dataset: Dataset, query: string, keepsRejects: boolean): string {
  const { identity = randomBytes(16).toString('hex'), spec, recognised } = dataset;
  const { text } = plannedFor(query, recognised.format, { calls: true });
  const parts = [identity, text, keepsRejects, spec.schema];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** Why another run may not have the same rows; undefined: it has. */
export function whyNotAgain({ identity, name, recognised }: Dataset, query: string): Said | undefined {
  if (identity === undefined) return said`whether ${name} is still the same cannot be known`;
  const { plan, asked, text } = plannedFor(query, recognised.format, { calls: true });
  if (plan.operators.some(({ kind }) => kind === 'call'))
    return said`its query runs a program, which may not give the same rows again`;
  return asked === text ? undefined : said`its query depends on the time`;
}

/** Undefined where another run would not have the same rows. @throws SinkError where it is to be gone on with */
async function openJournal(
  dataset: Dataset,
  query: string,
  resume: boolean,
  folder: string,
  run: SentRun,
): Promise<SendJournal | undefined> {
  const why = whyNotAgain(dataset, query);
  if (why !== undefined) {
    if (resume) throw new SinkError('nothing-to-resume', said`The run cannot be resumed: ${why}.`);
    return undefined;
  }
  return SendJournal.open(folder, run, resume);
}

function rowsIn(done: readonly RowRange[]): number {
  return done.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
