/** How long a call may go on. */
export interface Deadline {
  /** Aborted when the time is over: what reads ends then, and what was found is shown. */
  readonly until: AbortSignal;
  /** Aborted when the caller has cancelled, or some time after `until`, for what does not end by itself. */
  readonly signal: AbortSignal;
}

/** So much longer a sort or a group may take to finish with what was read, in seconds. */
const grace = 10;

/**
 * Does something within so many seconds.
 * @param signal the caller's
 */
export async function withDeadline<T>(
  seconds: number,
  signal: AbortSignal,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const [soft, hard] = [new AbortController(), new AbortController()];
  const timers = [
    setTimeout(() => soft.abort(), seconds * 1000),
    setTimeout(() => hard.abort(), (seconds + grace) * 1000),
  ];
  try {
    return await work({ until: soft.signal, signal: AbortSignal.any([signal, hard.signal]) });
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
