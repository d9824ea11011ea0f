import { basename } from 'node:path';
import type { EngineCalls, ExportProgress, Violation } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { Dataset, DatasetOptions } from '../dataset/dataset.ts';
import { countTo } from '../run/count.ts';
import { exportTo } from '../run/export.ts';
import { inferSchema } from '../run/inferSchema.ts';
import { compiledSchema } from '../schema/checker.ts';
import { loadSchema } from '../schema/load.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { firstLines } from '../sink/firstLines.ts';
import { openTarget } from '../sink/openTarget.ts';

/** Violations that are shown one by one; the report has all of them. */
const mostShown = 500;

/** The text of a JSON Schema that allows the records of a query. @throws as `inferSchema` */
export async function inferredText(
  dataset: Dataset,
  query: string,
  context: HandlerContext<ExportProgress>,
): Promise<EngineCalls['inferSchema']['result']> {
  const { schema, records, malformed } = await inferSchema(dataset, query, context);
  return { text: `${JSON.stringify(schema, undefined, 2)}\n`, records, malformed };
}

/**
 * Checks all records of a file by a JSON Schema, and writes in one pass what is wanted of it. Replaces no file.
 * @param open opens the file with a schema
 * @throws SchemaError, SourceError, SinkError, the signal's reason
 */
export async function validate(
  open: (options: Pick<DatasetOptions, 'schema' | 'signal'>) => Promise<Dataset>,
  { schema: path, report, invalid, valid }: EngineCalls['validate']['params'],
  context: HandlerContext<ExportProgress>,
): Promise<EngineCalls['validate']['result']> {
  const { signal } = context;
  const schema = await loadSchema(path, signal);
  // What is wrong with it is said before anything is read.
  await compiledSchema(schema, basename(path));
  const dataset = await open({ schema, signal });
  const sinks: ByteSink[] = [];
  const opened = async (target: string | undefined): Promise<ByteSink | undefined> => {
    if (target === undefined) return undefined;
    const sink = await openTarget(target, { sources: dataset.paths, exclusive: true });
    sinks.push(sink);
    return sink;
  };
  try {
    const first = firstLines(await opened(report), mostShown);
    const checks = { report: first, invalid: await opened(invalid) };
    const sink = await opened(valid);
    const summary = await (sink
      ? exportTo(dataset, { query: '', to: 'same', sink, checks }, context)
      : countTo(dataset, { query: '', checks }, context));
    // Lines that this engine has just made.
    return { ...summary, violations: first.lines().map((line) => JSON.parse(line) as Violation) };
  } finally {
    for (const sink of sinks) await sink.discard();
    await dataset.close();
  }
}
