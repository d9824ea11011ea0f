import assert from 'node:assert/strict';
import type { ColumnType } from '../../../../src/engine/sink/typed/columnType.ts';
import { exactJson } from '../../../../src/engine/sink/typed/json.ts';
import { Survey } from '../../../../src/engine/sink/typed/survey.ts';

/** A type as DuckDB writes it. */
function named(type: ColumnType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return `timestamp ${type.unit.toLowerCase()}${type.zoned ? ' zoned' : ''}`;
    case 'text':
      return type.mixed ? 'mixed' : 'text';
    case 'list':
      return `${named(type.items)}[]`;
    case 'struct':
      return `{${[...type.members].map(([key, member]) => `${key} ${named(member)}`).join(', ')}}`;
    default:
      return type.kind;
  }
}

function typeOf(values: readonly string[], typesInText: boolean): string {
  const survey = new Survey(typesInText);
  for (const value of values) survey.add(exactJson(value));
  return named(survey.type());
}

describe('the type of a typed column', () => {
  const ofJson: readonly (readonly [values: string, type: string])[] = [
    ['', 'text'],
    ['null null', 'text'],
    ['1 -2 null', 'int64'],
    ['9223372036854775807 -9223372036854775808', 'int64'],
    ['9223372036854775808', 'decimal(19,0)'],
    ['1 1.5', 'double'],
    ['1.0 2', 'int64'],
    ['0.1 1e300', 'double'],
    ['0.1 0.12345678901234567890', 'decimal(20,19)'],
    ['9007199254740993 0.5', 'decimal(17,1)'],
    ['1e400', 'mixed'],
    ['1e39 0.12345678901234567891', 'mixed'],
    ['1.5 NaN -Infinity', 'double'],
    ['1 "NaN"', 'double'],
    ['[1,Infinity]', 'double[]'],
    ['NaN', 'text'],
    ['NaN "a"', 'text'],
    ['1 NaN "a"', 'mixed'],
    ['9007199254740993 NaN', 'mixed'],
    ['"2026-01-01" NaN', 'text'],
    ['true null false', 'boolean'],
    ['true 1', 'mixed'],
    ['"a" "b"', 'text'],
    ['"" "2026-01-01"', 'text'],
    ['"1" "2"', 'text'],
    ['"1" 2', 'mixed'],
    ['"2026-01-01" "0001-12-31" "9999-12-31"', 'date'],
    ['"2026-02-30"', 'text'],
    ['"2026-01-01T00:00:00Z" "2026-01-01T00:00:00.123456+02:00"', 'timestamp micros zoned'],
    ['"2026-01-01T00:00:00.123456789Z"', 'timestamp nanos zoned'],
    ['"2026-01-01T00:00:00.123456789Z" "0001-01-01T00:00:00Z"', 'text'],
    ['"0001-01-01T00:00:00Z" "2026-01-01T00:00:00.123456789Z"', 'text'],
    ['"2026-01-01T00:00:00.1234567891Z"', 'text'],
    ['"2026-01-01_00:00"', 'timestamp micros'],
    ['"2026-01-01T24:00:00Z"', 'text'],
    ['"2026-01-01T00:00" "2026-01-01T00:00:01"', 'timestamp micros'],
    ['"2026-01-01T00:00:00" "2026-01-01T00:00:00Z"', 'text'],
    ['"2026-01-01" "2026-01-01T00:00:00"', 'text'],
    ['"2026-01-01" 5', 'mixed'],
    ['[] [1] [null]', 'int64[]'],
    ['[] []', 'text[]'],
    ['[1] ["a"]', 'mixed[]'],
    ['[[1],[2.5]] [[]]', 'double[][]'],
    ['{"a":1} {"b":"x"} {}', '{a int64, b text}'],
    ['{}', 'mixed'],
    ['{"a":{"b":[{"c":1}]}}', '{a {b {c int64}[]}}'],
    ['{"a":1} [1]', 'mixed'],
  ];
  for (const [values, type] of ofJson) {
    it(`of ${values === '' ? 'nothing' : values}: ${type}`, () => {
      assert.equal(
        typeOf(values === '' ? [] : values.split(' ').map((value) => value.replace('_', ' ')), false),
        type,
      );
    });
  }

  const ofCells: readonly (readonly [cells: readonly string[], type: string])[] = [
    [['1', '', '2'], 'int64'],
    [['007', '1'], 'text'],
    [['1', 'n/a'], 'text'],
    [['1.50', '2'], 'double'],
    [['12345678901234567890', '0.5'], 'decimal(21,1)'],
    [['true', 'FALSE', ''], 'boolean'],
    [['true', '1'], 'text'],
    [['2026-01-01', ''], 'date'],
    [['2026-01-01 10:00:00', ''], 'timestamp micros'],
    [['', ''], 'text'],
    [['+5'], 'text'],
  ];
  for (const [cells, type] of ofCells) {
    it(`of the cells ${cells.map((cell) => `'${cell}'`).join(', ')}: ${type}`, () => {
      assert.equal(
        typeOf(
          cells.map((cell) => JSON.stringify(cell)),
          true,
        ),
        type,
      );
    });
  }

  it('is text where objects are used as maps', () => {
    const keys = Array.from({ length: 1001 }, (_, index) => `{"key${index}":1}`);
    assert.equal(typeOf(keys.slice(0, 1000), false).slice(0, 20), '{key0 int64, key1 in');
    assert.equal(typeOf(keys, false), 'mixed');
  });

  it('is text below the deepest nesting', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    assert.equal(typeOf([nested(33)], false), `text${'[]'.repeat(33)}`.replace('text[]', 'mixed'));
    assert.equal(typeOf([nested(32)], false), `text${'[]'.repeat(32)}`);
  });
});
