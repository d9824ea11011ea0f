import { ToolError } from './toolError.ts';

/** How long a call may go on. */
export interface Deadline {
  /** Aborted when the time is over: what reads ends then, and what was found is shown. */
  readonly until: AbortSignal;
  /** Aborted when the caller has cancelled, or some time after `until`, for what does not end by itself. */
  readonly signal: AbortSignal;
}

/** How much longer a sort or a group may take to finish with what was read, in seconds. */
const usualGrace = 10;

/**
 * Does something within so many seconds.
 * @param signal the caller's
 * @throws ToolError where the work does not end after the grace either
 */
export async function withDeadline<T>(
  seconds: number,
  signal: AbortSignal,
  work: (deadline: Deadline) => Promise<T>,
  grace = usualGrace,
): Promise<T> {
  const late = `The call did not end within ${seconds} seconds. Ask for less, or raise time_limit_seconds.`;
  const [soft, hard] = [new AbortController(), new AbortController()];
  const timers = [
    setTimeout(() => soft.abort(), seconds * 1000),
    setTimeout(() => hard.abort(new ToolError(late)), (seconds + grace) * 1000),
  ];
  try {
    return await work({ until: soft.signal, signal: AbortSignal.any([signal, hard.signal]) });
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
