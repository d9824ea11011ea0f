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

  it('compares values that have members called as those of every object', async () => {
    const values = ['toString', 'valueOf', 'constructor', '__proto__', 'hasOwnProperty'].map(
      (name): unknown => JSON.parse(`{"${name}":1}`),
    );
    for (const [at, value] of values.entries()) {
      const same = values.map((_, other) => other === at);
      assert.deepEqual(await allows({ 'root.json': { const: value } }, values), same);
      assert.deepEqual(await allows({ 'root.json': { enum: [1, value] } }, values), same);
      const plain = { constructor: { a: 1 } };
      const lists = [
        [value, value],
        [value, {}],
        [plain, 1, { constructor: { a: 1 } }],
        [{ constructor: { a: 2 } }, plain],
      ];
      const unique = { 'root.json': { uniqueItems: true } };
      assert.deepEqual(await allows(unique, lists), [false, true, false, true]);
    }
    const texts = { 'root.json': { uniqueItems: true, items: { type: ['string', 'number'] } } };
    assert.deepEqual(await allows(texts, [['__proto__', '__proto__'], ['1', 1], ['toString'], [1, 1.0]]), [
      false,
      true,
      true,
      false,
    ]);
  });

  it('says which items are the same', async () => {
    const compiled = await compiledSchema(
      specOf({ root: 'a', documents: [{ address: 'a', schema: { uniqueItems: true } }] }, undefined),
      'a',
    );
    const [found] = compiled.violations([{ a: 1 }, 2, { a: 1 }], 9);
    assert.equal(found.message, 'must NOT have duplicate items (items ## 0 and 2 are identical)');
  });

  it('leaves out what stands beside a reference in draft 07, and only there', async () => {
    const schema = { properties: { v: { $ref: '#/definitions/any', type: 'string', minLength: 2 } } };
    const all = { ...schema, definitions: { any: { not: { const: 1 } } } };
    const asked = (address: string): Promise<boolean[]> =>
      allows({ 'root.json': { $schema: address, ...all } }, [{ v: 2 }, { v: 'ab' }, { v: 1 }]);
    assert.deepEqual(await asked('http://json-schema.org/draft-07/schema#'), [true, true, false]);
    assert.deepEqual(await asked('https://json-schema.org/draft/2019-09/schema'), [false, true, false]);
    assert.deepEqual(await asked('https://json-schema.org/draft/2020-12/schema'), [false, true, false]);
    for (const beside of [{ type: 'string' }, { type: ['string', 'null'] }, { $id: 'http://other/' }]) {
      const alone = {
        $schema: 'http://json-schema.org/draft-07/schema#',
        properties: { v: { $ref: '#/definitions/i', ...beside } },
        definitions: { i: { type: 'integer' } },
      };
      assert.deepEqual(await allows({ 'root.json': alone }, [{ v: 1 }, { v: 'a' }]), [true, false]);
    }
    // Nor do they lead anywhere.
    const loop = {
      definitions: { a: { $ref: '#/definitions/b', allOf: [{ $ref: '#/definitions/a' }] }, b: {} },
    };
    const draft07 = { $schema: 'http://json-schema.org/draft-07/schema#', ...loop };
    assert.deepEqual(await allows({ 'root.json': { ...draft07, $ref: '#/definitions/a' } }, [1]), [true]);
  });

  it('follows dynamic references to what has their anchor, wherever it is', async () => {
    const inside = {
      properties: { v: { $dynamicRef: '#node' } },
      $defs: { node: { $dynamicAnchor: 'node', type: 'integer' } },
    };
    assert.deepEqual(await allows({ 'root.json': inside }, [{ v: 1 }, { v: 'a' }]), [true, false]);
    await refused({ 'root.json': { $dynamicRef: '#nope' } }, /can't resolve reference #nope/);
    // A tree that another schema extends: the children are those of the extended one.
    const tree = {
      $dynamicAnchor: 'node',
      type: 'object',
      properties: { data: true, children: { type: 'array', items: { $dynamicRef: '#node' } } },
    };
    const strict = { $dynamicAnchor: 'node', $ref: 'tree.json', unevaluatedProperties: false };
    const files = { 'root.json': strict, 'tree.json': tree };
    const child = (name: string): unknown => ({ children: [{ [name]: 1 }] });
    assert.deepEqual(await allows(files, [child('data'), child('daat')]), [true, false]);
    assert.deepEqual(await allows({ 'root.json': tree }, [child('daat'), { children: [1] }]), [true, false]);
    const older = { $schema: 'https://json-schema.org/draft/2019-09/schema' };
    const list = { ...older, items: { $recursiveRef: '#' }, type: ['array', 'null'] };
    assert.deepEqual(await allows({ 'root.json': list }, [[[null]], [[1]]]), [true, false]);
    const generic = {
      'root.json': { $ref: 'tree.json', $defs: { own: { $dynamicAnchor: 'node', type: 'object' } } },
      'tree.json': tree,
    };
    await refused(generic, /several schemas are what \$dynamicRef "#node" may lead to/);
  });

  it('refuses contains with unevaluatedItems where its draft has them depend on each other', async () => {
    const both = { contains: { type: 'integer' }, unevaluatedItems: false };
    const lists = [[1, 'a'], [], [1]];
    const older = { $schema: 'https://json-schema.org/draft/2019-09/schema', ...both };
    assert.deepEqual(await allows({ 'root.json': older }, lists), [false, false, false]);
    await refused({ 'root.json': { properties: { v: both } } }, /unevaluatedItems by contains is not known/);
    const apart = { allOf: [{ contains: { const: 1 } }], unevaluatedItems: false };
    await refused({ 'root.json': apart }, /unevaluatedItems by contains is not known/);
    const alone = { properties: { a: { contains: { const: 1 } }, b: { unevaluatedItems: false } } };
    assert.deepEqual(await allows({ 'root.json': alone }, [{ a: [1, 2], b: [] }, { b: [1] }]), [true, false]);
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
