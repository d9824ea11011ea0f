import { Programs } from '../engine/call/programs.ts';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { countTo } from '../engine/run/count.ts';
import type { ExportOptions } from '../engine/run/export/exportRun.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { workers } from './input.ts';
import { visible } from './message.ts';
import type { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Of the command's own rows, and of each other output. */
export type Summaries = [ExportSummary, ...ExportSummary[]];

/** Writes how many rows a query gives. @throws SourceError, SinkError, the signal's reason */
export async function count(
  dataset: Dataset,
  { query }: RunCommand,
  options: Omit<ExportOptions, 'query' | 'kept'>,
  terminal: Terminal,
): Promise<ExportSummary> {
  const context = { signal: terminal.signal, progress: (state: Progress) => terminal.progress.show(state) };
  const summary = await countTo(dataset, { query, ...options }, context);
  terminal.progress.erase();
  await terminal.output.write(new TextEncoder().encode(`${summary.matched}\n`));
  return summary;
}

/** The programs that a query may call. */
export function programsOf(terminal: Terminal): Programs {
  return new Programs({
    worker: new URL('stage.js', import.meta.url),
    threads: workers(),
    say: (text) => terminal.say(visible(text)),
  });
}
