import assert from 'node:assert/strict';
import { compileSchema } from '../../../src/engine/schema/compile.ts';
import { specOf } from '../../../src/engine/schema/schemaSpec.ts';

describe('the value of a violation', () => {
  it('is the one that breaks the rule, the member that is not allowed, or none where one is missing', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: { status: { type: 'integer' }, tags: { items: { maxLength: 2 } } },
      additionalProperties: false,
      dependentRequired: { status: ['reason'] },
    };
    const root = 'file:///a.json';
    const compiled = compileSchema(specOf({ root, documents: [{ address: root, schema }] }, '2020-12'));
    const record = { status: 'none', tags: ['ok', 'long'], extra: { n: null } };
    const found = compiled.violations(record, 9).map(({ path, rule, value }) => [path, rule, value?.found]);
    assert.deepEqual(found.sort(), [
      ['', 'additionalProperties', { n: null }],
      ['', 'dependentRequired', undefined],
      ['', 'required', undefined],
      ['/status', 'type', 'none'],
      ['/tags/1', 'maxLength', 'long'],
    ]);
    assert.deepEqual(
      compiled.violations(7, 9).map(({ path, rule, value }) => [path, rule, value?.found]),
      [['', 'type', 7]],
    );
  });
});
