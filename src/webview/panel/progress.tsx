/** How far a query has come: matched, scanned, rate, time left. */
import type { ViewState } from '../../protocol/preview.ts';
import { bytes, count, duration, t } from '../l10n.ts';
import { orderWords, resultWords } from '../model/words.ts';

export interface Pace {
  /** 0 to 1; undefined while the total is not known. */
  readonly share: number | undefined;
  readonly perSecond: number;
  readonly leftMs: number | undefined;
  /** Enough was read to tell a speed. */
  readonly known: boolean;
}

/** Where less of what was passed was read, the time went by with something else: the rate says nothing of what is left. */
const leastRead = 0.1;

export function paceOf({ scanned, skipped, total, elapsedMs }: ViewState): Pace {
  const done = scanned + skipped;
  const perSecond = elapsedMs > 0 ? (scanned / elapsedMs) * 1000 : 0;
  const share = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total);
  const left = total === undefined ? undefined : Math.max(0, total - done);
  const known = perSecond > 0 && scanned >= leastRead * done;
  // In the first moments a rate says nothing.
  const leftMs = left === undefined || !known || elapsedMs < 500 ? undefined : (left / perSecond) * 1000;
  return { share, perSecond, known, leftMs };
}

export function Progress({
  state,
  running,
}: {
  readonly state: ViewState | undefined;
  readonly running: boolean;
}) {
  if (!state) return running ? <span class="facts">{t('Starting\u2026')}</span> : null;
  const pace = paceOf(state);
  const order = orderWords(state.outcome);
  const parts: string[] = order === '' ? [] : [order];
  if (running) {
    const done = bytes(state.scanned + state.skipped);
    parts.push(state.total === undefined ? done : t('{0} of {1}', done, bytes(state.total)));
    if (pace.known) parts.push(t('{0}/s', bytes(pace.perSecond)));
    if (pace.leftMs !== undefined) parts.push(t('{0} left', duration(pace.leftMs)));
  } else {
    parts.push(t('{0} in {1}', bytes(state.scanned + state.skipped), duration(state.elapsedMs)));
    const unread = state.unread ?? 0;
    if (state.skipped > unread) parts.push(t('{0} skipped using the index', bytes(state.skipped - unread)));
    if (unread > 0) parts.push(t('{0} not read: columns are in the cache', bytes(unread)));
  }
  if (state.malformed > 0) parts.push(t('{0} malformed', count(state.malformed)));
  return (
    <>
      <span class="matches">{resultWords(state)}</span>
      {running && pace.share !== undefined && (
        <progress class="bar" max={1} value={pace.share} aria-label={t('Scanned')} />
      )}
      <span class="facts">{parts.join(' \u00b7 ')}</span>
    </>
  );
}
