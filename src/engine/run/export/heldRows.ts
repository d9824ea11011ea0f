import { JsonFields, tablePaths, type FieldPath } from '../../format/json/fields.ts';
import {
  createDerivedEncoder,
  derivedTarget,
  readPaths,
  type DerivedColumns,
} from '../../sink/derivedRow.ts';
import { framed } from '../../sink/frame.ts';
import { LineSpool } from '../../sink/lineSpool.ts';
import { derivedColumns } from '../derive.ts';
import { emptyColumns } from '../emptyColumns.ts';
import { columnsOfRows } from './columns.ts';
import { isWhole, type ExportRun } from './exportRun.ts';
import { chunksOf, linesOf } from './rows.ts';

/** Bytes of lines that are written again at a time. */
const pieceLength = 1024 * 1024;

/** The rows of a table as JSON Lines, with its columns. */
export interface TableRows {
  readonly columns: DerivedColumns;
  readonly lines: AsyncIterable<Uint8Array>;
  /** Removes what was kept of them. */
  readonly close: () => Promise<void>;
}

/**
 * The rows of an export to a table, whose columns come before the first of them. Where those are seen only in the rows, the
 * source is read twice; one that can be read only once has its rows kept in a temporary file until it has ended.
 * @throws as the scan; TemporaryError, SinkError where there is no room
 */
export async function tableRows(run: ExportRun): Promise<TableRows> {
  if (!mustHold(run))
    return { columns: await columnsOfRows(run), lines: linesOf(run), close: () => Promise.resolve() };
  const spool = new LineSpool();
  const seen = new JsonFields();
  try {
    for await (const lines of linesOf(run)) {
      if (lines.length === 0) continue;
      readPaths(seen, lines);
      await spool.write(lines);
    }
  } catch (error) {
    await spool.remove();
    throw error;
  }
  const found = tablePaths(seen.paths(), seen.nullPaths());
  const paths = found.length > 0 ? found : columnsWithoutRows(run);
  return {
    columns: { kind: 'found', paths },
    lines: spool.read(pieceLength),
    close: () => spool.remove(),
  };
}

/** The columns of no rows: those that the first records have. */
function columnsWithoutRows(run: ExportRun): readonly FieldPath[] {
  const first = tablePaths(run.dataset.recognised.paths ?? [], []);
  return isWhole(run) || run.query.plan.shape === 'records' ? first : emptyColumns(run.query.plan, first);
}

/** An export as bytes. */
export async function* bytesOf(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { format, recognised } = run.dataset;
  const target = derivedTarget(format, run.to, recognised.lineEnd);
  if (target.kind !== 'table' || !mustHold(run)) {
    yield* chunksOf(run);
    return;
  }
  const { columns, lines, close } = await tableRows(run);
  const encoder = createDerivedEncoder(target, columns);
  async function* rows(): AsyncGenerator<Uint8Array> {
    for await (const piece of lines) yield run.meter.encode(() => encoder.encode(piece));
  }
  try {
    yield* framed(encoder.frame, rows());
  } finally {
    await close();
  }
}

/** Whether the columns of the rows are seen in them alone, and nothing can be read a second time. */
function mustHold(run: ExportRun): boolean {
  const { dataset, query, kept, journal } = run;
  if (!dataset.once || kept || journal?.paths) return false;
  return isWhole(run) ? dataset.layout.names !== 'columns' : derivedColumns(query) === undefined;
}
