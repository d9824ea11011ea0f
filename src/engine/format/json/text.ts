const decoder = new TextDecoder();

/** The text of a JSON string, given what stands between its quotes. */
export function unescapedJson(bytes: Uint8Array): string {
  const text: unknown = JSON.parse(`"${decoder.decode(bytes)}"`);
  return typeof text === 'string' ? text : '';
}
