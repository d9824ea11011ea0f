import type { ExportProgress, ExportSummary } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { ExportStages } from '../../protocol/stages.ts';

/**
 * Does an export and tells the page that it was asked for on what its stages take; the host, which asked for it, is told the rest.
 * @param target what the page calls where the rows go
 * @param tell at most as often as the export says how far it is, and at its end
 */
export async function showingStages(
  target: string,
  { signal, progress }: HandlerContext<ExportProgress>,
  tell: (told: ExportStages) => void,
  work: (context: HandlerContext<ExportProgress>) => Promise<ExportSummary>,
): Promise<ExportSummary> {
  let last: ExportStages | undefined;
  const told = ({ stages, scanned, total }: ExportProgress, phase: ExportStages['phase']): void => {
    // Rows that a run has made are written as they are: nothing is measured of that.
    if (!stages) return;
    const share = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, scanned / total);
    last = { target, phase, share, stages };
    tell(last);
  };
  try {
    const summary = await work({
      signal,
      progress(step) {
        const { stages: _, ...rest } = step;
        told(step, 'running');
        progress(rest);
      },
    });
    told(summary, 'done');
    return summary;
  } catch (error) {
    if (last) tell({ ...last, phase: signal.aborted ? 'cancelled' : 'failed' });
    throw error;
  }
}
