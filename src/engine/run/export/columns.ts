import { said } from '../../../said/said.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import type { FileScan } from '../../dataset/fileScan.ts';
import { plannedFor } from '../../dataset/plan.ts';
import { JsonFields, maxColumns, tablePaths, type FieldPath } from '../../format/json/fields.ts';
import { natureOfRows } from '../../pool/rowNature.ts';
import { valueName } from '../../query/write.ts';
import { readPaths, type DerivedColumns } from '../../sink/derivedRow.ts';
import { deadLettersIn } from '../../sink/http/deadLetters.ts';
import type { ObjectRows } from '../../sink/objectSink.ts';
import { SinkError } from '../../sink/sinkError.ts';
import { tooManyColumns } from '../../sink/tableRow.ts';
import { SourceError } from '../../source/source.ts';
import { deriveRows, derivedColumns, derivedReadings } from '../derive.ts';
import { emptyColumns } from '../emptyColumns.ts';
import { isWhole, type ExportRun } from './exportRun.ts';

/** The columns that a table of the rows has. @throws SourceError, SinkError where they cannot be known before the rows */
export function columnsOfRows(run: ExportRun): Promise<DerivedColumns> {
  return isWhole(run) ? columnsOfRecords(run) : columnsOfDerived(run);
}

/** The columns of whole records: those of the table, or those that a first pass finds. */
async function columnsOfRecords(run: ExportRun): Promise<DerivedColumns> {
  const { layout } = run.dataset.format;
  return layout.names === 'columns'
    ? { kind: 'named', names: layout.columns, readings: layout.readings }
    : { kind: 'found', paths: await pathsOf(run) };
}

/** The columns of computed rows: those that the query names, or those that a first pass finds. */
export async function columnsOfDerived(run: ExportRun): Promise<DerivedColumns> {
  const { dataset, query, kept, signal, meter, journal } = run;
  const names = derivedColumns(query);
  if (names) return { kind: 'named', names, readings: derivedReadings(query) };
  if (query.plan.operators.some(({ kind }) => kind === 'call')) {
    const message = said`A table needs its columns before its rows, and a program is not run twice to find them: name them with SELECT behind CALL.`;
    throw new SinkError('unsupported', message);
  }
  if (journal?.paths) return { kind: 'found', paths: journal.paths };
  refuseSecondPass(dataset);
  const began = performance.now();
  const seen = new JsonFields();
  const all = kept?.read(signal) ?? deriveRows(dataset, query, signal, () => undefined);
  for await (const { bytes } of all) readPaths(seen, bytes);
  const found = tablePaths(seen.paths(), seen.nullPaths());
  const paths = found.length > 0 ? found : emptyColumns(query.plan, await firstPaths(dataset, signal));
  meter.stages?.lookedFor('columns', performance.now() - began);
  if (journal) journal.paths = paths;
  return { kind: 'found', paths };
}

/** What is known of the rows of an export before they are made. */
export function objectRowsOf(run: ExportRun): ObjectRows {
  const { dataset, query, signal } = run;
  const { plan } = query;
  return {
    ...natureOfRows(dataset.format, plan),
    columnsWithoutRows: async () => {
      if (dataset.once) return [];
      const paths = await firstPaths(dataset, signal);
      const found = isWhole(run) ? paths : emptyColumns(plan, paths);
      return [...new Set(found.map(([key = valueName]) => key))];
    },
  };
}

/** A first pass over the matching records, for the columns that they hold. */
export async function pathsOf({
  dataset,
  query,
  signal,
  meter,
  journal,
}: ExportRun): Promise<readonly FieldPath[]> {
  if (journal?.paths) return journal.paths;
  refuseSecondPass(dataset);
  const began = performance.now();
  const found = await pathsIn(dataset, { query, output: { kind: 'paths' } }, signal);
  const paths = found.length > 0 ? found : await firstPaths(dataset, signal);
  meter.stages?.lookedFor('columns', performance.now() - began);
  if (journal) journal.paths = paths;
  return paths;
}

/** The paths in all records of a file. */
export function pathsOfRecords(dataset: Dataset, signal: AbortSignal): Promise<FieldPath[]> {
  const query = plannedFor('', dataset.recognised.format);
  return pathsIn(dataset, { query, output: { kind: 'paths' } }, signal);
}

/** The paths that a scan finds, in order of first appearance. */
async function pathsIn(dataset: Dataset, scan: FileScan, signal: AbortSignal): Promise<FieldPath[]> {
  const known = new Map<string, FieldPath>();
  const values = new Set<string>();
  for await (const { result } of dataset.scan(scan, signal)) {
    if (!result) continue;
    const nulls = new Set((result.nullPaths ?? []).map((path) => JSON.stringify(path)));
    for (const path of result.paths) {
      const key = JSON.stringify(path);
      known.set(key, path);
      if (!nulls.has(key)) values.add(key);
    }
    if (known.size > maxColumns) throw tooManyColumns(maxColumns);
  }
  const nullPaths = [...known].flatMap(([key, path]) => (values.has(key) ? [] : [path]));
  return tablePaths([...known.values()], nullPaths);
}

/** The paths of the first records, whatever a query says of them: a table without rows has a header all the same. */
async function firstPaths(dataset: Dataset, signal: AbortSignal): Promise<FieldPath[]> {
  const query = plannedFor('', dataset.recognised.format);
  const found = await pathsIn(dataset.whole, { query, output: { kind: 'paths' }, toBlock: 1 }, signal);
  return found.length > 0 ? found : tablePaths(dataset.recognised.paths ?? [], []);
}

/** A first pass over dead letters, for the columns of the rows that are in them. */
export async function pathsOfDeadLetters({ dataset, query, signal }: ExportRun): Promise<FieldPath[]> {
  refuseSecondPass(dataset);
  const seen = new JsonFields();
  const output = { kind: 'bytes', to: 'jsonl', columns: [] } as const;
  for await (const { result } of dataset.scan({ query, output }, signal)) {
    for (const line of deadLettersIn(result?.bytes)) readPaths(seen, Buffer.from(`${line.raw}\n`));
  }
  return tablePaths(seen.paths(), seen.nullPaths());
}

/** @throws SourceError where the rows of a table would have to be looked at before they are written, and cannot be */
function refuseSecondPass(dataset: Dataset): void {
  if (!dataset.once) return;
  const message = said`${dataset.name} can be read only once, and a table needs its columns first: name them with SELECT.`;
  throw new SourceError('unsupported', message);
}
