import { inUnits } from '../protocol/units.ts';

/** `149,638`. Whole numbers by hand: loading the rules of languages takes longer than reading a small file. */
export function grouped(count: number): string {
  if (!Number.isSafeInteger(count)) return count.toLocaleString('en');
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 record`, `2 records`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Bytes as `1.5 GB`. */
export function sized(bytes: number): string {
  const { value, unit } = inUnits(bytes, 999.5);
  return `${value < 9.95 && unit !== 'B' ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** A share as `37%`. What is neither nothing nor all is never said to be. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (share > 0 && rounded === 0) return 'less than 1%';
  return `${share < 1 ? Math.min(99, rounded) : 100}%`;
}
