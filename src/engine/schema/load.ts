import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { said } from '../../said/said.ts';
import { refuseEndless } from './recursion.ts';
import { SchemaGraph } from './references.ts';
import { SchemaError } from './schemaError.ts';
import { isObject, specOf, usualDraft, type Draft, type JsonSchema, type SchemaSpec } from './schemaSpec.ts';
import { refuseUnchecked } from './unchecked.ts';
import { referencesOf, resolved, schemasIn } from './walk.ts';
import { parseWholeNumbers } from './wholeNumbers.ts';

/** Bytes of a schema and of what it refers to, and how many files that may be. */
const mostBytes = 16 * 1024 * 1024;
const mostFiles = 200;

interface LoadedFile {
  readonly address: string;
  readonly path: string;
  readonly schema: JsonSchema;
  /** What it says of numbers that no double stands for. */
  readonly rounded: readonly string[];
}

const draftsByAddress: Readonly<Record<string, Draft>> = {
  'http://json-schema.org/draft-07/schema': 'draft-07',
  'https://json-schema.org/draft-07/schema': 'draft-07',
  'https://json-schema.org/draft/2019-09/schema': '2019-09',
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
};

/** The path at which a file is read instead of the one that a schema names. @throws where it may not be read */
type Reach = (path: string) => Promise<string>;

/**
 * Reads a JSON Schema and the files that it refers to. Nothing is asked of the network.
 * @param reach asked for each file that the schema refers to
 * @throws SchemaError where a file cannot be read, is no schema, refers to what is no file, or to itself without end; the
 *   signal's reason
 */
export async function loadSchema(
  path: string,
  signal: AbortSignal,
  reach: Reach = (named) => Promise.resolve(named),
): Promise<SchemaSpec> {
  const root = resolve(path);
  const files: LoadedFile[] = [];
  const known = new Set<string>();
  const waiting: { address: string; path: string; from: string | undefined }[] = [];
  const elsewhere: { address: string; from: string }[] = [];
  let bytes = 0;
  waiting.push({ address: pathToFileURL(root).href, path: root, from: undefined });
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (known.has(next.address)) continue;
    if (files.length === mostFiles)
      throw new SchemaError(said`${basename(root)} refers to more than ${mostFiles} files.`);
    const own = next.from === undefined ? next.path : await reach(next.path);
    const text = await textOf(own, next.from, mostBytes - bytes, signal);
    bytes += text.length;
    const file = asFile(parsed(text, next.path), next, roundedIn(text, next.address));
    files.push(file);
    known.add(next.address);
    const nodes = [...schemasIn(file.schema, file.address)];
    for (const { base } of nodes) known.add(base);
    for (const node of nodes) {
      for (const reference of referencesOf(node)) {
        const address = resolved(reference, node.base);
        if (address === undefined || known.has(address)) continue;
        const local = localPath(reference, address, file.path);
        const from = basename(file.path);
        if (local === undefined) elsewhere.push({ address, from });
        else waiting.push({ address, path: local, from });
      }
    }
  }
  for (const { address, from } of elsewhere) {
    if (known.has(address) || /^https?:\/\/json-schema\.org\//.test(address)) continue;
    throw new SchemaError(
      said`${from} refers to ${address}. Schemas are read from files only, never from the network: save it next to ${from} and refer to it by its file name.`,
    );
  }
  const documents = { root: files[0].address, documents: files };
  const name = basename(root);
  const written = draftOf(files[0].schema, name);
  const draft = written ?? usualDraft;
  const graph = new SchemaGraph(documents, draft);
  refuseEndless(graph, name);
  refuseUnchecked(documents, graph, draft, name);
  return specOf(
    { root: documents.root, documents: files.map(({ address, schema }) => ({ address, schema })) },
    written,
    files.flatMap(({ rounded }) => rounded),
  );
}

async function textOf(
  path: string,
  from: string | undefined,
  most: number,
  signal: AbortSignal,
): Promise<string> {
  const what = from === undefined ? path : said`${path}, which ${from} refers to,`;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new SchemaError(said`${what} is not a file.`);
    if (found.size > most) throw new SchemaError(said`${what} is too large: schemas can have 16 MiB in all.`);
    return (await readFile(path, { encoding: 'utf8', signal })).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof SchemaError || signal.aborted) throw error;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaError(
      isMissing ? said`${what} does not exist.` : said`${what} cannot be read: ${reason}`,
    );
  }
}

function parsed(text: string, path: string): JsonSchema {
  let schema: JsonSchema;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaError(said`${path} is not a JSON file: ${reason}`);
  }
  if (isObject(schema) || typeof schema === 'boolean') return schema;
  throw new SchemaError(said`${path} is not a JSON Schema: it must be an object, true or false.`);
}

/** A relative `$id` is made an address, which is what references are relative to. */
function asFile(
  schema: JsonSchema,
  { address, path }: { address: string; path: string },
  rounded: readonly string[],
): LoadedFile {
  if (!isObject(schema) || typeof schema.$id !== 'string') return { address, path, schema, rounded };
  const own = resolved(schema.$id, address);
  return { address, path, schema: own === undefined ? schema : { ...schema, $id: own }, rounded };
}

/** Keywords that say something of numbers, or of values that may hold some. */
const ofNumbers = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['const', 'enum'],
];

/** What is said of whole numbers that records are not told apart by, as they are compared as doubles. */
function roundedIn(text: string, address: string): string[] {
  const schema = parseWholeNumbers(text);
  return [...schemasIn(schema, address)].flatMap(({ schema: node }) =>
    ofNumbers.flatMap((keyword) =>
      longIn(node[keyword]).map(
        (number) =>
          `${keyword} ${number} is compared as a double, which is the same for the numbers next to it`,
      ),
    ),
  );
}

function longIn(value: unknown): bigint[] {
  if (typeof value === 'bigint') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(longIn) : [];
}

/** The file that a reference names: its address, or where it stands beside the file that it is written in. */
function localPath(reference: string, address: string, from: string): string | undefined {
  if (address.startsWith('file:')) return pathOf(address);
  // With an address of its own for `$id`, a schema still names the files beside it.
  if (URL.canParse(reference) || reference.startsWith('#')) return undefined;
  const beside = resolved(reference, pathToFileURL(from).href);
  return beside === undefined ? undefined : pathOf(beside);
}

function pathOf(address: string): string | undefined {
  try {
    return fileURLToPath(address);
  } catch {
    // It names another machine.
    return undefined;
  }
}

/** @throws SchemaError where the schema is written in a draft that is not known */
function draftOf(schema: JsonSchema, name: string): Draft | undefined {
  const written = isObject(schema) ? schema.$schema : undefined;
  if (written === undefined) return undefined;
  const draft = typeof written === 'string' ? draftsByAddress[written.replace(/#$/, '')] : undefined;
  if (draft !== undefined) return draft;
  throw new SchemaError(
    said`${name}: $schema is ${JSON.stringify(written)}. Known are the drafts 07, 2019-09 and 2020-12, for example "https://json-schema.org/draft/2020-12/schema".`,
  );
}
