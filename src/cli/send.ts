import { createHash, randomBytes } from 'node:crypto';
import type { Dataset } from '../engine/dataset/dataset.ts';
import type { Programs } from '../engine/call/programs.ts';
import { exportTo } from '../engine/run/export.ts';
import { formFor } from '../engine/sink/http/batchBody.ts';
import { DeadLetters } from '../engine/sink/http/deadLetters.ts';
import { ServiceSink } from '../engine/sink/http/serviceSink.ts';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import type { CheckSinks } from '../engine/run/checkLog.ts';
import { parseAddress } from '../engine/source/http/address.ts';
import type { ExportSummary, SentRows } from '../protocol/engine.ts';
import type { RunCommand } from './arguments.ts';
import { counted, grouped, visible } from './message.ts';
import type { Progress, ProgressLine } from './progress.ts';
import type { ServiceOptions } from './serviceOptions.ts';

export interface SendOptions {
  readonly rejects: ByteSink | undefined;
  readonly checks: CheckSinks;
  readonly programs: Programs;
  readonly measure: boolean;
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
  terminal: {
    readonly say: (text: string) => void;
    readonly progress: ProgressLine;
    readonly signal: AbortSignal;
  },
): Promise<ExportSummary> {
  const address = parseAddress(service.url);
  const { signal } = terminal;
  const { deadLetter, form = formFor(address.url), timeoutMs, ...rest } = service;
  const sink = new ServiceSink(address, {
    ...rest,
    form,
    headers,
    limits: timeoutMs === undefined ? undefined : { answerMs: timeoutMs, idleMs: timeoutMs },
    deadLetters: deadLetter === undefined ? undefined : await DeadLetters.open(deadLetter, dataset.paths),
    identity: identityOf(dataset, query),
    signal,
  });
  try {
    const progress = (state: Progress): void => terminal.progress.show(state);
    return await exportTo(dataset, { query, service: sink, ...options }, { signal, progress });
  } catch (error) {
    terminal.progress.erase();
    terminal.say(`${sentText(sink.sent, sink.name, deadLetter)} before the run ended`);
    throw error;
  }
}

/** The same rows of the same file have the same one; rows of what cannot be told from others have one of their own. */
function identityOf({ identity = randomBytes(16).toString('hex') }: Dataset, query: string): string {
  return createHash('sha256')
    .update(JSON.stringify([identity, query]))
    .digest('hex')
    .slice(0, 24);
}

/** `1,000 rows accepted by http://host/path in 2 batches, 1 retry, 3 rows given up (in dead.jsonl)` */
export function sentText(
  { accepted, batches, retries, givenUp }: SentRows,
  name: string,
  deadLetter: string | undefined,
): string {
  const kept = givenUp > 0 && deadLetter !== undefined ? ` (in ${visible(deadLetter)})` : '';
  const tried = retries === 1 ? '1 retry' : `${grouped(retries)} retries`;
  return `${counted(accepted, 'row')} accepted by ${visible(name)} in ${grouped(batches)} ${batches === 1 ? 'batch' : 'batches'}, ${tried}, ${grouped(givenUp)} given up${kept}`;
}
