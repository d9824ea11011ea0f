import type { FileState } from './file.ts';
import type { StatisticsAnswer } from './statistics.ts';
import type { FiguresThere, WrittenThere } from './remote.ts';

/** What the page asks of a query that a cluster runs, whose rows it shows. */
export interface RemoteCalls {
  /** Ends the query on the cluster whose rows are shown. Those that have come stay. */
  stopRemote: { params: null; result: FileState };
  /** Counts there how many rows that query has. */
  countRemote: { params: null; result: FileState };
  /** What a column of that query holds in all of its rows, by the column's path in a query. */
  figuresThere: { params: { readonly path: string }; result: FiguresThere };
  /**
   * What headers draw of columns of that query, by their ids, of all of its rows. Progress comes after every few columns, which the
   * cluster finds together. Cancel the call to stop.
   */
  plotsThere: {
    params: { readonly columns: readonly number[] };
    result: StatisticsAnswer;
    progress: StatisticsAnswer;
  };
  /** Has the cluster run that query for all its rows, and write them there. Nothing is overwritten. */
  writeRemote: { params: WrittenThere; result: null };
}
