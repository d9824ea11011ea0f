import { l10n } from 'vscode';
import type { ExportProgress } from '../protocol/engine.ts';

/** "1,204 of 90,000 records, 3%, 850 MB/s, 12 s left": of the records read so far, how many were exported. */
export function progressText(step: ExportProgress): string {
  const { matched, records, scanned, total, elapsedMs, cluster } = step;
  if (cluster !== undefined) return clusterText(cluster, records);
  const parts = [
    // Where all are exported, the one number counted against itself would look like the end.
    matched === records
      ? l10n.t('{0} records', records.toLocaleString())
      : l10n.t('{0} of {1} records', matched.toLocaleString(), records.toLocaleString()),
  ];
  if (total !== undefined && total > 0) {
    parts.push(l10n.t('{0}%', Math.min(100, Math.floor((100 * scanned) / total))));
  }
  // The first moments give no rate worth showing.
  if (elapsedMs >= 500) {
    const rate = scanned / (elapsedMs / 1000);
    parts.push(l10n.t('{0} MB/s', Math.round(rate / 1e6).toLocaleString()));
    if (total !== undefined && rate > 0) parts.push(l10n.t('{0} left', duration((total - scanned) / rate)));
  }
  return parts.join(', ');
}

/** "3 of 8 tasks, 1,204 rows": what a cluster has done. */
function clusterText(cluster: ExportProgress['cluster'], rows: number): string {
  const parts = [];
  if (cluster && cluster.tasks > 0)
    parts.push(
      l10n.t('{0} of {1} tasks', cluster.tasksDone.toLocaleString(), cluster.tasks.toLocaleString()),
    );
  parts.push(rows === 0 ? l10n.t('waiting for rows') : l10n.t('{0} rows', rows.toLocaleString()));
  return parts.join(', ');
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return l10n.t('{0} s', whole);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return l10n.t('{0} min {1} s', minutes, whole % 60);
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}
