import type { BrokenSend, ExportProgress, ExportSummary, SendRequest } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { said } from '../../said/said.ts';
import type { Calls } from '../stage/calls.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { isPostgresAddress, parseTableName } from '../sink/postgres/address.ts';
import { SinkError } from '../sink/sinkError.ts';
import { sendRows, type ServiceTarget } from './sendRows.ts';
import { serviceName } from './serviceName.ts';

export interface PreviewSend {
  /** Where it is noted what has been sent. */
  readonly journals: string;
  readonly programs: Pick<Calls, 'open'> | undefined;
}

/** The service of a request. @throws SinkError where its table is none; SourceError where its address is none */
export function targetOf({
  url,
  table,
  deadLetter,
  resume,
}: SendRequest): ServiceTarget & { readonly name: string } {
  const named = table === undefined ? undefined : parseTableName(table);
  if (isPostgresAddress(url) && !named)
    throw new SinkError(
      'unsupported',
      said`A database needs the name of a table, or of a schema and a table.`,
    );
  const usual = undefined;
  return {
    ...{ url, table: named, createTable: false, form: usual, gzip: false, deadLetter, resend: false, resume },
    ...{ batch: usual, attempts: usual, retryMs: usual, timeoutMs: usual, inFlight: usual },
    name: serviceName({ url, table: named }),
  };
}

/**
 * Sends what a preview's query selects.
 * @param broken is told, before this fails, how the run has ended
 * @throws SourceError, SinkError, the signal's reason
 */
export async function sendFromPreview(
  dataset: Dataset,
  { query, headers = {} }: SendRequest,
  service: ServiceTarget,
  { journals, programs }: PreviewSend,
  context: HandlerContext<ExportProgress>,
  broken: (told: BrokenSend) => void,
): Promise<ExportSummary> {
  const options = { query, headers, journals, programs, measure: true };
  const telling = {
    ...context,
    resumed: () => undefined,
    broken: (sent: BrokenSend['sent'], canResume: boolean) => broken({ sent, canResume }),
  };
  if (!service.table) return sendRows(dataset, service, options, telling);
  const { loadRows } = await import('./loadRows.ts');
  return loadRows(dataset, service, service.table, options, telling);
}
