/** The only file that loads `ajv`: a bundle of its own, which threads load when there is a schema. */
import { Ajv, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats, { type FormatsPlugin } from 'ajv-formats';
import type { Said } from '../../said/said.ts';
import { RecentMap } from '../recentMap.ts';
import type { Violation } from '../violation.ts';
import { mendKeywords } from './keywords.ts';
import { ownMember } from './memberAt.ts';
import { schemaPattern } from './patterns.ts';
import { ruleWords } from './ruleWords.ts';
import {
  documentsOf,
  isObject,
  type Draft,
  type JsonSchema,
  type SchemaDocument,
  type SchemaDocuments,
  type SchemaSpec,
} from './schemaSpec.ts';
import { schemasIn } from './walk.ts';
import { dynamicAnchors, hidesOthers } from './references.ts';

export interface CompiledSchema {
  isValid(value: unknown): boolean;
  /** What is wrong with a value that is not valid: at least one, at most `most`. */
  violations(value: unknown, most: number): FoundViolation[];
  /** What a violation says. */
  said(violation: FoundViolation): Said;
  /** The same for the schema at a place inside of it, by JSON Pointer as in an address. @throws Error where there is none */
  at(pointer: string): (value: unknown) => boolean;
  /** What of the schema is not asked of the values as it is written: formats that are not known, numbers that doubles round. */
  readonly notes: readonly string[];
}

export interface FoundViolation extends Omit<Violation, 'message'> {
  /** As ajv says it, in English. */
  readonly message: string;
  /** What ajv leaves out of the message, as JSON text. */
  readonly detail: string | undefined;
  /** That breaks the rule, and its name where it is a member of what is at `path`; undefined where it is one that is missing. */
  readonly value: { readonly found: unknown; readonly member: string | undefined } | undefined;
}

const classes = { 'draft-07': Ajv, '2019-09': Ajv2019, '2020-12': Ajv2020 } as const;
// A CommonJS module: in Node, the plugin is its default export; what a bundler makes of it may hold that once more.
const addFormats = ('default' in formats ? formats.default : formats) as FormatsPlugin;

/** The schemas that this thread has compiled last: each takes some 50 ms, for every file that it is to hold for. */
const known = new RecentMap<string, CompiledSchema>(4);

/**
 * @throws Error where the schema is not valid, or refers to what does not exist. Another bundle has other classes of errors,
 *   so who asks makes a `SchemaError` of it.
 */
export function compileSchema(spec: SchemaSpec): CompiledSchema {
  const key = `${spec.draft} ${spec.notes.join()} ${Buffer.from(spec.bytes).toString()}`;
  const schema = known.get(key) ?? compiled(spec);
  known.set(key, schema);
  return schema;
}

function compiled(spec: SchemaSpec): CompiledSchema {
  const documents = documentsOf(spec);
  const notes = [...spec.notes];
  const ajv = ajvOf(spec, documents, { allErrors: documents.documents.some(isWide), verbose: false }, notes);
  if (documents.documents.some(namesPrototype)) notes.push('what "__proto__" must be is not checked');
  const validate = found(ajv, documents.root);
  let all: ValidateFunction | undefined;
  return {
    notes,
    said: ({ message, detail }) => ruleWords(message, detail),
    isValid: (value) => validate(value),
    at(pointer) {
      const inner = found(ajv, `${documents.root}#${pointer}`);
      return (value) => inner(value);
    },
    violations(value, most) {
      all ??= found(ajvOf(spec, documents, { allErrors: true, verbose: true }, []), documents.root);
      const complete = all;
      complete(value);
      const errors = (complete.errors ?? []).filter(({ keyword }) => keyword !== 'if');
      return errors.slice(0, most).map(asViolation);
    },
  };
}

function ajvOf(
  { draft }: SchemaSpec,
  all: SchemaDocuments,
  how: Pick<Options, 'allErrors' | 'verbose'>,
  notes: string[],
): Ajv | Ajv2019 | Ajv2020 {
  const { documents } = all;
  const note = (...words: unknown[]): void => {
    notes.push(words.map(String).join(' '));
  };
  const options: Options = {
    // `verbose`: with the values.
    ...how,
    strict: false,
    validateSchema: false,
    // What every object has by its prototype is no member of it.
    ownProperties: documents.some(({ schema }) => inherited.test(JSON.stringify(schema))),
    code: { regExp: Object.assign(schemaPattern, { code: 'schemaPattern' }) },
    logger: { log: () => undefined, warn: note, error: note },
  };
  const ajv = new classes[draft](options);
  addFormats(ajv);
  mendKeywords(ajv, draft, dynamicAnchors(all));
  for (const document of documents) {
    const schema = withoutHidden(document, draft) as AnySchema;
    void checkerOf(draft).validateSchema(schema, true);
    ajv.addSchema(schema, document.address);
  }
  return ajv;
}

/** What checks the schemas themselves, by draft: each would compile the schema of schemas anew, which takes longer than itself. */
const checkers = new Map<Draft, Ajv | Ajv2019 | Ajv2020>();

function checkerOf(draft: Draft): Ajv | Ajv2019 | Ajv2020 {
  const known = checkers.get(draft);
  if (known) return known;
  const ajv = new classes[draft]({ strict: false, logger: false });
  addFormats(ajv);
  mendKeywords(ajv, draft, new Map());
  checkers.set(draft, ajv);
  return ajv;
}

/** What stands beside a reference though it means nothing there: other schemas may name it. */
const namedBeside: ReadonlySet<string> = new Set(['$ref', '$schema', 'definitions']);

/** A schema without the keywords that mean nothing beside a reference. ajv has an option for them, and heeds `type` all the same. */
function withoutHidden({ address, schema }: SchemaDocument, draft: Draft): JsonSchema {
  const copy = structuredClone(schema);
  for (const { schema: node } of schemasIn(copy, address)) {
    if (!hidesOthers(node, draft)) continue;
    for (const keyword of Object.keys(node)) {
      const isAddress = keyword === '$id' && node === copy;
      if (!namedBeside.has(keyword) && !isAddress) Reflect.deleteProperty(node, keyword);
    }
  }
  return copy;
}

const mostNested = 256;

/**
 * Whether a schema has many others beside each other, such as those of a wide table's columns: where ajv ends at the first that is
 * broken, each is checked inside the block of the one before, and some thousand of these are deeper than the stack.
 */
function isWide({ address, schema }: SchemaDocument): boolean {
  for (const { schema: node } of schemasIn(schema, address))
    for (const value of Object.values(node))
      if (isObject(value) || Array.isArray(value))
        if (Object.values(value).filter((one) => typeof one === 'object').length > mostNested) return true;
  return false;
}

/** Whether a schema says something of a member that ajv leaves out of all properties. */
function namesPrototype({ address, schema }: SchemaDocument): boolean {
  const nodes = [...schemasIn(schema, address)];
  return nodes.some(
    ({ schema: { properties } }) => isObject(properties) && Object.hasOwn(properties, '__proto__'),
  );
}

function found(ajv: Ajv | Ajv2019 | Ajv2020, address: string): ValidateFunction {
  const validate = ajv.getSchema(address);
  if (validate === undefined) throw new TypeError(`there is no schema at ${address}`);
  return validate as ValidateFunction;
}

const inherited = new RegExp(`"(?:${Object.getOwnPropertyNames(Object.prototype).join('|')})"`);

function asViolation({
  instancePath,
  keyword,
  message,
  params,
  schemaPath,
  data,
}: ErrorObject): FoundViolation {
  const details = params as Readonly<Record<string, unknown>>;
  const text = message ?? keyword;
  const key = details.missingProperty === undefined ? schemaPath : `${schemaPath}/${text}`;
  const value = details.missingProperty === undefined ? brokenBy(data, details) : undefined;
  return { path: instancePath, rule: keyword, message: text, detail: detailOf(details), key, value };
}

/** The value itself, or of an object the member that is not allowed. */
function brokenBy(data: unknown, params: Readonly<Record<string, unknown>>): FoundViolation['value'] {
  const name = params.additionalProperty ?? params.unevaluatedProperty;
  const member = typeof name === 'string' ? ownMember(data, name) : undefined;
  return member ? { found: member.value, member: String(name) } : { found: data, member: undefined };
}

function detailOf(params: Readonly<Record<string, unknown>>): string | undefined {
  const name = params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName;
  if (typeof name === 'string') return JSON.stringify(name);
  const [allowed] = [params.allowedValues ?? params.allowedValue];
  if (allowed === undefined) return undefined;
  const text = JSON.stringify(allowed);
  return text.length <= longest ? text : undefined;
}

/** Values longer than this are not repeated in messages. */
const longest = 200;
