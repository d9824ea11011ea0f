/** Whether a folder can have this name and its stage be imported by it. */
export function isStageName(name: string): boolean {
  return /^[a-z][\w-]*$/i.test(name);
}

/**
 * The files of a stage to begin with, by their names: itself, its types, a sample and a test.
 * @param path of the stage, as seen from where queries are asked: the workspace, or the folder of a terminal
 */
export function stageFiles(name: string, path = `./${name}/${name}.mjs`): Readonly<Record<string, string>> {
  return {
    [`${name}.mjs`]: stageText(path),
    [`${name}.test.mjs`]: testText(name),
    'sample.jsonl': sampleText,
    'rowriver.d.ts': typesText,
  };
}

function stageText(path: string): string {
  return `// A stage of a pipeline:
//
//   |> CALL '${path}'(field => 'email')                     in a preview
//   rowriver FILE "|> CALL '${path}'(field => 'email')"     in a terminal
//
// A preview takes the path from the folder of the workspace on, a terminal from the folder that it is in.
// It runs in a thread of its own. Numbers are those of JavaScript. What it prints goes to standard error.

/**
 * Whether nothing is kept from one record to the next. Then several threads share the records, and the results still
 * come in their order.
 */
export const stateless = true;

/**
 * Called with each record. Return a record, a list of records, or nothing to leave it out. A record for which it throws
 * is written to the rejects (--rejects FILE); without them, the run ends there.
 *
 * @param {import('./rowriver.d.ts').Row} record
 * @param {import('./rowriver.d.ts').Context} context
 * @returns {import('./rowriver.d.ts').Result}
 */
export function stage(record, { options }) {
  const field = String(options.field ?? 'email');
  if (record[field] === undefined) return record;
  return { ...record, [field]: '(removed)' };
}

// For what looks at several records at once, export this in the place of stage:
//
// /** @type {import('./rowriver.d.ts').Batches} */
// export async function* batches(input, { options }) {
//   let count = 0;
//   for await (const records of input) {
//     count += records.length;
//     yield records;
//   }
//   yield { count };
// }
`;
}

function testText(name: string): string {
  return `// node --test
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { stage } from './${name}.mjs';

const lines = readFileSync(new URL('sample.jsonl', import.meta.url), 'utf8').trim().split('\\n');
const records = lines.map((line) => JSON.parse(line));
const context = { options: { field: 'email' }, offset: 0 };

test('removes the field, and leaves the others as they are', () => {
  const [first] = records;
  assert.deepEqual(stage(first, context), { ...first, email: '(removed)' });
});

test('leaves records alone that do not have it', () => {
  const without = records.find((record) => record.email === undefined);
  assert.deepEqual(stage(without, context), without);
});
`;
}

const sampleText = `{"id":1,"email":"a@example.org","level":"info"}
{"id":2,"level":"info"}
{"id":3,"email":"b@example.org","level":"error"}
`;

const typesText = `/** A record: any JSON object. */
export type Row = Record<string, unknown>;

/** What a stage is told beside the record. */
export interface Context {
  /** Those of the query: CALL './stage.mjs'(name => 'value'). */
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  /** Byte at which the record begins in the file; undefined where a row comes from no single record. */
  readonly offset?: number;
}

/** A record, several, or nothing; or a promise of that. */
export type Result = Row | Iterable<Row> | null | undefined | Promise<Row | Iterable<Row> | null | undefined>;

export type Stage = (record: Row, context: Context) => Result;

/** Takes records in batches, and gives records when it wants. */
export type Batches = (
  input: AsyncIterable<Row[]>,
  context: Pick<Context, 'options'>,
) => AsyncIterable<Row | Iterable<Row>>;
`;
