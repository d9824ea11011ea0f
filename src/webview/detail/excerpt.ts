/** What shows of a text that is too long to show at once. */

export interface Excerpt {
  readonly text: string;
  /** Whether there is more before and behind it. */
  readonly before: boolean;
  readonly after: boolean;
}

/** Characters that show before what is sought. */
const lead = 100;

/**
 * The beginning of a text, or where that does not hold what is sought, the part around the first place that does.
 * @param sought in lower case; '' for nothing
 * @param most characters
 */
export function excerptOf(text: string, sought: string, most: number): Excerpt {
  if (text.length <= most) return { text, before: false, after: false };
  const folded = text.toLowerCase();
  // Where a letter has another length in lower case, places in one are none in the other.
  const found = sought === '' || folded.length !== text.length ? -1 : folded.indexOf(sought);
  const from = found + sought.length <= most ? 0 : wholeFrom(text, found - lead);
  const to = Math.min(text.length, wholeFrom(text, from + most));
  return { text: text.slice(from, to), before: from > 0, after: to < text.length };
}

/** No letter of two units is cut in two. */
function wholeFrom(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : Math.max(0, at);
}
