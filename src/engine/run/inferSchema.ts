import { errorAt } from '../query/diagnostic.ts';
import type { ExportProgress } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { plannedFor, QuerySyntaxError } from '../dataset/plan.ts';
import { schemaOf } from '../schema/inferred.ts';
import { SeenFile } from '../schema/seer.ts';
import { Meter } from './meter.ts';

export interface InferredSchema {
  /** A JSON Schema of draft 2020-12, which takes all of the records. */
  readonly schema: object;
  readonly records: number;
  readonly malformed: number;
}

/**
 * Makes a JSON Schema of the records that a query selects, in the scan workers. Records that cannot be read say nothing.
 * @throws QuerySyntaxError where the query does not select records; SourceError, the signal's reason
 */
export async function inferSchema(
  dataset: Dataset,
  text: string,
  { signal, progress }: HandlerContext<ExportProgress>,
): Promise<InferredSchema> {
  const query = plannedFor(text, dataset.recognised.format);
  if (query.plan.shape !== 'records') {
    const told = said`a schema is made of records: the query can select some, and not compute others`;
    throw new QuerySyntaxError([errorAt({ from: 0, to: text.length }, told)]);
  }
  const meter = new Meter(dataset, progress, undefined);
  const all = new SeenFile();
  for await (const found of dataset.scan({ query, output: { kind: 'schema' } }, signal)) {
    meter.add(found);
    const seen = found.result?.seen;
    if (seen) all.add(seen);
  }
  const { matched } = meter.state();
  return { schema: schemaOf(all.finish()), records: matched, malformed: meter.malformed };
}
