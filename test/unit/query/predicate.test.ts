import assert from 'node:assert/strict';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import type { RecordBlock, Scanner } from '../../../src/engine/format/record.ts';
import { parseQuery, planQuery, type Layout, type Plan } from '../../../src/engine/query/index.ts';

/** The 0-based numbers of the lines that a query takes. */
function matching(query: string, lines: readonly string[]): number[] {
  return select(query, lines.join('\n'), createPlainJsonlScanner(), { names: 'paths' });
}

function select(query: string, text: string, scanner: Scanner, layout: Layout): number[] {
  const plan = planOf(query, layout);
  const bytes = Buffer.from(text);
  scanner.reserve(bytes.length).set(bytes);
  const { fields } = plan;
  const block = scanner.scan({
    length: bytes.length,
    offset: 0,
    from: 0,
    until: bytes.length,
    final: true,
    fields,
  });
  return selected(plan, block);
}

function selected(plan: Plan, block: RecordBlock): number[] {
  const selection = Uint32Array.from({ length: block.count }, (_, record) => record);
  const count = plan.where?.select(block, selection, block.count, { record: 0, line: 0 }) ?? block.count;
  return [...selection.subarray(0, count)];
}

function planOf(query: string, layout: Layout): Plan {
  const parsed = parseQuery(query);
  if (!parsed.ok) assert.fail(parsed.diagnostics.map((diagnostic) => diagnostic.message).join('; '));
  return planQuery(parsed.query, layout);
}

describe('a predicate', () => {
  const statuses = [
    '{"s":200}',
    '{"s":500}',
    '{"s":"503"}',
    '{"s":"n/a"}',
    '{"s":null}',
    '{}',
    '{"s":[500]}',
  ];

  for (const [query, expected] of [
    ['s >= 500', [1, 2]],
    ['s < 500', [0]],
    ['NOT s >= 500', [0]],
    ['s = 500', [1]],
    ['s <> 500', [0, 2]],
    ["s = '500'", [1]],
    ["s = 'n/a'", [3]],
    ['500 <= s', [1, 2]],
    ['s BETWEEN 200 AND 500', [0, 1]],
    ['s NOT BETWEEN 200 AND 500', [2]],
    ['s IN (200, 503)', [0, 2]],
    ['s NOT IN (200, 503)', [1]],
    ['s IS NULL', [4, 5]],
    ['s IS NOT NULL', [0, 1, 2, 3, 6]],
    ['s = 200 OR s = 503', [0, 2]],
    ['NOT (s = 200 OR s = 503)', [1]],
    ["s = 200 OR s = 'n/a' OR s = 503 OR s = 1 OR s IS NULL", [0, 2, 3, 4, 5]],
    ['NOT (s = 200 OR s = 503 OR s = 7)', [1]],
    ["s LIKE '%0%'", [0, 1, 2, 6]],
    ["s LIKE 'n%'", [3]],
    ["s ~ '^5'", [1, 2]],
    ['s IS NOT DISTINCT FROM 200', [0]],
    ['s > 9 AND s IS NOT NULL AND (s = 500 OR s < 300)', [0, 1]],
    ['s + 1 > 501', [2]],
    ['', [0, 1, 2, 3, 4, 5, 6]],
  ] as const) {
    it(`takes ${query === '' ? 'all' : query}`, () => assert.deepEqual(matching(query, statuses), expected));
  }

  it('compares numbers by value beyond what doubles hold', () => {
    const lines = [
      '{"n":9007199254740993}',
      '{"n":9007199254740992}',
      '{"n":0.10000000000000001}',
      '{"n":1e400}',
    ];
    assert.deepEqual(matching('n > 9007199254740992', lines), [0, 3]);
    assert.deepEqual(matching('n = 9007199254740993', lines), [0]);
    assert.deepEqual(matching('n > 0.1', lines), [0, 1, 2, 3]);
    assert.deepEqual(matching('n >= 1e400', lines), [3]);
    assert.deepEqual(matching('n IN (9007199254740993, 0.10000000000000001)', lines), [0, 2]);
  });

  it('leaves out malformed records unless the query asks for _error', () => {
    const lines = ['{"s":1}', '{"s":1', '{"s":2}'];
    assert.deepEqual(matching('s IS NULL', lines), []);
    assert.deepEqual(matching('_error IS NOT NULL', lines), [1]);
    assert.deepEqual(matching('_error IS NULL AND s = 1', lines), [0]);
    assert.deepEqual(matching('_line = 3 AND _record = 3 AND _offset > 10', lines), [2]);
  });
});
