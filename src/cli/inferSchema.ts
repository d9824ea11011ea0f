import type { Dataset } from '../engine/dataset/dataset.ts';
import { inferSchema } from '../engine/run/inferSchema.ts';
import { schemaText } from '../engine/schema/inferred.ts';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import { openTarget } from '../engine/sink/openTarget.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { counted, grouped } from './message.ts';
import type { ProgressLine } from './progress.ts';

/** What it has of the process that it runs in. */
interface Place {
  readonly output: ByteSink;
  readonly say: (text: string) => void;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

/** Writes a JSON Schema that allows the records. @throws QuerySyntaxError, SourceError, SinkError, the signal's reason */
export async function writeSchema(
  dataset: Dataset,
  { query, output }: RunCommand,
  { output: stdout, say, progress, signal }: Place,
): Promise<void> {
  const target =
    output === undefined ? undefined : await openTarget(output, { sources: dataset.location.paths });
  try {
    const context = {
      signal,
      progress: (state: Parameters<ProgressLine['show']>[0]) => progress.show(state),
    };
    const { schema, records, malformed } = await inferSchema(dataset, query, context);
    progress.erase();
    await (target ?? stdout).write(new TextEncoder().encode(schemaText(schema)));
    await target?.commit();
    say(`schema of ${counted(records, 'record')}, ${grouped(malformed)} malformed`);
  } finally {
    await target?.discard();
  }
}
