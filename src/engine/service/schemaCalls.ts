import { basename } from 'node:path';
import type { EngineCalls, ExportProgress } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { Violation } from '../../protocol/schemaCheck.ts';
import { saidOf } from '../../said/said.ts';
import type { Dataset, DatasetOptions } from '../dataset/dataset.ts';
import type { CheckLog } from '../run/checkLog.ts';
import { countTo } from '../run/count.ts';
import { exportTo } from '../run/export/export.ts';
import { inferSchema } from '../run/inferSchema.ts';
import { compiledSchema } from '../schema/checker.ts';
import { schemaText } from '../schema/inferred.ts';
import { loadSchema } from '../schema/load.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { openTarget } from '../sink/openTarget.ts';
import type { Session } from './session.ts';

/** Violations that are shown one by one; the report has all of them. */
const mostShown = 500;

/** The text of a JSON Schema that allows the records of a query. @throws as `inferSchema` */
export async function inferredText(
  dataset: Dataset,
  query: string,
  context: HandlerContext<ExportProgress>,
): Promise<EngineCalls['inferSchema']['result']> {
  const { schema, records, malformed } = await inferSchema(dataset, query, context);
  return { text: schemaText(schema), records, malformed };
}

/** What a file is opened with to be checked. */
export type CheckOptions = Pick<DatasetOptions, 'schema' | 'signal' | 'keepPages'>;

type Validated = EngineCalls['validate'];

/**
 * Checks all records of a file by a JSON Schema, and writes in one pass what is wanted of it. Replaces no file.
 * @param open opens the file with a schema
 * @param session takes over what is opened, for its queries
 * @throws SchemaError, SourceError, SinkError, the signal's reason
 */
export async function validate(
  open: (options: CheckOptions) => Promise<Dataset>,
  session: Session,
  { schema: path, report, invalid, valid }: Validated['params'],
  { signal, progress }: HandlerContext<Validated['progress']>,
): Promise<Validated['result']> {
  const schema = await loadSchema(path, signal);
  // What is wrong with it is said before anything is read.
  await compiledSchema(schema, basename(path));
  const dataset = await open({ schema, signal, keepPages: true });
  const checked = await session.checkBy(basename(path), dataset);
  return checked.holding(async () => {
    const sinks: ByteSink[] = [];
    const opened = async (target: string | undefined): Promise<ByteSink | undefined> => {
      if (target === undefined) return undefined;
      const sink = await openTarget(target, { sources: dataset.location.paths, exclusive: true });
      sinks.push(sink);
      return sink;
    };
    try {
      let violations: readonly Violation[] = [];
      let told = 0;
      const found = (log: CheckLog): void => {
        violations = log.violations;
        const summary = log.summary();
        if (summary) checked.found(summary, violations);
      };
      const checks = {
        report: await opened(report),
        invalid: await opened(invalid),
        keep: mostShown,
        found,
      };
      const sink = await opened(valid);
      const context = {
        signal,
        progress(step: ExportProgress): void {
          checked.progressed(step);
          const { length } = violations;
          progress({ ...step, violations: violations.slice(told) });
          told = length;
        },
      };
      const summary = await (sink
        ? exportTo(dataset, { query: '', to: 'same', sink, checks }, context)
        : countTo(dataset, { query: '', checks }, context));
      checked.ended('done');
      return { ...summary, violations };
    } catch (error) {
      if (signal.aborted) checked.ended('cancelled');
      else checked.ended('failed', saidOf(error));
      throw error;
    } finally {
      for (const sink of sinks) await sink.discard();
    }
  });
}
