/** How PostgreSQL and MySQL write NULL in files of text: a field without quotes that is this. */
export const dumpedNull = '\\N';

/** Some texts, looked for in bytes. */
export interface Texts {
  /** Whether the field `bytes[start, end)` is one of them. */
  has(bytes: Uint8Array, start: number, end: number): boolean;
  /** Whether one of them stands anywhere in `bytes[start, end)`. */
  isIn(bytes: Uint8Array, start: number, end: number): boolean;
}

/** Undefined where there are none. */
export function textsOf(texts: readonly string[] = []): Texts | undefined {
  if (texts.length === 0) return undefined;
  const all = texts.map((text) => Buffer.from(text));
  const longest = Math.max(...all.map(({ length }) => length));
  return {
    has(bytes, start, end) {
      if (end - start > longest) return false;
      for (const text of all) {
        if (text.length !== end - start) continue;
        let same = 0;
        while (same < text.length && bytes[start + same] === text[same]) same++;
        if (same === text.length) return true;
      }
      return false;
    },
    isIn(bytes, start, end) {
      const part = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      return all.some((text) => part.includes(text));
    },
  };
}
