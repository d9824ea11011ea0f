import { createHash, randomUUID } from 'node:crypto';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { exportTo } from '../engine/run/export.ts';
import { DeadLetters } from '../engine/sink/http/deadLetters.ts';
import { parsePostgresAddress, type TableName } from '../engine/sink/postgres/address.ts';
import { PostgresSink } from '../engine/sink/postgres/postgresSink.ts';
import { TableSurvey } from '../engine/sink/postgres/tableSurvey.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { RunCommand } from './arguments.ts';
import { counted, grouped, visible } from './message.ts';
import type { Progress } from './progress.ts';
import { identityOf, whyNotAgain, type SendOptions, type SendTerminal } from './send.ts';
import { sentText } from './sentText.ts';
import type { ServiceOptions } from './serviceOptions.ts';

/**
 * Loads what the query selects into a table of PostgreSQL.
 * @throws SourceError, SinkError, the signal's reason; what was loaded until then has been said
 */
export async function load(
  dataset: Dataset,
  { query }: RunCommand,
  service: ServiceOptions,
  table: TableName,
  options: SendOptions,
  terminal: SendTerminal,
): Promise<ExportSummary> {
  const address = parsePostgresAddress(service.url);
  const { deadLetter, resume, resend, createTable, batch, attempts, retryMs, timeoutMs } = service;
  const why = whyNotAgain(dataset, query);
  if (resume && why !== undefined) {
    throw new SinkError('nothing-to-resume', `The run cannot be resumed: ${why}.`);
  }
  const { signal } = terminal;
  const progress = (state: Progress): void => terminal.progress.show(state);
  const { numbersInText } = dataset.format;
  let create: TableSurvey['types'] | undefined;
  if (createTable && !resume) {
    if (dataset.once) {
      const message = `${dataset.name} can be read only once, and --create-table looks at all rows first: make the table before.`;
      throw new SinkError('unsupported', message);
    }
    const survey = new TableSurvey(numbersInText, resend);
    await exportTo(dataset, { query, service: survey, programs: options.programs }, { signal, progress });
    create = survey.types;
  }
  // Rows that may not be the same again are those of a run of their own.
  const base = why === undefined ? identityOf(dataset, query, options) : randomUUID();
  const identity = createHash('sha256')
    .update(JSON.stringify([base, table, resend]))
    .digest('hex')
    .slice(0, 24);
  const sink = new PostgresSink(address, {
    ...{ table, create, batch, attempts, retryMs, timeoutMs, identity, resume, resend, signal },
    emptyIsNull: numbersInText,
    deadLetters: deadLetter === undefined ? undefined : await DeadLetters.open(deadLetter, dataset.paths),
  });
  try {
    const summary = await exportTo(dataset, { query, service: sink, ...options }, { signal, progress });
    const { before } = sink.sent;
    if (resume) terminal.say(`${counted(before, 'row')} were loaded before`);
    return summary;
  } catch (error) {
    terminal.progress.erase();
    const { accepted, givenUp, before } = sink.sent;
    if (before > 0) terminal.say(`${grouped(before)} rows of an earlier run are in ${visible(sink.name)}`);
    terminal.say(`${sentText(sink.sent, sink.name, deadLetter)} before the run ended`);
    const canResume = why === undefined && accepted + givenUp + before > 0;
    if (canResume) terminal.say('To go on from there, run the same command again with --resume');
    throw error;
  }
}
