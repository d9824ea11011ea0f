import { join } from 'node:path';
import type { Dataset } from '../engine/dataset/dataset.ts';
import type { SendContext, SendOptions, ServiceTarget } from '../engine/send/sendRows.ts';
import { cacheFolder } from '../host/cacheFolder.ts';
import { serviceName } from '../engine/send/serviceName.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { counted, grouped, visible } from './message.ts';
import type { Progress, ProgressLine } from './progress.ts';
import { sentText } from './sentText.ts';

export interface SendTerminal {
  readonly say: (text: string) => void;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

/**
 * Sends what the query selects to the service, and says what the user must know of it before it has ended.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function send(
  dataset: Dataset,
  { query, headers }: RunCommand,
  service: ServiceTarget,
  options: Pick<SendOptions, 'rejects' | 'checks' | 'programs' | 'measure'>,
  terminal: SendTerminal,
): Promise<ExportSummary> {
  const { signal, say } = terminal;
  const { table, deadLetter } = service;
  const asked = {
    ...{ query, headers, ...options },
    journals: join(cacheFolder(process.platform, process.env), 'sends'),
  };
  const name = serviceName(service);
  const context: SendContext = {
    signal,
    progress: (state: Progress) => terminal.progress.show(state),
    resumed: (rows) =>
      say(
        table
          ? `${counted(rows, 'row')} were loaded before`
          : `Resuming: ${counted(rows, 'row')} were sent before`,
      ),
    broken(sent, canResume) {
      terminal.progress.erase();
      if (table && sent.before > 0)
        say(`${grouped(sent.before)} rows of an earlier run are in ${visible(name)}`);
      say(`${sentText(sent, name, deadLetter)} before the run ended`);
      if (canResume) say('To go on from there, run the same command again with --resume');
    },
  };
  if (table) {
    const { loadRows } = await import('../engine/send/loadRows.ts');
    return loadRows(dataset, service, table, asked, context);
  }
  const { sendRows } = await import('../engine/send/sendRows.ts');
  return sendRows(dataset, service, asked, context);
}
