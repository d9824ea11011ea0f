import { said } from '../../said/said.ts';
import { SchemaError } from './schemaError.ts';
import { isObject, type SchemaDocuments } from './schemaSpec.ts';
import { fragmentOf, referencesOf, resolved, schemasIn, type SchemaNode } from './walk.ts';

type Schema = SchemaNode['schema'];

/**
 * Refuses schemas that refer to themselves without going on to a part of the value, which would never come to an end.
 * @throws SchemaError
 */
export function refuseEndless({ documents }: SchemaDocuments, name: string): void {
  const bases = new Map<Schema, string>();
  const addresses = new Map<string, Schema>();
  for (const { address, schema } of documents) {
    if (isObject(schema)) addresses.set(address, schema);
    for (const node of schemasIn(schema, address)) {
      bases.set(node.schema, node.base);
      if (typeof node.schema.$id === 'string') addresses.set(node.base, node.schema);
      for (const anchor of [node.schema.$anchor, node.schema.$dynamicAnchor]) {
        if (typeof anchor === 'string') addresses.set(`${node.base}#${anchor}`, node.schema);
      }
    }
  }

  const target = (reference: string, base: string): Schema | undefined => {
    const address = resolved(reference, base) ?? base;
    const fragment = fragmentOf(reference);
    if (fragment === '') return addresses.get(address);
    if (!fragment.startsWith('/')) return addresses.get(`${address}#${fragment}`);
    let value: unknown = addresses.get(address);
    for (const key of fragment.slice(1).split('/')) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(value)) value = value[Number(name)];
      else value = isObject(value) ? value[name] : undefined;
    }
    return isObject(value) ? value : undefined;
  };

  const done = new Set<Schema>();
  for (const start of bases.keys()) {
    // Depth first, with what is still open in `path`: a stack of its own, for schemas that are deep.
    const path = new Set<Schema>();
    const stack: { schema: Schema; next: Iterator<Schema> }[] = [];
    const enter = (schema: Schema): void => {
      if (path.has(schema)) {
        throw new SchemaError(
          said`${name} refers to itself without end: a record would be checked by the same schema again and again.`,
        );
      }
      if (done.has(schema)) return;
      path.add(schema);
      stack.push({ schema, next: samePlace(schema, bases.get(schema) ?? '', target)[Symbol.iterator]() });
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = top.next.next();
      if (step.done !== true) {
        enter(step.value);
        continue;
      }
      path.delete(top.schema);
      done.add(top.schema);
      stack.pop();
    }
  }
}

/** The schemas that the same value is checked by as well. */
function samePlace(
  schema: Schema,
  base: string,
  target: (reference: string, base: string) => Schema | undefined,
): Schema[] {
  const found: unknown[] = referencesOf({ schema, base }).map((reference) => target(reference, base));
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const parts = schema[keyword];
    if (Array.isArray(parts)) found.push(...(parts as unknown[]));
  }
  found.push(schema.not, schema.if, schema.then, schema.else);
  for (const keyword of ['dependentSchemas', 'dependencies']) {
    const parts = schema[keyword];
    if (isObject(parts)) found.push(...Object.values(parts));
  }
  return found.filter(isObject);
}
