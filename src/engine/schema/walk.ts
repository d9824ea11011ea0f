import { isObject, type JsonSchema } from './schemaSpec.ts';

/** Keywords whose members are schemas by name, and those whose values are no schemas at all. */
const maps = new Set([
  ...['properties', 'patternProperties', '$defs', 'definitions'],
  ...['dependentSchemas', 'dependencies'],
]);
const data = new Set(['enum', 'const', 'default', 'examples']);

export interface SchemaNode {
  readonly schema: Readonly<Record<string, unknown>>;
  /** What references in it are relative to. */
  readonly base: string;
}

/** The schemas in a document that are objects: itself, and those that stand in its keywords. */
export function* schemasIn(schema: JsonSchema, base: string): Generator<SchemaNode> {
  const open: { readonly value: unknown; readonly base: string }[] = [{ value: schema, base }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value } = next;
    if (Array.isArray(value)) {
      for (const item of value) open.push({ value: item, base: next.base });
      continue;
    }
    if (!isObject(value)) continue;
    const own = typeof value.$id === 'string' ? (resolved(value.$id, next.base) ?? next.base) : next.base;
    yield { schema: value, base: own };
    for (const [keyword, inner] of Object.entries(value)) {
      if (data.has(keyword)) continue;
      const members = maps.has(keyword) && isObject(inner) ? Object.values(inner) : [inner];
      for (const member of members) open.push({ value: member, base: own });
    }
  }
}

/** An address without its fragment, from a reference and what it is relative to; undefined where they make none. */
export function resolved(reference: string, base: string): string | undefined {
  const url = URL.canParse(reference, base) ? new URL(reference, base) : undefined;
  if (url === undefined) return reference.startsWith('#') ? base : undefined;
  url.hash = '';
  return url.href;
}

/** What follows `#` in a reference; '' for the whole document. */
export function fragmentOf(reference: string): string {
  const at = reference.indexOf('#');
  if (at === -1) return '';
  const fragment = reference.slice(at + 1);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** What a schema refers to. */
export function referencesOf({ schema }: SchemaNode): string[] {
  return ['$ref', '$dynamicRef', '$recursiveRef'].flatMap((keyword) => {
    const reference = schema[keyword];
    return typeof reference === 'string' ? [reference] : [];
  });
}
