interface Waiting {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

/** What waits for each signal. */
const waiting = new WeakMap<AbortSignal, Waiting>();

/**
 * Does something once a signal is aborted, if it is not yet. All that waits for a signal shares one listener: a caller
 * may have any number of tasks under way, and Node takes the eleventh listener for a leak.
 * @param act must not throw
 * @returns stops the waiting
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const known = waiting.get(signal) ?? listenTo(signal);
  // A function that is given twice is called twice.
  const own = (): void => act();
  known.acts.add(own);
  return () => {
    if (!known.acts.delete(own) || known.acts.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener('abort', known.listener);
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const acts = new Set<() => void>();
  const listener = (): void => {
    // One act may stop the waiting of others, which are then not called.
    for (const act of acts) act();
  };
  const known = { acts, listener };
  waiting.set(signal, known);
  signal.addEventListener('abort', listener, { once: true });
  return known;
}

/** What a signal was aborted for, as an error. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('Cancelled.', 'AbortError');
}
