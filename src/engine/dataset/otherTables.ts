import type { OtherTableCount } from '../../protocol/file.ts';
import { formatOf } from '../format/registry.ts';
import { records } from '../format/records.ts';
import type { OtherTable } from '../format/csv/table.ts';
import type { Source } from '../source/source.ts';

/**
 * How many records each of the tables has that are not read. All of them but the last one of a file end within its head,
 * and are counted already; that one is read to the file's end.
 * @param blockSize bytes that are read at once
 * @throws SourceError, the signal's reason
 */
export async function countOtherTables(
  source: Source,
  others: readonly OtherTable[],
  blockSize: number,
  signal: AbortSignal,
): Promise<OtherTableCount[]> {
  const counted: OtherTableCount[] = [];
  for (const table of others) {
    const { number, line } = table;
    counted.push({
      number,
      line,
      records: table.records ?? (await recordsTo(source, table, blockSize, signal)),
    });
  }
  return counted;
}

async function recordsTo(
  source: Source,
  { dialect, dataStart }: OtherTable,
  blockSize: number,
  signal: AbortSignal,
): Promise<number> {
  const scanner = formatOf({ kind: 'csv', dialect }).scanner();
  const run = { start: dataStart, from: dataStart, to: source.size ?? Infinity, end: source.size };
  let count = 0;
  for await (const block of records(source, scanner, run, blockSize, [], signal))
    count += block.records.count;
  return count;
}
