import type { ClusterFormat, ClusterProgress, WrittenThere } from '../../protocol/remote.ts';
import { fieldsOf, message } from './wire.ts';

/**
 * The messages of Spark Connect that are sent, by the field numbers of its protocol.
 * https://github.com/apache/spark/tree/master/sql/connect/common/src/main/protobuf/spark/connect
 */

/** What every request begins with. */
export interface Asker {
  readonly session: string;
  readonly user: string;
}

const client = 'rowriver';

/** What tells a file to Spark. */
export interface ReadRelation {
  readonly format: 'json' | 'csv';
  /** In the words of Spark's DDL; undefined: it looks itself. */
  readonly schema: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
}

/** As Spark names what it writes, and its options for that. */
const writers: Readonly<Record<ClusterFormat, readonly [name: string, options: Record<string, string>]>> = {
  parquet: ['parquet', {}],
  jsonl: ['json', {}],
  csv: ['csv', { header: 'true', escape: '"' }],
  tsv: ['csv', { header: 'true', escape: '"', sep: '\t' }],
};

/** SAVE_MODE_ERROR_IF_EXISTS: nothing is overwritten. */
const errorIfExists = 3;

function userOf({ user }: Asker): Buffer {
  return message([1, user]);
}

/** Relation: the records of files. */
export function fileRelation({ format, schema, options, paths }: ReadRelation): Buffer {
  const source = message(
    [1, format],
    ...(schema === undefined ? [] : [[2, schema] as [number, string]]),
    ...mapOf(3, options),
    ...paths.map((path): [number, string] => [4, path]),
  );
  return message([2, message([2, source])]);
}

/** Relation: the rows of a table that the cluster knows. */
export function tableRelation(name: string): Buffer {
  return message([2, message([1, message([1, name])])]);
}

/** Plan: a temporary view of the session. */
export function viewPlan(name: string, relation: Buffer): Buffer {
  return message([2, message([3, message([1, relation], [2, name], [4, true])])]);
}

/** Plan: the rows of a statement. */
export function sqlPlan(sql: string): Buffer {
  return message([1, sqlRelation(sql)]);
}

/** Plan: writes the rows of a statement there. */
export function writePlan(sql: string, { format, path }: WrittenThere): Buffer {
  const [name, options] = writers[format];
  const write = message(
    [1, sqlRelation(sql)],
    [2, name],
    [3, path],
    [5, errorIfExists],
    ...mapOf(9, options),
  );
  return message([2, message([2, write])]);
}

/** Relation: the rows of a statement. */
export function sqlRelation(sql: string): Buffer {
  return message([10, message([1, sql])]);
}

/** The fields of a map of texts. */
function mapOf(number: number, entries: Readonly<Record<string, string>>): [number, Buffer][] {
  return Object.entries(entries).map(([name, value]) => [number, message([1, name], [2, value])]);
}

/** ExecutePlanResponse: how far it is, where that is what it tells. @throws WireError */
export function progressIn(answer: Uint8Array): ClusterProgress | undefined {
  let found: ClusterProgress | undefined;
  for (const { number, bytes } of fieldsOf(answer)) if (number === 18) found = clusterProgress(bytes);
  return found;
}

/** ExecutionProgress */
function clusterProgress(progress: Uint8Array): ClusterProgress {
  const sum = { stages: 0, tasks: 0, tasksDone: 0, read: 0 };
  for (const stage of fieldsOf(progress)) {
    if (stage.number !== 1) continue;
    sum.stages++;
    for (const { number, value } of fieldsOf(stage.bytes)) {
      if (number === 2) sum.tasks += value;
      if (number === 3) sum.tasksDone += value;
      if (number === 4) sum.read += value;
    }
  }
  return sum;
}

/** ExecutePlanRequest, whose answers can be asked for again. */
export function executeRequest(asker: Asker, operation: string, plan: Buffer): Buffer {
  const reattachable = message([1, message([1, true])]);
  return message(
    [1, asker.session],
    [2, userOf(asker)],
    [3, plan],
    [4, client],
    [5, reattachable],
    [6, operation],
  );
}

/** ReattachExecuteRequest */
export function reattachRequest(asker: Asker, operation: string, last: string | undefined): Buffer {
  return message([1, asker.session], [2, userOf(asker)], [3, operation], [4, client], [5, last]);
}

/** ReleaseExecuteRequest: of all answers. */
export function releaseRequest(asker: Asker, operation: string): Buffer {
  return message([1, asker.session], [2, userOf(asker)], [3, operation], [4, client], [5, message()]);
}

/** InterruptRequest: of one operation. */
export function interruptRequest(asker: Asker, operation: string): Buffer {
  return message([1, asker.session], [2, userOf(asker)], [3, client], [4, 3], [6, operation]);
}

/** ConfigRequest: sets values. */
export function configRequest(asker: Asker, values: Readonly<Record<string, string>>): Buffer {
  const set = message([1, message(...mapOf(1, values))]);
  return message([1, asker.session], [2, userOf(asker)], [3, set], [4, client]);
}

/** ReleaseSessionRequest */
export function releaseSessionRequest(asker: Asker): Buffer {
  return message([1, asker.session], [2, userOf(asker)], [3, client]);
}

/** AnalyzePlanRequest: which version of Spark it is. */
export function versionRequest(asker: Asker): Buffer {
  return message([1, asker.session], [2, userOf(asker)], [3, client], [10, message()]);
}
