import { readTime } from './time.ts';

/**
 * How a time is written: its text with zeros for its digits, but those of its offset, as in `0000-00-00T00:00:00+02:00`.
 * Texts of one form are in the order of their times. Undefined where the text is no time by ISO 8601.
 */
export function timeForm(text: string): string | undefined {
  if (readTime(text) === undefined) return undefined;
  const trimmed = text.trim();
  return dateForm + trimmed.slice(dateForm.length).replace(/^[^+-]+/, (clock) => clock.replace(/\d/g, '0'));
}

/** A date alone, with which the other forms begin. */
export const dateForm = '0000-00-00';
