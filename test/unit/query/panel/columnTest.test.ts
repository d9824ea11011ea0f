import assert from 'node:assert/strict';
import { editQuery } from '../../../../src/engine/query/index.ts';
import type { ColumnType } from '../../../../src/protocol/file.ts';
import type { CellTest } from '../../../../src/protocol/queryText.ts';
import { columnTest } from '../../../../src/webview/model/columnTest.ts';

describe('webview/model/columnTest', () => {
  const cases: readonly (readonly [ColumnType, CellTest, string, string])[] = [
    ['number', 'above', '1,000', 'a > 1000'],
    ['number', 'above', ' -1,234,567.5', 'a > -1234567.5'],
    ['number', 'below', '1\u202f000', 'a < 1000'],
    ['number', 'below', "1'000", 'a < 1000'],
    ['number', 'equals', '1000', 'a = 1000'],
    ['number', 'equals', '1,00', "a = '1,00'"],
    ['number', 'above', '0,123', "a > '0,123'"],
    ['number', 'equals', '12,34,567', "a = '12,34,567'"],
    ['number', 'equals', '1,000 000', "a = '1,000 000'"],
    ['number', 'contains', '1,000', "a LIKE '%1,000%'"],
    ['text', 'above', '1,000', "a > '1,000'"],
    ['text', 'equals', '["a"]', `a = '["a"]'`],
    ['text', 'contains', 'a', "a LIKE '%a%'"],
    ['mixed', 'contains', 'a', "a LIKE '%a%'"],
    ['mixed', 'equals', '["a"]', `a = '["a"]'::json`],
    ['list', 'equals', '["a", "d e"]', `a = '["a","d e"]'::json`],
    ['list', 'differs', '[]', `a IS DISTINCT FROM '[]'::json`],
    ['list', 'equals', '[a]', "a = '[a]'"],
    ['list', 'contains', 'a', "list_contains(a, 'a')"],
    ['list', 'contains', '5', 'list_contains(a, 5)'],
    ['list', 'contains', '{"b": 1}', `list_contains(a, '{"b":1}'::json)`],
    ['object', 'equals', '{"b": "it\'s"}', `a = '{"b":"it''s"}'::json`],
    ['object', 'contains', 'b', "a LIKE '%b%'"],
  ];
  for (const [type, test, text, expected] of cases) {
    it(`asks a column that holds ${type}: ${test} ${text}`, () => {
      const edit = columnTest({ path: 'a', type }, test, text);
      assert.equal(editQuery('', edit), expected);
    });
  }

  it('looks for a text in lists of objects, and for an object among them', () => {
    const items = { path: 'a', type: 'list' } as const;
    const cell = '[{"b": "S3"}]';
    assert.equal(editQuery('', columnTest(items, 'contains', 'S3', cell)), "a LIKE '%S3%'");
    assert.equal(
      editQuery('', columnTest(items, 'contains', '{"b":"S3"}', cell)),
      `list_contains(a, '{"b":"S3"}'::json)`,
    );
  });

  it('leaves a number to the engine where the file writes numbers in its own way', () => {
    const { value } = columnTest({ path: 'a', type: 'number', written: '1.234,5' }, 'above', '1,000');
    assert.equal(value?.text, '1,000');
  });
});
