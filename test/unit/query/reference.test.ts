import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { scalarFunctions } from '../../../src/engine/query/function/index.ts';
import { fillReference } from '../../support/reference.ts';
import { run } from '../stage/run.ts';

const file = 'docs/query.md';

describe('the language reference', () => {
  it('has the tables of today; ROWRIVER_WRITE_DOCS=1 writes them', () => {
    const page = readFileSync(file, 'utf8');
    const filled = fillReference(page);
    if (process.env.ROWRIVER_WRITE_DOCS === '1') writeFileSync(file, filled);
    else assert.equal(page, filled);
  });

  for (const { name, example } of scalarFunctions.values()) {
    const [call, result] = example;
    it(`is right about ${name}`, async () => {
      const [row] = await run(`SELECT ${call} IS NOT DISTINCT FROM ${result} AS same, ${call} AS it`, {
        format: 'jsonl',
        text: '{}',
      });
      assert.match(row, /^\{"same":true,/);
    });
  }
});
