import { createHash, randomUUID } from 'node:crypto';
import type { ExportSummary } from '../../protocol/engine.ts';
import { said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { DeadLetters } from '../sink/http/deadLetters.ts';
import { parsePostgresAddress, type TableName } from '../sink/postgres/address.ts';
import { PostgresSink } from '../sink/postgres/postgresSink.ts';
import { TableSurvey } from '../sink/postgres/tableSurvey.ts';
import { SinkError } from '../sink/sinkError.ts';
import { exportTo } from '../run/export/export.ts';
import { failsAgain } from '../run/prospects.ts';
import {
  identityOf,
  whyNotAgain,
  type SendContext,
  type SendOptions,
  type ServiceTarget,
} from './sendRows.ts';

/**
 * Loads what the query selects into a table of PostgreSQL.
 * @throws SourceError, SinkError, the signal's reason; what was loaded until then has been told
 */
export async function loadRows(
  dataset: Dataset,
  service: ServiceTarget,
  table: TableName,
  options: SendOptions,
  { resumed, broken, ...context }: SendContext,
): Promise<ExportSummary> {
  const { query, rejects, programs, checks, measure } = options;
  const address = parsePostgresAddress(service.url);
  const { deadLetter, resume, resend, createTable, batch, attempts, retryMs, timeoutMs } = service;
  const why = whyNotAgain(dataset, query);
  if (resume && why !== undefined) {
    throw new SinkError('nothing-to-resume', said`The run cannot be resumed: ${why}.`);
  }
  const { signal } = context;
  const { numbersInText } = dataset.format;
  let create: TableSurvey['types'] | undefined;
  if (createTable && !resume) {
    if (dataset.once) {
      const message = said`${dataset.name} can be read only once, and --create-table looks at all rows first: make the table before.`;
      throw new SinkError('unsupported', message);
    }
    const survey = new TableSurvey(numbersInText, resend);
    await exportTo(dataset, { query, service: survey, programs }, context);
    create = survey.types;
  }
  // Rows that may not be the same again are those of a run of their own.
  const base = why === undefined ? identityOf(dataset, query, rejects !== undefined) : randomUUID();
  const identity = createHash('sha256')
    .update(JSON.stringify([base, table, resend]))
    .digest('hex')
    .slice(0, 24);
  const sink = new PostgresSink(address, {
    ...{ table, create, batch, attempts, retryMs, timeoutMs, identity, resume, resend, signal },
    emptyIsNull: numbersInText,
    deadLetters:
      deadLetter === undefined ? undefined : await DeadLetters.open(deadLetter, dataset.location.paths),
  });
  try {
    const asked = { query, service: sink, rejects, programs, checks, measure };
    const summary = await exportTo(dataset, asked, context);
    if (resume) resumed(sink.sent.before);
    return summary;
  } catch (error) {
    const { accepted, givenUp, before } = sink.sent;
    broken(sink.sent, why === undefined && !failsAgain(error) && accepted + givenUp + before > 0);
    throw error;
  }
}
