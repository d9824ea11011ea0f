/** What the page says of a query that a cluster runs. */
import type { RemoteInfo, RemoteState } from '../../protocol/remote.ts';
import { bytes, count, t } from '../l10n.ts';
import { visible } from '../visible.ts';

/** "Running on localhost:15002", "Ran on localhost:15002 (Spark 4.0.1)". */
export function placeWords({ at, version }: RemoteInfo, { phase }: RemoteState): string {
  const place = version === undefined ? at : t('{0} (Spark {1})', at, visible(version));
  return phase === 'running' ? t('Running on {0}', visible(place)) : t('Ran on {0}', visible(place));
}

/** How many rows there are, and whether they are all. */
export function cameWords({ phase, rows, bytes: size, limits, counted }: RemoteState): string {
  const came = rows === 1 ? t('1 row') : t('{0} rows', count(rows));
  const kept = rows < limits.rows ? t('{0}, {1}', came, bytes(size)) : came;
  switch (phase) {
    case 'running':
      return t('{0} so far', came);
    case 'done':
      return t('{0}, complete', came);
    case 'failed':
      return t('Failed after {0}', came);
    case 'limited':
      return counted === undefined
        ? t('First {0}, there are more', kept)
        : t('First {0} of {1}', kept, count(counted));
    case 'stopped':
      return counted === undefined
        ? t('Stopped after {0}', came)
        : t('Stopped after {0} of {1}', came, count(counted));
  }
}

/** "3 of 8 tasks", "12.3 MB read there"; '' where the server does not tell. */
export function workWords({ phase, cluster }: RemoteState): string {
  if (!cluster) return '';
  const read = cluster.read > 0 ? t('{0} read there', bytes(cluster.read)) : '';
  if (phase !== 'running' || cluster.tasks === 0) return read;
  const tasks = t('{0} of {1} tasks', count(cluster.tasksDone), count(cluster.tasks));
  return read === '' ? tasks : `${tasks}, ${read}`;
}
