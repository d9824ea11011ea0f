import { writePath } from '../query/index.ts';
import { gatherStatistics, type Gathered, type StatisticsScan } from '../run/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { reportTo, type Call } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AskedFile } from './openFiles.ts';
import { shareOfPart } from './share.ts';

/** What columns hold in the records that were read within the call's time, and how much of the file that is. */
export async function gatherInTime(
  call: Call,
  { file }: AskedFile,
  scan: StatisticsScan,
): Promise<Gathered & { readonly share: number }> {
  const report = reportTo(call);
  const gathered = await withDeadline(
    call.input.number('time_limit_seconds'),
    call.signal,
    ({ signal, until }) =>
      file.whileScanning(() =>
        gatherStatistics(
          file.dataset,
          scan,
          signal,
          ({ coverage: { share } }) => report(share, 1),
          undefined,
          until,
        ),
      ),
  );
  const { exact, share } = gathered.coverage;
  return { ...gathered, share: exact ? 1 : shareOfPart(share) };
}

/** How a query writes the path of a column that was gathered. */
export function gatheredPath(
  { layout }: Pick<Dataset, 'layout'>,
  { columns }: Pick<Gathered, 'columns'>,
  at: number,
): string {
  return layout.names === 'columns' ? writePath([layout.columns[at]]) : writePath(columns[at].map(String));
}
