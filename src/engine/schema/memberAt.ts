/** A member of an object, or an item of a list; undefined where it has none of that name itself. */
export function ownMember(of: unknown, name: string): { readonly value: unknown } | undefined {
  if (typeof of !== 'object' || of === null || !Object.hasOwn(of, name)) return undefined;
  return { value: (of as Readonly<Record<string, unknown>>)[name] };
}

/** The value at a JSON Pointer; undefined where there is none. */
export function valueAt(value: unknown, pointer: string): { readonly value: unknown } | undefined {
  let found: { readonly value: unknown } | undefined = { value };
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    found = ownMember(found.value, name);
    if (found === undefined) return undefined;
  }
  return found;
}
