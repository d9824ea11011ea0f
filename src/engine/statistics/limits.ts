/** What one column may hold in memory. The same for every part that is merged, so that parts do not change figures. */
export interface ColumnLimits {
  /** Different values that are counted exactly. */
  readonly values: number;
  /** Bytes of their texts. */
  readonly valueBytes: number;
  /** Values that are counted where there are more; 0: none is, and nothing but their number is known. */
  readonly counters: number;
  /** Numbers that are kept as they are for exact quantiles, and buckets where there are more. */
  readonly exactNumbers: number;
  readonly buckets: number;
  /** Fine bars of a histogram. */
  readonly bins: number;
  /** The same of numbers, which have their quantiles from elsewhere; 0: there is none. */
  readonly numberBins: number;
}

/** Up to so many columns at once, each has all the room that it can use. */
const fewColumns = 160;

/**
 * What each of `columns` columns may hold. Full columns take some 2 MB each up to `fewColumns`, and 25 KB each of 5,000;
 * a column takes that only where its values are as many and as different.
 *
 * @param counts whether it is for plots: values are counted where they are many, and there is a histogram
 */
export function limitsFor(columns: number, counts = true): ColumnLimits {
  const share = Math.min(1, (fewColumns / Math.max(1, columns)) ** 1.5);
  const bins = share === 1 ? 512 : 128;
  return {
    values: Math.max(64, Math.floor(10_000 * share)),
    valueBytes: Math.max(8 * 1024, Math.floor(1024 * 1024 * share)),
    counters: counts ? Math.max(32, Math.floor(1024 * share)) : 0,
    exactNumbers: Math.max(256, Math.floor(8192 * share)),
    buckets: Math.max(256, Math.floor(8192 * share)),
    bins,
    numberBins: counts ? bins : 0,
  };
}

/**
 * Of how many columns the limits are, where more are found than were expected: in steps, so that what is held is not cut with
 * every one of them. It depends on nothing but their number, and never falls as they become more.
 */
export function columnsLimitedFor(found: number): number {
  if (found <= fewColumns) return found;
  return Math.ceil(fewColumns * 2 ** (Math.ceil(4 * Math.log2(found / fewColumns)) / 4));
}
