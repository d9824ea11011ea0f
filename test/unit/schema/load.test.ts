import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledSchema } from '../../../src/engine/schema/checker.ts';
import { loadSchema } from '../../../src/engine/schema/load.ts';
import { specOf, type Draft, type JsonSchema } from '../../../src/engine/schema/schemaSpec.ts';

const signal = new AbortController().signal;

describe('loadSchema', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-schema-'))));
  after(() => rm(folder, { recursive: true }));

  /** Writes files, the first of which is the schema, and answers which of the values it allows. */
  async function allows(
    files: Readonly<Record<string, unknown>>,
    values: readonly unknown[],
  ): Promise<boolean[]> {
    const at = await mkdtemp(join(folder, 'case-'));
    await mkdir(join(at, 'parts'));
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(at, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const path = join(at, Object.keys(files)[0]);
    const schema = await compiledSchema(await loadSchema(path, signal), 'root.json');
    return values.map((value) => schema.isValid(value));
  }

  const refused = (files: Readonly<Record<string, unknown>>, message: RegExp): Promise<void> =>
    assert.rejects(allows(files, [{}]), { name: 'SchemaError', message });

  it('reads each draft by its own rules', async () => {
    const tuple = { items: [{ type: 'string' }] };
    const draft07 = { $schema: 'http://json-schema.org/draft-07/schema#', ...tuple };
    assert.deepEqual(await allows({ 'root.json': draft07 }, [['a'], [1]]), [true, false]);
    const latest = { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: tuple.items };
    assert.deepEqual(await allows({ 'root.json': latest }, [['a'], [1]]), [true, false]);
    const dependent = {
      $schema: 'https://json-schema.org/draft/2019-09/schema',
      dependentRequired: { a: ['b'] },
    };
    assert.deepEqual(await allows({ 'root.json': dependent }, [{ a: 1, b: 1 }, { a: 1 }]), [true, false]);
    await refused({ 'root.json': tuple }, /items must be object,boolean.*has no \$schema.*2020-12/);
    await refused(
      { 'root.json': { $schema: 'http://json-schema.org/draft-04/schema#' } },
      /draft-04.*Known are/,
    );
  });

  it('follows references to files beside the schema, and to names inside', async () => {
    const files = {
      'root.json': {
        properties: { a: { $ref: 'parts/a.json#/$defs/short' }, b: { $ref: '#/$defs/b' } },
        $defs: { b: { type: 'null' } },
      },
      'parts/a.json': { $defs: { short: { allOf: [{ maxLength: 2 }, { $ref: '../kind.json' }] } } },
      'kind.json': { type: 'string' },
    };
    const values = [{ a: 'ab' }, { a: 'abc' }, { a: 1 }, { b: null }, { b: 1 }];
    assert.deepEqual(await allows(files, values), [true, false, false, true, false]);
    const named = {
      'root.json': { $id: 'https://example.org/root.json', $ref: 'kind.json' },
      'kind.json': { $id: 'https://example.org/kind.json', type: 'string' },
    };
    assert.deepEqual(await allows(named, ['a', 1]), [true, false]);
    const relative = {
      'root.json': { $id: 'other.json', $ref: 'kind.json' },
      'kind.json': { type: 'string' },
    };
    assert.deepEqual(await allows(relative, ['a', 1]), [true, false]);
    const inside = {
      'root.json': {
        $ref: 'https://example.org/x',
        $defs: { x: { $id: 'https://example.org/x', type: 'string' } },
      },
    };
    assert.deepEqual(await allows(inside, ['a', 1]), [true, false]);
  });

  it('takes a tree that refers to itself', async () => {
    const tree = { type: 'object', properties: { next: { $ref: '#' } } };
    assert.deepEqual(await allows({ 'root.json': tree }, [{ next: { next: {} } }, { next: { next: 1 } }]), [
      true,
      false,
    ]);
  });

  it('does not take for references what is data, or the name of a member', async () => {
    const schema = { properties: { $ref: { type: 'string' } }, enum: [{ $ref: 'https://example.org/x' }] };
    assert.deepEqual(await allows({ 'root.json': schema }, [{ $ref: 'https://example.org/x' }, {}]), [
      true,
      false,
    ]);
  });

  it('refuses with a reason what it cannot use', async () => {
    await refused({ 'root.json': { $ref: 'https://example.org/x.json' } }, /never from the network/);
    await refused(
      { 'root.json': { $ref: 'parts/x.json' } },
      /x\.json, which root\.json refers to, does not exist/,
    );
    await refused({ 'root.json': { $ref: 'parts' } }, /is not a file/);
    await refused({ 'root.json': '{' }, /not a JSON file/);
    await refused({ 'root.json': [] }, /must be an object, true or false/);
    await refused({ 'root.json': { type: 'strin' } }, /cannot be used: schema is invalid/);
    await refused({ 'root.json': { pattern: '(' } }, /cannot be used: Invalid regular expression/);
    await refused({ 'root.json': { $ref: '#/nope' } }, /cannot be used: can't resolve reference/);
    await assert.rejects(loadSchema(join(folder, 'nope.json'), signal), /nope\.json does not exist/);
  });

  it('refuses schemas that refer to themselves without end', async () => {
    const endless = /refers to itself without end/;
    await refused({ 'root.json': { $ref: '#' } }, endless);
    await refused({ 'root.json': { properties: { a: { not: { $ref: '#/properties/a' } } } } }, endless);
    await refused(
      {
        'root.json': {
          $defs: { a: { anyOf: [{ $ref: '#b' }] }, b: { $anchor: 'b', if: { $ref: '#/$defs/a' } } },
        },
      },
      endless,
    );
    await refused({ 'root.json': { $ref: 'b.json' }, 'b.json': { allOf: [{ $ref: 'root.json' }] } }, endless);
  });

  it('compiles a schema once in a thread, as long as it says the same', async () => {
    const compiled = (schema: JsonSchema, draft: Draft): Promise<unknown> =>
      compiledSchema(specOf({ root: 'a', documents: [{ address: 'a', schema }] }, draft), 'a');
    const first = await compiled({ const: 1 }, '2020-12');
    assert.equal(await compiled({ const: 1 }, '2020-12'), first);
    assert.notEqual(await compiled({ const: 2 }, '2020-12'), first);
    assert.notEqual(await compiled({ const: 1 }, 'draft-07'), first);
  });
});
