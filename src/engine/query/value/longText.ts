import { said, SaidError } from '../../../said/said.ts';

/**
 * Longer texts are not made, in UTF-16 units: more than that is no record either, and a JavaScript string ends at
 * twice as many.
 */
export const longestText = 2 ** 28;

/** Longer lists are not made: a query must not fill the memory. */
export const longestList = 2 ** 24;

/**
 * A function or an operator would make a value that is longer than values may be. Not NULL, which an operator has where
 * there is no result: there is one, and an answer without it would be wrong.
 */
export class ValueTooLongError extends SaidError {
  override readonly name = 'ValueTooLongError';

  /** @param maker what would make it, as the language writes it */
  constructor(maker: string, most: number, unit: 'characters' | 'items' = 'characters') {
    const grouped = most.toLocaleString('en');
    super(
      unit === 'items'
        ? said`${maker} would make more than ${grouped} items, which is the maximum.`
        : said`${maker} would make more than ${grouped} characters, which is the maximum.`,
    );
  }
}

/**
 * The texts one behind the other.
 * @throws ValueTooLongError
 */
export function joinTexts(maker: string, parts: readonly string[], separator = ''): string {
  let length = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) length += part.length;
  if (length > longestText) throw new ValueTooLongError(maker, longestText);
  return parts.join(separator);
}
