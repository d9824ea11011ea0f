import type { FieldRequest } from '../format/record.ts';
import { isObject, type SchemaDocuments } from './schemaSpec.ts';

type Schema = Readonly<Record<string, unknown>>;

/** What a schema says of one place in the records, where that can be told by what the scanner finds there. */
export interface QuickNode {
  /** Index of the request; -1 for the record itself. */
  readonly request: number;
  /** Names of the types that are allowed; undefined: all. */
  readonly types: ReadonlySet<string> | undefined;
  readonly range: {
    readonly least: number;
    readonly most: number;
    readonly below: number;
    readonly above: number;
  };
  readonly lengths: { readonly least: number; readonly most: number };
  /** The only values that are allowed; undefined: all. None is a list or an object. */
  readonly values: ReadonlySet<unknown> | undefined;
  /** The only types that items of lists may have; undefined: anything. */
  readonly items: ReadonlySet<string> | undefined;
  readonly members: readonly QuickMember[];
  /** JSON Pointer to the schema of the place, where `ajv` has to look at its values. */
  readonly pointer: string | undefined;
}

export interface QuickMember {
  readonly isRequired: boolean;
  readonly node: QuickNode;
}

export interface QuickPlan {
  readonly root: QuickNode;
  readonly fields: readonly FieldRequest[];
  /** Whether some object may have no members besides those that are named. */
  readonly isClosed: boolean;
}

/** With more fields than this, finding them takes as long as reading the record. */
const mostFields = 64;

const annotations = new Set([
  ...['$schema', '$id', '$comment', '$defs', 'definitions', 'title', 'description', 'default', 'examples'],
  ...['deprecated', 'readOnly', 'writeOnly'],
]);
const known = new Set([
  ...['type', 'enum', 'const', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['minLength', 'maxLength', 'properties', 'required', 'additionalProperties', 'items'],
]);

/** Undefined where the schema asks more of a record than of its members one by one. */
export function quickPlanOf({ root, documents }: SchemaDocuments): QuickPlan | undefined {
  const schema = documents.find(({ address }) => address === root)?.schema;
  if (!isObject(schema) || !isPlain(schema) || !allowsOnlyObjects(schema)) return undefined;
  const fields: FieldRequest[] = [];
  const plan = { fields, isClosed: false };
  const node = nodeOf(schema, [], '', plan);
  if (fields.length === 0 || fields.length > mostFields) return undefined;
  return { root: node, ...plan };
}

/** Whether the schema says nothing but what a `QuickNode` can. */
function isPlain(schema: Schema): boolean {
  const { type, enum: values, const: value, additionalProperties: others } = schema;
  const types = Array.isArray(type) ? (type as unknown[]) : type === undefined ? [] : [type];
  const listed = [
    ...(Array.isArray(values) ? (values as unknown[]) : []),
    ...(value === undefined ? [] : [value]),
  ];
  return (
    Object.keys(schema).every((keyword) => known.has(keyword) || annotations.has(keyword)) &&
    types.every((name) => typeof name === 'string') &&
    listed.every((one) => typeof one !== 'object' || one === null) &&
    (others === undefined || typeof others === 'boolean') &&
    (others !== false || hasOwnAll(schema.properties, schema.required)) &&
    (values === undefined || value === undefined) &&
    (schema.items === undefined || isTypeOnly(schema.items)) &&
    Object.keys(isObject(schema.properties) ? schema.properties : {}).every((name) => name !== '__proto__')
  );
}

/** Whether what is required is among the members that are named. */
function hasOwnAll(properties: unknown, required: unknown): boolean {
  const names: unknown[] = Array.isArray(required) ? required : [];
  const members = isObject(properties) ? properties : {};
  return names.every((name) => typeof name === 'string' && Object.hasOwn(members, name));
}

/** Whether a schema of items says nothing but their types. */
function isTypeOnly(items: unknown): items is { readonly type: string | readonly string[] } {
  if (!isObject(items) || items.type === undefined) return false;
  return (
    Object.keys(items).every((keyword) => keyword === 'type' || annotations.has(keyword)) && isPlain(items)
  );
}

function allowsOnlyObjects({ type, enum: values, const: value }: Schema): boolean {
  return type === 'object' && values === undefined && value === undefined;
}

function nodeOf(
  schema: unknown,
  path: readonly string[],
  pointer: string,
  plan: { readonly fields: FieldRequest[]; isClosed: boolean },
): QuickNode {
  const request = path.length === 0 ? -1 : plan.fields.push({ path, numeric: needsNumbers(schema) }) - 1;
  const anything = {
    request,
    types: undefined,
    range: { least: -Infinity, most: Infinity, below: Infinity, above: -Infinity },
    lengths: { least: 0, most: Infinity },
    values: undefined,
    items: undefined,
    members: [],
    pointer: undefined,
  };
  if (schema === true) return anything;
  if (!isObject(schema) || !isPlain(schema)) return { ...anything, pointer };
  const number = (name: string, other: number): number => {
    const value = schema[name];
    return typeof value === 'number' ? value : other;
  };
  const { type, enum: values, const: value, properties } = schema;
  const types = Array.isArray(type) ? (type as string[]) : typeof type === 'string' ? [type] : undefined;
  if (schema.additionalProperties === false) plan.isClosed = true;
  const required = new Set(Array.isArray(schema.required) ? (schema.required as unknown[]) : []);
  const names = new Set([
    ...Object.keys(isObject(properties) ? properties : {}),
    ...[...required].filter((name) => typeof name === 'string'),
  ]);
  const only = value === undefined ? values : [value];
  return {
    ...anything,
    types: types && new Set(types),
    range: {
      least: number('minimum', -Infinity),
      most: number('maximum', Infinity),
      below: number('exclusiveMaximum', Infinity),
      above: number('exclusiveMinimum', -Infinity),
    },
    lengths: { least: number('minLength', 0), most: number('maxLength', Infinity) },
    values: Array.isArray(only) ? new Set(only as unknown[]) : undefined,
    items: isTypeOnly(schema.items) ? new Set([schema.items.type].flat()) : undefined,
    members: [...names].map((name) => {
      const inner = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : true;
      const at = `${pointer}/properties/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
      return { isRequired: required.has(name), node: nodeOf(inner, [...path, name], at, plan) };
    }),
  };
}

/** Whether the values of numbers are looked at, and not only that they are some. */
function needsNumbers(schema: unknown): boolean {
  if (!isObject(schema) || !isPlain(schema)) return false;
  const types: unknown[] = [schema.type].flat();
  const isRanged = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'enum', 'const'].some(
    (keyword) => keyword in schema,
  );
  return isRanged || (types.includes('integer') && !types.includes('number'));
}
