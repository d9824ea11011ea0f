import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Dataset } from '../engine/dataset/dataset.ts';
import type { Programs } from '../engine/call/programs.ts';
import { exportTo } from '../engine/run/export.ts';
import { formFor } from '../engine/sink/http/bodyForm.ts';
import { DeadLetters } from '../engine/sink/http/deadLetters.ts';
import { ServiceSink } from '../engine/sink/http/serviceSink.ts';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import type { CheckSinks } from '../engine/run/checkLog.ts';
import { SendJournal, type RowRange } from '../engine/sink/http/sendJournal.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { plannedFor } from '../engine/dataset/plan.ts';
import { parseAddress } from '../engine/source/http/address.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { RunCommand } from './arguments.ts';
import { cacheFolder } from '../host/cacheFolder.ts';
import { counted } from './message.ts';
import type { Progress, ProgressLine } from './progress.ts';
import { sentText } from './sentText.ts';
import type { ServiceOptions } from './serviceOptions.ts';

export interface SendOptions {
  readonly rejects: ByteSink | undefined;
  readonly checks: CheckSinks;
  readonly programs: Programs;
  readonly measure: boolean;
}

export interface SendTerminal {
  readonly say: (text: string) => void;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

/**
 * Sends what the query selects to the service.
 * @throws SourceError, SinkError, the signal's reason; what was accepted until then has been said
 */
export async function send(
  dataset: Dataset,
  { query, headers }: RunCommand,
  service: ServiceOptions,
  options: SendOptions,
  terminal: SendTerminal,
): Promise<ExportSummary> {
  const address = parseAddress(service.url);
  const { signal } = terminal;
  const { deadLetter, form = formFor(address.url), timeoutMs, resume, ...rest } = service;
  const identity = identityOf(dataset, query, options);
  const divided = [rest.batch, rest.resend];
  const run = [identity, address.url.href, form, ...divided];
  const journal = await openJournal(dataset, query, resume, run);
  if (journal && resume) terminal.say(resumedText(journal.done));
  const sink = new ServiceSink(address, {
    ...rest,
    form,
    headers,
    limits: timeoutMs === undefined ? undefined : { answerMs: timeoutMs, idleMs: timeoutMs },
    deadLetters: deadLetter === undefined ? undefined : await DeadLetters.open(deadLetter, dataset.paths),
    identity,
    journal,
    signal,
  });
  try {
    const progress = (state: Progress): void => terminal.progress.show(state);
    return await exportTo(dataset, { query, service: sink, ...options }, { signal, progress });
  } catch (error) {
    terminal.progress.erase();
    terminal.say(`${sentText(sink.sent, sink.name, deadLetter)} before the run ended`);
    if (journal) terminal.say('To go on from there, run the same command again with --resume');
    throw error;
  }
}

/** The same rows of the same file have the same one; rows of what cannot be told from others have one of their own. */
export function identityOf(dataset: Dataset, query: string, { rejects }: SendOptions): string {
  const { identity = randomBytes(16).toString('hex'), spec, recognised } = dataset;
  const { text } = plannedFor(query, recognised.format, { calls: true });
  // Irregular records, and those that a schema does not allow, are left out.
  const parts = [identity, text, rejects !== undefined, spec.schema];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** Why another run may not have the same rows; undefined: it has. */
export function whyNotAgain({ identity, name, recognised }: Dataset, query: string): string | undefined {
  if (identity === undefined) return `whether ${name} is still the same cannot be known`;
  const { plan, asked, text } = plannedFor(query, recognised.format, { calls: true });
  if (plan.operators.some(({ kind }) => kind === 'call'))
    return 'its query runs a program, which may not give the same rows again';
  return asked === text ? undefined : 'its query depends on the time';
}

/** Undefined where another run would not have the same rows. @throws SinkError where it is to be gone on with */
async function openJournal(
  dataset: Dataset,
  query: string,
  resume: boolean,
  run: readonly unknown[],
): Promise<SendJournal | undefined> {
  const why = whyNotAgain(dataset, query);
  if (why !== undefined) {
    if (resume) throw new SinkError('nothing-to-resume', `The run cannot be resumed: ${why}.`);
    return undefined;
  }
  const folder = join(cacheFolder(process.platform, process.env), 'sends');
  return SendJournal.open(folder, run, resume);
}

function resumedText(done: readonly RowRange[]): string {
  const rows = done.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return `Resuming: ${counted(rows, 'row')} were sent before`;
}
