import type { EngineCalls } from '../../protocol/engine.ts';
import { parseQuery, printQuery } from '../query/index.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { QuerySyntaxError } from '../dataset/plan.ts';

const engines = [
  ['duckdb', 'DuckDB'],
  ['clickhouse', 'ClickHouse'],
  ['spark', 'Spark'],
  ['jq', 'jq'],
] as const;

/**
 * The query as other engines write it over the same file; those that cannot say it are left out. @throws
 * QuerySyntaxError
 */
export function printQueries(dataset: Dataset, query: string): EngineCalls['printQuery']['result'] {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics);
  const { kind } = dataset.recognised.format;
  const options = { file: dataset.name, format: kind };
  return engines.flatMap(([target, engine]) => {
    const printed = printQuery(parsed.query, target, options);
    return printed.ok ? [{ engine, text: printed.text }] : [];
  });
}
