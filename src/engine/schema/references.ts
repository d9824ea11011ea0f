import { isObject, type Draft, type SchemaDocuments } from './schemaSpec.ts';
import { fragmentOf, referencesOf, resolved, schemasIn, type SchemaNode } from './walk.ts';

export type Schema = SchemaNode['schema'];

/** The schemas of some documents, and which of them the same value is checked by. */
export class SchemaGraph {
  readonly #draft: Draft;
  readonly #bases = new Map<Schema, string>();
  readonly #addresses = new Map<string, Schema>();

  constructor({ documents }: SchemaDocuments, draft: Draft) {
    this.#draft = draft;
    for (const { address, schema } of documents) {
      if (isObject(schema)) this.#addresses.set(address, schema);
      for (const node of schemasIn(schema, address)) {
        this.#bases.set(node.schema, node.base);
        if (typeof node.schema.$id === 'string') this.#addresses.set(node.base, node.schema);
        for (const anchor of [node.schema.$anchor, node.schema.$dynamicAnchor]) {
          if (typeof anchor === 'string') this.#addresses.set(`${node.base}#${anchor}`, node.schema);
        }
      }
    }
  }

  schemas(): Iterable<Schema> {
    return this.#bases.keys();
  }

  /** The schemas that the same value is checked by as well. */
  samePlace(schema: Schema): Schema[] {
    const base = this.#bases.get(schema) ?? '';
    const found: unknown[] = referencesOf({ schema, base }).map((reference) => this.#target(reference, base));
    if (hidesOthers(schema, this.#draft)) return found.filter(isObject);
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

  #target(reference: string, base: string): Schema | undefined {
    const address = resolved(reference, base) ?? base;
    const fragment = fragmentOf(reference);
    if (fragment === '') return this.#addresses.get(address);
    if (!fragment.startsWith('/')) return this.#addresses.get(`${address}#${fragment}`);
    let value: unknown = this.#addresses.get(address);
    for (const key of fragment.slice(1).split('/')) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(value)) value = value[Number(name)];
      else value = isObject(value) ? value[name] : undefined;
    }
    return isObject(value) ? value : undefined;
  }
}

/** Whether the keywords beside a reference mean nothing, as in draft 07. */
export function hidesOthers(schema: Schema, draft: Draft): boolean {
  return draft === 'draft-07' && typeof schema.$ref === 'string';
}

/** What dynamic references of a name may lead to. */
export interface DynamicAnchor {
  count: number;
  /** Whether all are whole documents. */
  isWhole: boolean;
}

/** By their names; '' is the name of those of `$recursiveRef`. */
export function dynamicAnchors({ documents }: SchemaDocuments): ReadonlyMap<string, DynamicAnchor> {
  const anchors = new Map<string, DynamicAnchor>();
  for (const { address, schema } of documents) {
    for (const { schema: own } of schemasIn(schema, address)) {
      const names = [own.$dynamicAnchor, own.$recursiveAnchor === true ? '' : undefined];
      for (const name of names.filter((one) => typeof one === 'string')) {
        const anchor = anchors.get(name) ?? { count: 0, isWhole: true };
        anchor.count++;
        if (own !== schema) anchor.isWhole = false;
        anchors.set(name, anchor);
      }
    }
  }
  return anchors;
}
