import { UsageError } from './usageError.ts';

export const followOptions = {
  follow: { type: 'boolean' },
  new: { type: 'boolean' },
  until: { type: 'string' },
  'idle-timeout': { type: 'string' },
} as const;

/** How files are followed. */
export interface FollowOptions {
  /** Only what is appended from now on. */
  readonly onlyNew: boolean;
  /** When it ends, by the clock, in milliseconds since 1970; undefined: never. */
  readonly untilMs: number | undefined;
  /** It ends when nothing has come for so many milliseconds; undefined: never. */
  readonly idleMs: number | undefined;
}

interface Values {
  readonly follow?: boolean | undefined;
  readonly new?: boolean | undefined;
  readonly until?: string | undefined;
  readonly 'idle-timeout'?: string | undefined;
}

/** @param others the names of options that do not go with it, where they are given @throws UsageError */
export function readFollowOptions(
  values: Values,
  others: readonly string[],
  now: Date,
): FollowOptions | undefined {
  const { follow = false, new: onlyNew = false, until, 'idle-timeout': idle } = values;
  if (!follow) {
    if (onlyNew || until !== undefined || idle !== undefined)
      throw new UsageError('--new, --until and --idle-timeout are only for --follow.');
    return undefined;
  }
  if (others.length > 0) {
    throw new UsageError(
      `--follow writes rows to standard output as they arrive, and cannot be combined with ${others.map((name) => `--${name}`).join(' or ')}.`,
    );
  }
  return {
    onlyNew,
    untilMs: until === undefined ? undefined : readUntil(until, now),
    idleMs: idle === undefined ? undefined : readDuration(idle),
  };
}

/** `14:30` and `14:30:15` are the next ones, by the local clock. */
function readUntil(text: string, now: Date): number {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) {
    const [hours, minutes, seconds] = clock.slice(1).map((part: string | undefined) => Number(part ?? 0));
    if (hours < 24 && minutes < 60 && seconds < 60) {
      const time = new Date(now);
      time.setHours(hours, minutes, seconds, 0);
      if (time <= now) time.setDate(time.getDate() + 1);
      return time.getTime();
    }
  }
  const time = /^\d{4}-\d{2}-\d{2}[T ]/.test(text) ? Date.parse(text.replace(' ', 'T')) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--until takes a time such as 18:30 or 2026-01-31T18:30:00, not '${text}'.`);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 };

function readDuration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text);
  if (found) return Number(found[1]) * units[found[2]];
  throw new UsageError(`--idle-timeout takes a time such as 30s, 5m or 500ms, not '${text}'.`);
}
