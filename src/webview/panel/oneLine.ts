/** What is in quotes or in a comment, which the query's tokens are read by as well; else a line end with what is blank around it. */
const part =
  /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\/\*[^]*?(?:\*\/|$)|--[^\r\n]*(?:[\r\n]\s*)?|\s*[\r\n]\s*/g;

/**
 * A query on one line. Line ends in quotes belong to a value or a name, and stay. A comment that goes up to the end of its line
 * would take in the lines behind it: it is written as one that has an end.
 */
export function onOneLine(query: string): string {
  if (!/[\r\n]/.test(query)) return query;
  return query.replace(part, (found) => {
    if (/^['"`]/.test(found)) return found;
    const comment = /^--([^\r\n]*)[\r\n]/.exec(found)?.[1].trim();
    if (comment === undefined) return found.startsWith('--') ? found : found.replace(/\s*[\r\n]\s*/g, ' ');
    return comment === '' || comment.includes('*/') ? ' ' : `/* ${comment} */ `;
  });
}
