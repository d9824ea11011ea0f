import { onAbort } from '../../protocol/abort.ts';

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
