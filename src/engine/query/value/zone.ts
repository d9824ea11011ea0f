const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Days whose offsets are remembered. */
const mostDays = 50_000;

/** A zone of the IANA database: how far its clocks are from UTC at each time. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  /** By the day since 1970, the offset at its beginning: on most days it is that of the whole day. */
  readonly #offsets = new Map<number, number>();

  private constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  /** Undefined where there is no such zone. Letter case does not matter. */
  static named(name: string): Zone | undefined {
    // Some versions of Node take offsets for names.
    if (!/^[a-z]/i.test(name)) return undefined;
    try {
      const parts = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
      const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
      const zone = { timeZone: name, hourCycle: 'h23', calendar: 'gregory', era: 'short' } as const;
      return new Zone(new Intl.DateTimeFormat('en-US', { ...parts, ...clock, ...zone }));
    } catch {
      return undefined;
    }
  }

  /** What the clocks of the zone show at a time, as if it were UTC. */
  localOf(ms: number): number {
    return ms + this.#offsetAt(ms);
  }

  /**
   * The time at which the clocks of the zone show this: the later one where they show it twice. What they leave out is
   * counted on from before it, as PostgreSQL and DuckDB do.
   */
  instantOf(local: number): number {
    const before = this.#offsetAt(local - dayMs);
    const after = this.#offsetAt(local + dayMs);
    const isAfter = before !== after && this.#offsetAt(local - after) === after;
    return local - (isAfter ? after : before);
  }

  #offsetAt(ms: number): number {
    const day = Math.floor(ms / dayMs);
    const first = this.#offsetOfDay(day);
    let last = this.#offsetOfDay(day + 1);
    if (first === last) return first;
    // The clocks are changed once on that day.
    let [from, to] = [day * dayMs, (day + 1) * dayMs];
    while (to - from > 1000) {
      const middle = Math.floor((from + to) / 2000) * 1000;
      const offset = this.#read(middle);
      if (offset === first) from = middle;
      else [to, last] = [middle, offset];
    }
    return ms < to ? first : last;
  }

  #offsetOfDay(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      if (this.#offsets.size >= mostDays) this.#offsets.clear();
      offset = this.#read(day * dayMs);
      this.#offsets.set(day, offset);
    }
    return offset;
  }

  /** Slow: asks the calendar. */
  #read(ms: number): number {
    const at = Math.min(Math.max(ms, -maxMs), maxMs);
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const year = parts.get('era') === 'AD' ? of('year') : 1 - of('year');
    const local = new Date(0);
    local.setUTCFullYear(year, of('month') - 1, of('day'));
    return local.setUTCHours(of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000;
  }
}

/** A day less than a JavaScript Date holds. */
const maxMs = 8.64e15 - dayMs;

const known = new Map<string, Zone | undefined>();
const mostKnown = 1000;

/** The zone of a name; undefined where there is none. */
export function zoneOf(name: string): Zone | undefined {
  if (known.has(name)) return known.get(name);
  if (known.size >= mostKnown) known.clear();
  const zone = Zone.named(name);
  known.set(name, zone);
  return zone;
}
