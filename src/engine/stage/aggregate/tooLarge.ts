import { type Said, said } from '../../../said/said.ts';
import type { Call } from '../../query/syntax/tree.ts';
import type { Value } from '../../query/value/value.ts';
import { MemoryLimitError } from '../memoryLimit.ts';
import type { Cell } from '../vector.ts';

type Aggregate = Pick<Call, 'name' | 'distinct'>;

/** A value of more characters would not fit into a group: it is refused before it is copied. */
const longestValue = 64 * 1024 * 1024;

/**
 * @param call as a query has it: "list(…)"
 * @param kept what it keeps: "all values of a group"
 * @throws MemoryLimitError
 */
export function refuseLong(value: Value | Cell, call: string, kept: Said): void {
  if (typeof value !== 'string' || value.length <= longestValue) return;
  throw new MemoryLimitError(
    said`${call} keeps ${kept} in memory, and one of them takes more than ${longestValue / 1024 ** 2} MB. Leave it out with WHERE length(x) < 1000000, or take a part of it with left(x, 1000).`,
  );
}

/** How large a group may become that cannot be parted, in budgets. */
export const maxGather = 4;

/** The same where an aggregate holds most of it: what `list` and `string_agg` give is as large as what they hold. */
export function budgetsFor(aggregate: Aggregate): number {
  return gathers(nameOf(aggregate)) ? maxGather / 2 : maxGather;
}

/** What is said of a group that is too large: which aggregate makes it so, and what can be done. */
export function tooLarge(aggregate: Aggregate | undefined, limit: number): Said {
  const size = `${Math.max(1, Math.round(limit / 1024 ** 2))} MB`;
  if (aggregate === undefined) return said`A group takes more than ${size} of memory.`;
  const name = nameOf(aggregate);
  const call = `${name}(${aggregate.distinct ? 'DISTINCT …' : '…'})`;
  const advice = adviceFor(name, aggregate.distinct);
  return aggregate.distinct || name === 'mode'
    ? said`${call} keeps every different value of a group in memory, and those of one group take more than ${size}. ${advice}`
    : said`${call} keeps all values of a group in memory, and those of one group take more than ${size}. ${advice}`;
}

function adviceFor(name: string, distinct: boolean): Said {
  if (distinct && !gathers(name)) {
    const advice = said`Make the values distinct first, which can use the disk: |> SELECT x |> DISTINCT |> AGGREGATE ${name}(x).`;
    return name === 'count'
      ? said`${advice} approx_count_distinct(…) gives an estimate in little memory.`
      : advice;
  }
  switch (name) {
    case 'mode':
      return said`Count the values instead, which can use the disk: |> AGGREGATE count(*) AS n GROUP BY x |> ORDER BY n DESC |> LIMIT 1.`;
    case 'median':
    case 'quantile_cont':
    case 'quantile_disc':
      return said`Take a sample first: |> TABLESAMPLE 10 PERCENT; or make smaller groups with GROUP BY.`;
    default:
      return said`Take fewer rows with WHERE or LIMIT, or make smaller groups with GROUP BY.`;
  }
}

function gathers(name: string): boolean {
  return name === 'list' || name === 'string_agg';
}

function nameOf({ name }: Aggregate): string {
  return name.name.toLowerCase();
}
