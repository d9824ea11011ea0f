/**
 * Compiles a regular expression: JavaScript's syntax with the `u` flag; the pattern may match anywhere in a text.
 * @throws SyntaxError
 */
export function compileRegex(pattern: string, insensitive: boolean): (text: string) => boolean {
  const regex = new RegExp(pattern, insensitive ? 'iu' : 'u');
  return (text) => regex.test(text);
}
