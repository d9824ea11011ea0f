/**
 * Which of some rows are taken, counted from 0: [skip, skip + take). What OFFSET and LIMIT leave of the rows before them.
 * Plain data.
 */
export interface MatchWindow {
  readonly skip: number;
  readonly take: number;
}

export const everything: MatchWindow = { skip: 0, take: Infinity };

export function isEverything({ skip, take }: MatchWindow): boolean {
  return skip === 0 && take === Infinity;
}

/** One past the last row that is taken. */
export function windowEnd({ skip, take }: MatchWindow): number {
  return skip + take;
}

/** How many of the first `rows` are taken. */
export function takenOf({ skip, take }: MatchWindow, rows: number): number {
  return Math.max(0, Math.min(rows - skip, take));
}

/** Of what `outer` takes, what `inner` takes, counted as `outer` counts: for one LIMIT after another. */
export function windowWithin(outer: MatchWindow, inner: MatchWindow): MatchWindow {
  const skip = Math.min(inner.skip, outer.take);
  return { skip: outer.skip + skip, take: Math.min(outer.take - skip, inner.take) };
}

/** What is left of a window after the first `rows`, counted from the row after these. */
export function windowAfter({ skip, take }: MatchWindow, rows: number): MatchWindow {
  return { skip: Math.max(0, skip - rows), take: take - Math.max(0, Math.min(rows - skip, take)) };
}

/** The part of a window that is among the `count` rows after the first `rows`, counted from the first of these. */
export function windowAmong(window: MatchWindow, rows: number, count: number): MatchWindow {
  const { skip, take } = windowAfter(window, rows);
  const from = Math.min(skip, count);
  return { skip: from, take: Math.min(take, count - from) };
}
