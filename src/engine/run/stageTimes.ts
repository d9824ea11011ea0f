import type { StageLine, StageReport, StageWait } from '../../protocol/stages.ts';

/** Where the time of a stage went, in milliseconds. */
export interface StageTime {
  /** Its part in the threads that scan, added up over them; undefined where it has none. */
  readonly scanning: number | undefined;
  /** Its part in the engine's thread, with the time until the output had taken the bytes. */
  readonly here: number;
}

/** What the threads of a run have waited for each other. */
export interface RunTimes {
  readonly threads: number;
  readonly elapsedMs: number;
  /** Time in which the engine's thread waited for the scan. */
  readonly scanWaitMs: number;
}

/** What is less than this share of the run is not told of as waiting. */
const leastWait = 0.05;

/**
 * Which stage is the slowest, and what the others wait for. A stage that is not busy waits: for its output as long as those
 * behind it are, for its input else. What the threads that scan have read ahead is not waited for.
 * @param times of each of `lines`
 */
export function withTimes(
  lines: readonly StageLine[],
  times: readonly StageTime[],
  { threads, elapsedMs, scanWaitMs }: RunTimes,
): StageReport {
  // A pass of its own before the others, which neither wait for it nor make it wait.
  const isBefore = ['columns', 'types'].includes(lines.at(0)?.name ?? '');
  const first = isBefore ? 1 : 0;
  const own = times.map(({ scanning = 0, here }) => scanning / Math.max(1, threads) + Math.max(0, here));
  const all = own.reduce((sum, ms) => sum + ms, 0);
  const scanningMs = times.reduce((sum, { scanning = 0 }) => sum + scanning, 0) / Math.max(1, threads);
  const runMs = elapsedMs - (first === 1 ? own[0] : 0);
  // The scan is held up at most as long as nobody asks for more of it, and as long as its threads do nothing.
  const heldUp = Math.max(0, Math.min(runMs - scanWaitMs, runMs - scanningMs));
  const waitOf = (at: number): StageWait | undefined => {
    if (at < first) return undefined;
    const behind = times.slice(at + 1);
    const output = behind.reduce((sum, { here }) => sum + Math.max(0, here), 0);
    const isScanning = own[at] > 2 * Math.max(0, times[at].here);
    const sameThreads = behind.reduce((sum, { scanning = 0 }) => sum + scanning, 0) / Math.max(1, threads);
    // Whatever is not its own.
    const restMs = Math.max(0, runMs - own[at]);
    const outputMs = Math.min(restMs, isScanning ? sameThreads + heldUp : output);
    // Nothing is before the scan: what it takes to read is its own time.
    const inputMs = at === first ? 0 : restMs - outputMs;
    const wait: StageWait =
      inputMs > outputMs ? { for: 'input', share: inputMs } : { for: 'output', share: outputMs };
    const share = runMs > 0 ? Math.min(1, wait.share / runMs) : 0;
    return share < leastWait ? undefined : { for: wait.for, share };
  };
  const slowest = own.indexOf(Math.max(...own));
  return {
    lines: lines.map((line, at) => ({ ...line, share: all > 0 ? own[at] / all : 0, waits: waitOf(at) })),
    threads,
    elapsedMs,
    slowest: all > 0 && lines.length > 1 ? slowest : undefined,
  };
}
