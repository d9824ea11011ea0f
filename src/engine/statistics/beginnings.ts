import { wholeCharacters } from './texts.ts';
import { keptBytes, ValueKind, type CountedValue } from './valueTable.ts';

/** A character of UTF-8 that was cut has left out so many bytes at the most. */
const mostLeftOut = 3;

/**
 * The values of a table, where those of which only the beginning is known are one with all others that begin so: a condition
 * tells them apart no more. They stand where the first of them stood.
 * @param wanted beginnings that are looked for also where the table has no value that was cut there
 */
export function byBeginning(
  values: readonly CountedValue[],
  wanted: readonly Uint8Array[] = [],
): readonly CountedValue[] {
  if (wanted.length === 0 && !values.some(isCut)) return values;
  const long = [
    ...wanted.map((begin) => ({ begin, value: undefined })),
    ...values
      .filter(({ kind, bytes }) => kind !== ValueKind.Double && bytes.length >= keptBytes - mostLeftOut)
      .map((value) => ({ begin: isCut(value) ? wholeCharacters(value.bytes) : value.bytes, value })),
  ];
  // Whatever begins as another does comes behind it, and of the same bytes a value that is whole behind one that was cut.
  long.sort(
    (a, b) =>
      Buffer.compare(a.begin, b.begin) ||
      Number(a.value !== undefined && !isCut(a.value)) - Number(b.value !== undefined && !isCut(b.value)),
  );
  const headOf = new Map<CountedValue, Uint8Array>();
  let head: Uint8Array | undefined;
  for (const { begin, value } of long) {
    const isOf = head !== undefined && startsWith(begin, head);
    if (!isOf && (value === undefined || isCut(value))) head = begin;
    if (value && head && startsWith(begin, head)) headOf.set(value, head);
  }
  const counts = new Map<Uint8Array, number>();
  for (const [{ count }, begin] of headOf) counts.set(begin, (counts.get(begin) ?? 0) + count);
  const seen = new Set<Uint8Array>();
  return values.flatMap((value) => {
    const begin = headOf.get(value);
    if (!begin) return [value];
    if (seen.has(begin)) return [];
    seen.add(begin);
    return [{ ...value, bytes: begin, length: Infinity, count: counts.get(begin) ?? 0 }];
  });
}

function isCut({ bytes, length }: CountedValue): boolean {
  return length > bytes.length;
}

function startsWith(bytes: Uint8Array, begin: Uint8Array): boolean {
  return begin.length <= bytes.length && Buffer.compare(bytes.subarray(0, begin.length), begin) === 0;
}
