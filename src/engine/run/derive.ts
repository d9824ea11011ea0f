import { tmpdir } from 'node:os';
import { ByteWriter } from '../stage/bytes.ts';
import type { StagesOutput } from '../pool/task.ts';
import type { StageContext } from '../stage/context.ts';
import { columnsOf, writeRows } from '../stage/output.ts';
import { gather, reducesRows } from '../stage/partial.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import type { StageMeter } from './stageMeter.ts';

/** Bytes that the stages of a query may hold before they write to temporary files. */
const stageBudget = 64 * 1024 * 1024;
/** Rows are handed on in pieces of about this many bytes. */
const pieceSize = 256 * 1024;

export interface DerivedRows {
  /** JSON objects, one a line. */
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/**
 * The rows that a query computes, as JSON Lines: the scan workers do the stages that look at one record at a time,
 * and what they can of the next one; the rest is done here, in memory that has a bound.
 */
export async function* deriveRows(
  dataset: Dataset,
  query: PlannedQuery,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void | Promise<void>,
  options: { readonly malformed?: 'keep' | 'collect'; readonly stages?: StageMeter | undefined } = {},
): AsyncGenerator<DerivedRows> {
  const { plan } = query;
  const { malformed = 'keep', stages } = options;
  const measure = stages !== undefined;
  const output: StagesOutput = { kind: 'stages' };
  async function* parts(): AsyncGenerator<Uint8Array> {
    const blocksPerStretch = reducesRows(plan) ? undefined : 1;
    const scan = { query, output, malformed, window: everything, blocksPerStretch, measure };
    for await (const found of dataset.scan(scan, signal)) {
      await scanned(found);
      if (found.result?.bytes) yield found.result.bytes;
    }
  }
  const context: StageContext = {
    signal,
    budget: stageBudget,
    tempFolder: tmpdir(),
    cutoff: (key) => (output.cutoff = key),
    ...(stages && { metrics: stages.metrics }),
  };
  const out = new ByteWriter(pieceSize);
  let rows = 0;
  for await (const batch of gather(plan, parts(), context)) {
    const began = performance.now();
    writeRows(out, batch, plan.output);
    stages?.encoding(performance.now() - began);
    rows += batch.count;
    if (out.length < pieceSize) continue;
    yield { bytes: out.view(), rows };
    out.clear();
    rows = 0;
  }
  if (out.length > 0) yield { bytes: out.view(), rows };
}

/** Names of the columns that a query makes; undefined where they are seen only in the rows. */
export function derivedColumns({ plan }: PlannedQuery): readonly string[] | undefined {
  return columnsOf(plan.output);
}

/** LIMIT is one of the stages here. */
const everything = { skip: 0, take: Infinity };
