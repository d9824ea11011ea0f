import { plainNumber, rewriteCell, type CellReading } from '../format/csv/cellReading.ts';
import { hidesOthers } from './references.ts';
import {
  documentsOf,
  isObject,
  type Draft,
  type JsonSchema,
  type SchemaDocuments,
  type SchemaSpec,
} from './schemaSpec.ts';
import { fragmentOf, resolved } from './walk.ts';
import { longWholeNumber, parseWholeNumbers } from './wholeNumbers.ts';
import { grouped } from '../words.ts';

/** What the text of a cell is checked as, where it reads as that. */
export interface CellTypes {
  readonly number: boolean;
  readonly boolean: boolean;
  /** JSON text of a list or an object. */
  readonly json: boolean;
}

export const textOnly: CellTypes = { number: false, boolean: false, json: false };

/**
 * What the cells of each column are checked as. Cells are text: where the schema allows text for a column, or says nothing
 * of its type, they are; else they are what it asks for, if they read as that.
 */
export function cellTypesOf(columns: readonly string[], spec: SchemaSpec): CellTypes[] {
  const { root, documents } = documentsOf(spec);
  const all: Scope = { documents, draft: spec.draft };
  const start = documents.find(({ address }) => address === root)?.schema;
  return columns.map((name) => {
    const types = new Set<string>();
    for (const property of propertiesNamed(name, start, all, root)) addTypes(types, property);
    if (types.size === 0 || types.has('string')) return textOnly;
    return {
      number: types.has('number') || types.has('integer'),
      boolean: types.has('boolean'),
      json: types.has('array') || types.has('object'),
    };
  });
}

/** References and `allOf` are followed so far. */
const deepest = 16;

/** What a schema says of a member, in all places that hold for every record. */
function* propertiesNamed(
  name: string,
  schema: JsonSchema,
  all: Scope,
  base: string,
): Generator<JsonObjectSchema> {
  for (const { own, at, depth } of sameValue(schema, base, all, ['allOf'], 0)) {
    const { properties } = own;
    if (!isObject(properties) || !Object.hasOwn(properties, name)) continue;
    const parts = sameValue(properties[name], at, all, ['allOf', 'anyOf', 'oneOf'], depth + 1);
    for (const { own: property } of parts) yield property;
  }
}

type JsonObjectSchema = Readonly<Record<string, unknown>>;

interface Scope {
  readonly documents: SchemaDocuments['documents'];
  readonly draft: Draft;
}

interface Reached {
  readonly own: JsonObjectSchema;
  /** What its references are relative to. */
  readonly at: string;
  readonly depth: number;
}

/** A schema, and those that it has the same value checked by: under some keywords, and by references. */
function* sameValue(
  schema: JsonSchema,
  base: string,
  all: Scope,
  keywords: readonly string[],
  depth: number,
): Generator<Reached> {
  if (!isObject(schema) || depth > deepest) return;
  const at = typeof schema.$id === 'string' ? (resolved(schema.$id, base) ?? base) : base;
  const isReference = hidesOthers(schema, all.draft);
  if (!isReference) yield { own: schema, at, depth };
  for (const keyword of isReference ? [] : keywords) {
    const parts = schema[keyword];
    for (const part of Array.isArray(parts) ? (parts as unknown[]) : []) {
      yield* sameValue(part, at, all, keywords, depth + 1);
    }
  }
  const target = targetOf(schema, at, all.documents);
  if (target) yield* sameValue(target.schema, target.base, all, keywords, depth + 1);
}

function targetOf(
  schema: Readonly<Record<string, unknown>>,
  base: string,
  documents: SchemaDocuments['documents'],
): { readonly schema: JsonSchema; readonly base: string } | undefined {
  if (typeof schema.$ref !== 'string') return undefined;
  const address = resolved(schema.$ref, base);
  const document = documents.find((one) => one.address === address);
  if (document === undefined) return undefined;
  const fragment = fragmentOf(schema.$ref);
  let value: unknown = document.schema;
  for (const key of fragment === '' ? [] : fragment.slice(1).split('/')) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return { schema: value, base: document.address };
}

function addTypes(
  types: Set<string>,
  { type, enum: values, const: value }: Readonly<Record<string, unknown>>,
): void {
  for (const name of Array.isArray(type) ? (type as unknown[]) : [type]) {
    if (typeof name === 'string') types.add(name);
  }
  if (type !== undefined) return;
  if (Array.isArray(values)) for (const one of values as unknown[]) types.add(typeOf(one));
  if (value !== undefined) types.add(typeOf(value));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * A cell as it is checked.
 * @param isExact whether whole numbers beyond 2^53 are `bigint`
 */
export function cellValue(
  text: string,
  types: CellTypes,
  reading: CellReading | undefined,
  isExact = false,
): unknown {
  if (types.number) {
    const written = reading === undefined ? text : rewriteCell(text, reading);
    if (written !== undefined && plainNumber.test(written)) {
      return (isExact ? longWholeNumber(written) : undefined) ?? Number(written);
    }
  }
  if (types.boolean && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (types.json && /^\s*[[{]/.test(text)) {
    try {
      return isExact ? parseWholeNumbers(text) : (JSON.parse(text) as unknown);
    } catch {
      return text;
    }
  }
  return text;
}

/** Columns that are named of each type. */
const mostNamed = 20;

/** What columns are checked as, in words; undefined where all are text. */
export function describeCells(columns: readonly string[], types: readonly CellTypes[]): string | undefined {
  const named = (what: keyof CellTypes): string[] => columns.filter((_, at) => types[at][what]);
  const parts = (
    [
      ['number', 'numbers'],
      ['boolean', 'true or false'],
      ['json', 'JSON'],
    ] as const
  ).flatMap(([what, words]) => {
    const names = named(what);
    const more = names.length > mostNamed ? ` and ${grouped(names.length - mostNamed)} more` : '';
    return names.length === 0 ? [] : [`${words} in ${names.slice(0, mostNamed).join(', ')}${more}`];
  });
  return parts.length === 0 ? undefined : parts.join('; ');
}
