/** What is called when each of these signals aborts. */
const waiting = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Calls when a signal aborts, unless what is given back was called before. However many wait at the same time, the signal
 * has one listener for them: many files are read under one signal, and Node takes more than 10 listeners for a leak.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  const known = waiting.get(signal) ?? waitFor(signal);
  // Who waits twice with the same function is told twice, and lets go once at a time.
  const told = (): void => call();
  known.calls.add(told);
  return () => {
    known.calls.delete(told);
    if (known.calls.size > 0 || waiting.get(signal) !== known) return;
    signal.removeEventListener('abort', known.listener);
    waiting.delete(signal);
  };
}

function waitFor(signal: AbortSignal): Waiting {
  const calls = new Set<() => void>();
  const listener = (): void => {
    for (const call of calls) call();
  };
  const made = { calls, listener };
  signal.addEventListener('abort', listener, { once: true });
  waiting.set(signal, made);
  return made;
}

/** Waits for `promise`, but no longer than the signal allows. */
export async function withSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted', { cause: signal.reason }));
    };
  });
  const release = onAbort(signal, stop);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    release();
  }
}

/**
 * Aborts when either does, until it is released. `AbortSignal.any` is never released from a signal that lives long,
 * and a source is read some 100,000 times.
 */
export function either(
  a: AbortSignal | undefined,
  b: AbortSignal,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const signals = a ? [a, b] : [b];
  const abort = (): void => controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  const releases: (() => void)[] = [];
  for (const signal of signals) {
    if (signal.aborted) abort();
    else releases.push(onAbort(signal, abort));
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}
