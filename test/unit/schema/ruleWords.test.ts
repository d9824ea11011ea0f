import assert from 'node:assert/strict';
import { compileSchema } from '../../../src/engine/schema/compile.ts';
import { ruleWords } from '../../../src/engine/schema/ruleWords.ts';
import { specOf, type Draft } from '../../../src/engine/schema/schemaSpec.ts';
import { english, type Said } from '../../../src/said/said.ts';
import { gatheredWords } from '../../support/gatheredWords.ts';

interface Broken {
  readonly schema: object;
  readonly value: unknown;
  /** What ajv says, with what Rowriver adds. */
  readonly says: string;
  readonly draft?: Draft;
}

const broken: readonly Broken[] = [
  { schema: { type: 'integer' }, value: 'a', says: 'must be integer' },
  { schema: { type: ['string', 'null'] }, value: 1, says: 'must be string,null' },
  { schema: { maximum: 1.5 }, value: 2, says: 'must be <= 1.5' },
  { schema: { exclusiveMaximum: 1 }, value: 2, says: 'must be < 1' },
  { schema: { minimum: 3 }, value: 2, says: 'must be >= 3' },
  { schema: { exclusiveMinimum: 3 }, value: 2, says: 'must be > 3' },
  { schema: { multipleOf: 0.5 }, value: 0.2, says: 'must be multiple of 0.5' },
  { schema: { maxLength: 1 }, value: 'ab', says: 'must NOT have more than 1 characters' },
  { schema: { minLength: 3 }, value: 'ab', says: 'must NOT have fewer than 3 characters' },
  { schema: { pattern: '^"\\n{0}' }, value: 'b', says: 'must match pattern "^"\\n{0}"' },
  { schema: { format: 'date' }, value: 'b', says: 'must match format "date"' },
  {
    schema: { format: 'date', formatMinimum: '2024-01-01' },
    value: '2023-01-01',
    says: 'should be >= 2024-01-01',
  },
  { schema: { maxItems: 1 }, value: [1, 2], says: 'must NOT have more than 1 items' },
  { schema: { minItems: 3 }, value: [1, 2], says: 'must NOT have fewer than 3 items' },
  { schema: { prefixItems: [{}], items: false }, value: [1, 2], says: 'must NOT have more than 1 items' },
  {
    schema: { prefixItems: [{}], unevaluatedItems: false },
    value: [1, 2],
    says: 'must NOT have more than 1 items',
  },
  {
    schema: { uniqueItems: true },
    value: [7, 8, 7],
    says: 'must NOT have duplicate items (items ## 0 and 2 are identical)',
  },
  {
    schema: { contains: { const: 1 } },
    value: [2],
    says: 'must be equal to constant: 1|must contain at least 1 valid item(s)',
  },
  {
    schema: { contains: true, minContains: 1, maxContains: 2 },
    value: [2, 2, 2],
    says: 'must contain at least 1 and no more than 2 valid item(s)',
  },
  { schema: { maxProperties: 1 }, value: { a: 1, b: 2 }, says: 'must NOT have more than 1 properties' },
  { schema: { minProperties: 3 }, value: { a: 1, b: 2 }, says: 'must NOT have fewer than 3 properties' },
  { schema: { required: ["it's\na"] }, value: {}, says: "must have required property 'it's\na'" },
  {
    schema: { dependentRequired: { a: ['b'] } },
    value: { a: 1 },
    says: 'must have property b when property a is present',
  },
  {
    schema: { dependencies: { a: ['b', 'c'] } },
    value: { a: 1, c: 1 },
    says: 'must have properties b, c when property a is present',
    draft: 'draft-07',
  },
  {
    schema: { propertyNames: { maxLength: 1 } },
    value: { ab: 1 },
    says: 'must NOT have more than 1 characters|property name must be valid: "ab"',
  },
  {
    schema: { additionalProperties: false },
    value: { 'a"': 1 },
    says: 'must NOT have additional properties: "a\\""',
  },
  {
    schema: { unevaluatedProperties: false },
    value: { a: 1 },
    says: 'must NOT have unevaluated properties: "a"',
  },
  { schema: { const: 'x' }, value: 1, says: 'must be equal to constant: "x"' },
  { schema: { enum: ['x', 2] }, value: 1, says: 'must be equal to one of the allowed values: ["x",2]' },
  { schema: { enum: ['x'.repeat(300)] }, value: 1, says: 'must be equal to one of the allowed values' },
  { schema: { not: {} }, value: 1, says: 'must NOT be valid' },
  { schema: { anyOf: [false] }, value: 1, says: 'boolean schema is false|must match a schema in anyOf' },
  { schema: { oneOf: [{}, {}] }, value: 1, says: 'must match exactly one schema in oneOf' },
];

describe('what a broken rule says', () => {
  const root = 'file:///a.json';

  function saidOf({ schema, value, draft = '2020-12' }: Broken): Said[] {
    const compiled = compileSchema(specOf({ root, documents: [{ address: root, schema }] }, draft));
    return compiled.violations(value, 9).map((violation) => compiled.said(violation));
  }

  it('is what ajv says, of each rule that there is', () => {
    for (const rule of broken) assert.equal(saidOf(rule).map(english).join('|'), rule.says);
  });

  it('can be translated', async () => {
    const bundle = await gatheredWords();
    // What stands before a detail is words of its own.
    const texts = broken
      .flatMap(saidOf)
      .map((said) => (typeof said.values[0] === 'object' ? said.values[0].text : said.text));
    assert.deepEqual(
      texts.filter((text) => !Object.hasOwn(bundle, text)),
      [],
    );
  });

  it('stays English where ajv says what is not known', () => {
    assert.equal(english(ruleWords('must be {0} odd', '{1}')), 'must be {0} odd: {1}');
  });
});
