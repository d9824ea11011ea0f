import type { HandlerContext } from '../../protocol/rpc.ts';
import type { ColumnStatistics, KindCounts, StatisticsAnswer } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { RemoteResult } from '../remote/result.ts';

/**
 * What headers draw of all rows of a query that a cluster runs: as `statistics` answers of the rows here.
 * @param ids of columns of the rows here
 * @throws RemoteError; the signal's reason
 */
export async function plotsThere(
  remote: RemoteResult,
  { columns: { all } }: Dataset,
  ids: readonly number[],
  { signal, progress }: HandlerContext<StatisticsAnswer>,
): Promise<StatisticsAnswer> {
  const wanted = ids.flatMap((id) => all.at(id) ?? []);
  const columns: ColumnStatistics[] = [];
  const answer = (of: readonly ColumnStatistics[]): StatisticsAnswer => {
    const rows = Math.max(0, ...of.map(({ whole }) => (whole ? rowsIn(whole.kinds) : 0)));
    return { view: 0, columns: of, whole: { share: 1, rows, exact: true }, filtered: undefined };
  };
  await remote.plots(
    wanted.map(({ fields }) => fields.map(String)),
    signal,
    (found) => {
      const more = [...found].map(([at, plot]) => ({ ...plot, column: wanted[at].id }));
      columns.push(...more);
      progress(answer(more));
    },
  );
  return answer(columns);
}

function rowsIn(kinds: KindCounts): number {
  return Object.values<number>({ ...kinds }).reduce((sum, count) => sum + count, 0);
}
