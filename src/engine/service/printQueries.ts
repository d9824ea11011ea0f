import type { EngineCalls } from '../../protocol/engine.ts';
import { said, type Said, SaidError } from '../../said/said.ts';
import { describeReading } from '../format/csv/cellReading.ts';
import { checkReadings, parseQuery, printQuery, type Query } from '../query/index.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { QuerySyntaxError } from '../dataset/plan.ts';

const engines = [
  ['duckdb', 'DuckDB'],
  ['clickhouse', 'ClickHouse'],
  ['spark', 'Spark'],
  ['jq', 'jq'],
] as const;

/** Other engines would read the file in another way, or not at all. */
export class UnreadElsewhereError extends SaidError {
  override readonly name = 'UnreadElsewhereError';
}

/**
 * The query as other engines write it over the same file; those that cannot say it are left out.
 * @throws QuerySyntaxError; UnreadElsewhereError where they do not read such a file, or it computes with numbers or dates that those engines take for text
 */
export function printQueries(dataset: Dataset, query: string): EngineCalls['printQuery']['result'] {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics);
  refuseRead(parsed.query, dataset);
  const { readBy } = dataset.format;
  if (readBy === undefined)
    throw new UnreadElsewhereError(said`Other engines do not read files of this format.`);
  const hive = dataset.layout.partitions !== undefined;
  const nulls = dataset.recognised.nulls ?? [];
  const options = { file: dataset.name, format: readBy, hive, nulls };
  return engines.flatMap(([target, engine]) => {
    // Only DuckDB is told in the query that folders are columns, and what is NULL.
    if ((hive || nulls.length > 0) && target !== 'duckdb') return [];
    const printed = printQuery(parsed.query, target, options);
    return printed.ok ? [{ engine, text: printed.text }] : [];
  });
}

/** Without what Rowriver has recognised, another engine would give other answers. */
function refuseRead(query: Query, { layout }: Dataset): void {
  if (layout.names !== 'columns') return;
  const { columns, readings = [] } = layout;
  const written = readings.flatMap((reading, column): [number, Said][] => {
    if (reading === undefined) return [];
    const told = said`${columns[column]} is written as ${describeReading(reading)}, which other engines read as text. Compare it as text to copy the query.`;
    return [[column, told]];
  });
  const found = checkReadings(query, layout, new Map(written), true);
  if (found.length > 0) throw new UnreadElsewhereError(found[0].said);
}
