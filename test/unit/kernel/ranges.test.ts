import assert from 'node:assert/strict';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import { Kind, type RecordBlock } from '../../../src/engine/format/record.ts';
import { zoneOf } from '../../../src/engine/index/zone.ts';
import { randomFrom } from '../../support/sample.ts';

describe("the kernel's ranges", () => {
  const scanner = createKernelJsonlScanner();
  const fields = [{ path: ['n'], numeric: true }];

  function scan(values: readonly (string | undefined)[]): RecordBlock {
    const text = Buffer.from(
      values.map((value) => (value === undefined ? '{}' : `{"n":${value}}`)).join('\n'),
    );
    scanner.reserve(text.length).set(text);
    const { length } = text;
    return scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields });
  }

  /** What a file may hold, more or less of each. */
  function* columns(): Generator<(string | undefined)[]> {
    const random = randomFrom(7);
    const below = (limit: number): number => Math.floor(random() * limit);
    const texts = [
      '',
      'a',
      'ab',
      'abcdefgh',
      'abcdefghi',
      'abcdefgha',
      'b\u00e9',
      'BR',
      'US',
      '\u007f',
      'x'.repeat(64),
    ];
    for (const one of texts) for (const other of texts) yield [JSON.stringify(one), JSON.stringify(other)];
    let few = texts;
    const kinds: (() => string | undefined)[] = [
      () => String(below(20) - 10),
      () => (random() * 100 - 50).toFixed(2),
      () => '-0',
      () => '12345678901234567',
      () => undefined,
      () => 'null',
      () => 'true',
      () => '[1]',
      () => JSON.stringify(few[below(few.length)]),
      () => JSON.stringify('y'.repeat(65)),
      () => '"a\\u0062"',
    ];
    for (let round = 0; round < 600; round++) {
      few = texts.filter(() => random() < 0.3);
      if (few.length === 0) few = texts;
      const some = kinds.filter(() => random() < 0.25);
      if (some.length === 0) some.push(kinds[round % kinds.length]);
      yield Array.from({ length: below(40) }, () => some[below(some.length)]());
    }
  }

  it('give the zones that one finds value by value', () => {
    const seen = new Set<string>();
    for (const column of columns()) {
      for (const kind of ['number', 'text'] as const) {
        const block = scan(column);
        const zone = zoneOf(block, block.fields[0], kind);
        assert.deepEqual(zone, zoneOf(block, block.fields[0].copied(), kind), column.join());
        seen.add(`${kind} ${zone.kind}`);
      }
    }
    assert.deepEqual([...seen].sort(), [
      'number empty',
      'number mixed',
      'number number',
      'text empty',
      'text mixed',
      'text text',
    ]);
  });

  it('select what is in a range, and what has no exact number', () => {
    for (const column of columns()) {
      const block = scan(column);
      const { numbers, kinds } = block.fields[0];
      for (const [low, high] of [
        [-5, 5],
        [3, Infinity],
        [0, 0],
        [5, -5],
      ]) {
        for (const inside of [true, false]) {
          const expected = Array.from(numbers.keys()).filter((record) =>
            Number.isNaN(numbers[record])
              ? kinds[record] > Kind.Null
              : (numbers[record] >= low && numbers[record] <= high) === inside,
          );
          assert.deepEqual([...(block.fields[0].ranges?.select(low, high, inside) ?? [])], expected);
        }
      }
    }
  });

  it('are not those of a copy', () => {
    const [field] = scan(['1', '2']).fields;
    assert.ok(field.ranges);
    assert.equal(field.copied().ranges, undefined);
    assert.equal(field.first(1).ranges, undefined);
  });
});
