import type { Dataset } from '../dataset/dataset.ts';
import { percent } from '../words.ts';

/** A share for programs, to four digits. What is neither nothing nor all is never said to be. */
export function roundedShare(share: number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? 0 : 1;
  return Math.min(mostOfPart, Math.max(0.0001, Math.round(share * 10_000) / 10_000));
}

const mostOfPart = 0.9999;

/** The share of a part, which is never said to be all, whatever guess of the whole it was reckoned by. */
export function shareOfPart(share: number): number {
  return Math.min(mostOfPart, roundedShare(share));
}

/**
 * The share of a file that was read until the time was over. It is all of it only where the size is known: of what is
 * compressed or comes through a pipe there is a guess, or nothing.
 * @param read bytes
 */
export function shareRead(read: number, file: Pick<Dataset, 'size' | 'expectedSize'>): number {
  if (file.size !== undefined && read >= file.size) return 1;
  return shareOfPart(read / (file.expectedSize ?? Infinity));
}

/**
 * What is said of an answer that is of a part of the file; '' where it is of all of it.
 * @param share 0 where it is not known how much of the file that is
 */
export function partlyRead(share: number): string {
  if (share === 1) return '';
  const part = share === 0 ? 'part' : `the first ${percent(share)}`;
  return `The time limit was reached: this covers ${part} of the file. Raise time_limit_seconds to read more.`;
}
