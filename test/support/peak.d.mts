export const reportsPeak: Record<'NODE_OPTIONS', string>;
/** KB. */
export function peakIn(errors: string): number;
