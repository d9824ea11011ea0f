/** The figures of a stage as the page says them. */
import type { ExportStages, StageLine, StageReport } from '../../protocol/stages.ts';
import { bytes, count, duration, t } from '../l10n.ts';
import type { ShownStages } from './stages.ts';

/** Operators are called what the query calls them. */
export function stageName(name: string): string {
  switch (name) {
    case 'columns':
      return t('Find columns');
    case 'types':
      return t('Find types');
    case 'scan':
      return t('Read');
    case 'write':
      return t('Write');
    case 'keep':
      return t('Keep rows');
    case 'rejects':
      return t('Malformed records');
    default:
      return name;
  }
}

export function percent(share: number): string {
  const whole = Math.round(100 * share);
  if (share > 0 && whole === 0) return t('<1%');
  return t('{0}%', whole);
}

export function rowsWords({ rowsIn, rowsOut }: StageLine): string {
  if (rowsIn === undefined || rowsOut === undefined) return '';
  return t('{0} in \u2192 {1} out', count(rowsIn), count(rowsOut));
}

/** What is said of a stage below its rows, each in a line of its own. */
export function figuresOf(line: StageLine, elapsedMs: number): string[] {
  if (line.later) return [t('made when they are shown')];
  const words: string[] = [];
  const { rowsIn, share, waits, bytes: size, spilled = 0, unread = 0 } = line;
  if (rowsIn !== undefined && elapsedMs > 0)
    words.push(t('{0} rows/s', count(Math.round((rowsIn / elapsedMs) * 1000))));
  if (share !== undefined) words.push(t('{0} of the time', percent(share)));
  if (waits)
    words.push(
      waits.for === 'input'
        ? t('waits for input: {0}', percent(waits.share))
        : t('waits for output: {0}', percent(waits.share)),
    );
  if (size !== undefined && size > 0)
    words.push(line.name === 'scan' ? t('{0} read', bytes(size)) : t('{0} written', bytes(size)));
  if (unread > 0) words.push(t('{0} not read', bytes(unread)));
  if (spilled > 0) words.push(t('{0} in temporary files', bytes(spilled)));
  return words;
}

/** What has gone wrong in a stage; '' where nothing has. */
export function errorWords({ rowsIn = 0, malformed = 0, failed = 0 }: StageLine): string {
  if (malformed > 0)
    return t('{0} malformed ({1})', count(malformed), percent(malformed / Math.max(1, rowsIn)));
  return failed > 0 ? t('{0} failed ({1})', count(failed), percent(failed / Math.max(1, rowsIn))) : '';
}

export function totalWords({ threads, elapsedMs }: StageReport): string {
  const took = duration(elapsedMs);
  return threads > 1 ? t('{0}, {1} threads read', took, count(threads)) : took;
}

/** "Slowest: WHERE (62% of the time)". */
export function slowestWords({ lines, slowest }: StageReport): string {
  const line = slowest === undefined ? undefined : lines.at(slowest);
  return line ? t('Slowest: {0} ({1} of the time)', stageName(line.name), percent(line.share ?? 0)) : '';
}

export function phaseWords({ phase }: ShownStages): string {
  switch (phase) {
    case 'running':
      return t('running');
    case 'done':
      return t('done');
    case 'cancelled':
      return t('cancelled');
    case 'failed':
      return t('failed');
  }
}

/** "Exporting to out.csv: 34%", "Exported to out.csv". */
export function exportWords({ phase, share }: ExportStages, target: string): string {
  switch (phase) {
    case 'running':
      return share === undefined
        ? t('Exporting to {0}', target)
        : t('Exporting to {0}: {1}%', target, Math.floor(100 * share));
    case 'done':
      return t('Exported to {0}', target);
    case 'cancelled':
      return t('Export to {0} cancelled', target);
    case 'failed':
      return t('Export to {0} failed', target);
  }
}
