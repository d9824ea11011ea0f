/** A share for programs, to four digits. */
export function roundedShare(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
