import { open } from 'node:fs/promises';
import type { ExportFormat } from '../../protocol/engine.ts';
import { said, type Said } from '../../said/said.ts';
import { isSpace } from '../ascii.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { followScan, type FollowScanOptions } from '../dataset/follow/followScan.ts';
import { isRowWise, plannedFor, QuerySyntaxError, type PlannedQuery } from '../dataset/plan.ts';
import { markLength } from '../format/lines.ts';
import { recogniseKind } from '../format/registry.ts';
import { errorAt } from '../query/diagnostic.ts';
import { parseQuery, type Operator, type Plan } from '../query/index.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { derivedTarget } from '../sink/derivedRow.ts';
import { needsPaths } from '../sink/exportFormat.ts';
import { SinkError } from '../sink/sinkError.ts';
import { batchEncoderOf, rowsAreObjects } from '../sink/targets.ts';
import type { Followed } from '../source/follow/follower.ts';
import { recogniseContainer } from '../source/open.ts';
import { SourceError } from '../source/source.ts';
import { CheckLog } from './checkLog.ts';
import { chunksOf } from './export/rows.ts';
import type { ExportRun } from './export/exportRun.ts';
import { derivedColumns } from './derive.ts';
import { withBesideColumns } from './besideColumns.ts';
import { Meter } from './meter.ts';

export interface Following {
  readonly query: string;
  readonly to: ExportFormat;
  readonly sink: ByteSink;
  /** Whether what was there before is left out. */
  readonly onlyNew: boolean;
  /** See `FollowScanOptions`. */
  readonly partitionsOf?: FollowScanOptions['partitionsOf'];
  /** See `FollowScanOptions`. */
  readonly read?: FollowScanOptions['read'];
  /** Says what happens to the files. */
  readonly say: (text: string) => void;
}

export interface FollowSummary {
  readonly records: number;
  readonly matched: number;
  readonly malformed: number;
}

/**
 * Writes what a query selects of files as they grow, until the follower's end or the query's LIMIT. Each row is written
 * once its record is whole.
 * @throws QuerySyntaxError where the query needs all rows before the first; SourceError, SinkError, the signal's reason
 */
export async function followTo(
  dataset: Dataset,
  follower: Followed,
  { query, to, sink, onlyNew, partitionsOf, read, say }: Following,
  signal: AbortSignal,
): Promise<FollowSummary> {
  refuseCalls(query);
  const own = plannedFor(query, dataset.recognised.format);
  const columned = withBesideColumns(dataset, own, to);
  const planned = columned === undefined ? own : plannedFor(columned, dataset.recognised.format);
  refuseFile(dataset);
  refuseQuery(query, planned.plan);
  refuseTarget(dataset, planned, to);
  const meter = new Meter(dataset, () => undefined, undefined);
  const run: ExportRun = {
    ...{ dataset, query: planned, to, kept: undefined, rejects: undefined, calls: undefined, signal, meter },
    ...{ checks: new CheckLog(dataset), journal: undefined, prompt: true, joined: [] },
    scan: (scan, stop) => followScan(dataset, follower, scan, { onlyNew, partitionsOf, read, say }, stop),
  };
  for await (const chunk of chunksOf(run)) await sink.write(chunk);
  signal.throwIfAborted();
  const { records, matched } = meter.state();
  return { records, matched, malformed: meter.malformed };
}

/** Enough to see what a file is: its first line. */
const headLength = 64 * 1024;

/**
 * Whether a file has what shows how it is read: its first line that is not blank, or for JSON Lines a name. A file that is not there or
 * cannot be read yet does not.
 */
export async function showsItsFormat(path: string, isJsonl: boolean): Promise<boolean> {
  const bytes = await headOf(path);
  if (!bytes) return false;
  const begin = bytes.subarray(markLength(bytes, 0, 0)).findIndex((byte) => !isSpace(byte));
  if ((begin !== -1 && bytes.includes(0x0a, begin)) || bytes.length === headLength) return true;
  return isJsonl || recogniseKind(path, bytes, false).kind === 'jsonl';
}

/** Whether a file is there and compressed. */
export async function isCompressed(path: string): Promise<boolean> {
  const bytes = await headOf(path);
  return bytes !== undefined && recogniseContainer(bytes) !== undefined;
}

/** The first bytes of a file; undefined where it is not there or cannot be read. */
async function headOf(path: string): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const head = new Uint8Array(headLength);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** @throws QuerySyntaxError where a query calls a program: those do not run on files that are followed */
export function refuseCalls(query: string): void {
  const parsed = parseQuery(query);
  const call = parsed.ok ? parsed.query.operators.find(({ kind }) => kind === 'call') : undefined;
  if (!call) return;
  const told = said`CALL does not run on files that are followed. Leave it out, or leave out --follow`;
  throw new QuerySyntaxError([errorAt(call, told)]);
}

/** @throws QuerySyntaxError */
function refuseQuery(query: string, plan: Plan): void {
  if (plan.steps.every(isRowWise)) return;
  const parsed = parseQuery(query);
  const operators = parsed.ok ? parsed.query.operators : [];
  const operator = operators.find(({ kind }) => needsAll.has(kind));
  const { from, to } = operator ?? { from: 0, to: query.length };
  const name = operator?.kind === 'top' ? 'TOP … OF' : operator?.kind.toUpperCase();
  const told = said`${name ?? said`A function with OVER`} needs all rows, and files that are followed have no last one. Leave it out, or leave out --follow`;
  throw new QuerySyntaxError([errorAt({ from, to }, told)]);
}

const needsAll: ReadonlySet<Operator['kind']> = new Set([
  'aggregate',
  'describe',
  'distinct',
  'join',
  'order by',
  'tablesample',
  'top',
]);

/** @throws SourceError where files of this kind do not grow record by record, or are not read so */
function refuseFile({ name, format, containers, encoding, recognised }: Dataset): void {
  const other = (why: Said): SourceError =>
    new SourceError('unsupported', said`${name} cannot be followed: ${why}.`);
  if (containers.length > 0) throw other(said`it is compressed`);
  if (format.records !== 'lines')
    throw other(said`only JSON Lines, delimited text and logs grow by whole records`);
  if (!encoding.startsWith('utf-8'))
    throw other(said`its encoding is ${encoding}, and only UTF-8 is read as it grows`);
  if (recognised.end !== undefined || (recognised.tables?.number ?? 1) > 1)
    throw other(said`it holds several tables. Use --tables 1 to read it as one`);
}

/** @throws SinkError where the output cannot be written row by row */
function refuseTarget({ format }: Dataset, planned: PlannedQuery, to: ExportFormat): void {
  if (batchEncoderOf(to) || rowsAreObjects(to))
    throw new SinkError(
      'unsupported',
      said`The format ${to} cannot be written as rows arrive. Use jsonl, csv or tsv.`,
    );
  const isWhole = planned.plan.shape === 'records';
  const isTable = isWhole ? needsPaths(format, to) : derivedTarget(format, to).kind === 'table';
  if (!isTable || (!isWhole && derivedColumns(planned))) return;
  const message = said`A table needs its columns before its rows: name them with |> SELECT, or write --to jsonl.`;
  throw new SinkError('unsupported', message);
}
