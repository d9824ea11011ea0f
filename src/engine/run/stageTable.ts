import type { StageLine, StageReport } from '../../protocol/stages.ts';
import { inUnits } from '../../protocol/units.ts';

/** What a run took, for people: a line about the whole of it, then one a stage, in columns. Ends without a line end. */
export function stageTable({ lines, threads, elapsedMs }: StageReport): string {
  const rows = [
    ['', 'rows in', 'rows out', 'ms', ''],
    ...lines.map((line) => [line.name, count(line.rowsIn), count(line.rowsOut), time(line.ms), notes(line)]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => {
        const isText = column === 0 || column === row.length - 1;
        return isText ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
      })
      .join('  ')
      .trimEnd(),
  );
  const shared = threads > 1 ? `; stage times are summed over ${threads} threads` : '';
  return [`${time(elapsedMs)} ms in total${shared}`, ...table].join('\n  ');
}

function notes(line: StageLine): string {
  const { name, bytes, ms, skipped = 0, unread = 0, malformed = 0, spilled = 0, waitedMs } = line;
  const parts: string[] = [];
  if (name === 'columns') parts.push('an extra pass to find the columns');
  if (name === 'types') parts.push('an extra pass to find the types of columns');
  if (bytes !== undefined) parts.push(sized(bytes));
  if (name === 'scan' && bytes !== undefined && bytes > 0 && ms > 0)
    parts.push(`${rate(bytes / 1e3 / ms)} MB/s per thread`);
  if (skipped > 0) parts.push(`${sized(skipped)} skipped by the index`);
  if (unread > 0) parts.push(`${sized(unread)} not read: ${keptColumns(line)}`);
  if (malformed > 0) parts.push(`${count(malformed)} malformed`);
  if (spilled > 0) parts.push(`${sized(spilled)} in temporary files`);
  if (waitedMs !== undefined) parts.push(`${time(waitedMs)} ms waiting for the output`);
  return parts.join(', ');
}

function keptColumns({ keptColumns: columns = 0 }: StageLine): string {
  if (columns === 0) return 'the index has the counts';
  return columns === 1 ? '1 column from the cache' : `${columns} columns from the cache`;
}

function count(rows: number | undefined): string {
  return rows?.toLocaleString('en') ?? '';
}

function time(ms: number): string {
  const digits = ms < 99.95 ? 1 : 0;
  return Math.max(0, ms).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function rate(megabytes: number): string {
  return megabytes < 9.95 ? megabytes.toFixed(1) : Math.round(megabytes).toLocaleString('en');
}

function sized(bytes: number): string {
  const { value, unit } = inUnits(bytes);
  return `${unit === 'B' ? bytes : value.toFixed(1)} ${unit}`;
}
