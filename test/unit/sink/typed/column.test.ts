import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Kind } from '../../../../src/engine/format/record.ts';
import { ObjectReader, readRows } from '../../../../src/engine/sink/typed/cells.ts';
import type { CellArrays } from '../../../../src/engine/kernel/cellKernel.ts';
import { CellRun } from '../../../../src/engine/sink/typed/cellRun.ts';
import { columnBuilder, ColumnsBuilder, type TypedColumn } from '../../../../src/engine/sink/typed/column.ts';
import type { ColumnType } from '../../../../src/engine/sink/typed/columnType.ts';
import {
  exactJson,
  isList,
  isObject,
  jsonText,
  memberOf,
  type Json,
} from '../../../../src/engine/sink/typed/json.ts';
import { Survey } from '../../../../src/engine/sink/typed/survey.ts';
import { booleanOf, daysOf, doubleOf, wholeOf } from '../../../../src/engine/sink/typed/values.ts';
import { runs } from '../../../support/long.ts';

const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom(
    ...['0', '-0', '-0.0', '1.50', '0.10', '1e3', '-2E-3', '1e400', '9007199254740993', '999999999999999'],
    ...['9223372036854775807', '-9223372036854775808', '9223372036854775808', '0.12345678901234567890'],
  ),
);
const time = fc.constantFrom(
  ...['2026-01-02', '0001-01-01', '2026-02-30', '2024-02-29', '1900-02-29', '2026-01-02T03:04', '2026-1-02'],
  ...[
    '2026-01-02T03:04:05Z',
    '2026-01-02 23:59:59.5',
    '2026-01-02t03:04:05.123456789z',
    '1600-01-01T00:00:00.001Z',
  ],
  ...['2026-01-02T03:04:05+02', '2026-01-02T03:04:05-0230', '2026-01-02T03:04:05+02:30', '2026-01-02T24:00'],
  ...[
    '2026-01-02T03:04:60',
    '2026-01-02T03:04+02:',
    '2026-01-02T03:04:05.',
    '2026-01-02T03:04:05.1234567890',
  ],
  ...['2026-01-02T03:04:05 Z', '2026-01-02T03:04:05,5', '9999-12-31T23:59:59.999999Z', ' 2026-01-02'],
);
const word = fc.constantFrom(
  ...[
    '',
    'true',
    'False',
    'TRUE',
    'truth',
    'NaN',
    '-Infinity',
    'Infinity',
    '-',
    '007',
    '+1',
    '1.',
    '.5',
    '-1.5e2',
  ],
  ...['x"\\y', 'é\u0000', '\ud83d\ude00', 'line\nend'],
);
const quoted = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  text.map((value) => JSON.stringify(value));
/** Values that are mostly of one kind, as those of columns are. */
const scalars = fc.constantFrom(
  number,
  quoted(number),
  quoted(time),
  quoted(word),
  fc.constantFrom('true', 'false'),
  fc.oneof(number, fc.constantFrom('NaN', 'Infinity', '-Infinity')),
  fc.constantFrom('"a\\u0062"', '"\\ud800"', '"2026-01-0\\u0031"', '"\\u0031"', '"tru\\u0065"'),
);
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars.chain((one) => one),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[ ${items.join(' ,')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '7', 'é', 'q\\"', '\\u0061'), tie('value')), { maxLength: 3 })
      .map((members) => `{${members.map(([key, value]) => `"${key}" : ${value}`).join(', ')}}`),
  ),
})).value;
const column = fc.oneof(
  scalars.chain((one) => fc.array(fc.option(one, { nil: 'null', freq: 5 }), { minLength: 1, maxLength: 8 })),
  fc.array(json, { minLength: 1, maxLength: 4 }),
);

/** What a value is in a column of a type, by the value itself. */
function valueOf(type: ColumnType, value: Json | undefined): unknown {
  if (value === null || value === undefined || (value === '' && type.kind !== 'text')) return null;
  switch (type.kind) {
    case 'text':
      // What is no Unicode is written as U+FFFD.
      return Buffer.from(typeof value === 'string' ? value : jsonText(value)).toString();
    case 'list':
      assert.ok(isList(value));
      return value.map((item) => valueOf(type.items, item));
    case 'struct':
      assert.ok(isObject(value));
      return [...type.members].map(([key, member]) => [key, valueOf(member, memberOf(value, key))]);
    default:
      if (type.kind === 'boolean') return booleanOf(value);
      if (type.kind === 'double') return doubleOf(value);
      if (type.kind === 'date') return daysOf(value);
      return wholeOf(type.kind === 'decimal' || type.kind === 'timestamp' ? type : { kind: 'int64' }, value);
  }
}

function valuesIn(built: TypedColumn): unknown[] {
  return Array.from({ length: built.length }, (_, at) =>
    built.present[at] === 1 ? valueAt(built, at) : null,
  );
}

function valueAt(built: TypedColumn, at: number): unknown {
  switch (built.kind) {
    case 'text':
      return Buffer.from(built.bytes.subarray(built.offsets[at], built.offsets[at + 1])).toString();
    case 'list':
      return valuesIn(built.items).slice(built.offsets[at], built.offsets[at + 1]);
    case 'struct':
      return [...built.members].map(([key, member]) => [key, valuesIn(member)[at]]);
    case 'boolean':
      return built.values[at] === 1;
    default:
      return built.values[at];
  }
}

type PlacedCells = CellArrays & { readonly bytes: Uint8Array };

/** Where the values of a column stand in rows that are objects. */
function jsonCells(values: readonly string[]): PlacedCells {
  const bytes = Buffer.from(values.map((value) => `{"v":${value}}\n`).join(''));
  const reader = new ObjectReader(['v'], 0);
  const found: [kind: number, start: number, end: number][] = [];
  readRows(bytes, reader, '_value', () => found.push([reader.kinds[0], reader.starts[0], reader.ends[0]]));
  return placed(bytes, found);
}

const doubled = 0x22;

/** The same of cells of delimited text, those of texts with quotes in them with these doubled. */
function tableCells(values: readonly string[]): PlacedCells {
  let text = 'v\n,';
  const found = values.map((value): [kind: number, start: number, end: number] => {
    const cell = value === 'null' ? '' : value.startsWith('"') ? parsed(value) : value;
    const start = Buffer.byteLength(text) + 1;
    const written = cell.replaceAll('"', '""');
    text += `"${written}",`;
    const kind = value === 'null' ? Kind.Null : cell === written ? Kind.Text : Kind.EscapedText;
    return [kind, start, start + Buffer.byteLength(written)];
  });
  return placed(Buffer.from(text), found);
}

function parsed(value: string): string {
  const text = exactJson(value);
  assert.ok(typeof text === 'string');
  return text;
}

function placed(
  bytes: Uint8Array,
  found: readonly (readonly [kind: number, start: number, end: number])[],
): PlacedCells {
  return {
    bytes,
    kinds: Uint8Array.from(found, ([kind]) => kind),
    starts: Uint32Array.from(found, ([, start]) => start),
    ends: Uint32Array.from(found, ([, , end]) => end),
  };
}

describe('columns that are made of the bytes of rows', () => {
  it('have the types and the values that the values of the rows give', () => {
    fc.assert(
      fc.property(column, fc.boolean(), (values, typesInText) => {
        const lines = Buffer.from(values.map((value) => `{"other":1,"v":${value}}\n`).join(''));
        const [byValue, byCell] = [0, 1].map(() => new Survey(typesInText, () => typesInText));
        const parsed = values.map(exactJson);
        for (const value of parsed) byValue.add(value);
        const reader = new ObjectReader([], 10);
        readRows(lines, reader, '_value', (bytes) => {
          const at = reader.keys.indexOf('v');
          byCell.addCell(reader.kindOf(at), bytes, reader.starts[at], reader.ends[at]);
        });
        const type = byCell.type();
        assert.deepEqual(type, byValue.type());
        const types = new Map([['v', type]]);
        const [row, builder] = [new ObjectReader(types.keys(), 0), new ColumnsBuilder(types)];
        readRows(lines, row, '_value', (bytes) => builder.add(row, bytes));
        const built = builder.finish().get('v');
        assert.ok(built);
        assert.deepEqual(
          valuesIn(built),
          parsed.map((value) => valueOf(type, value)),
        );
      }),
      { numRuns: runs(800, 100_000) },
    );
  });

  it('have the same type and values where many are taken at once', () => {
    fc.assert(
      fc.property(column, fc.boolean(), fc.boolean(), (few, typesInText, isTable) => {
        const values = Array.from({ length: 20 }, (_, at) => few[at % few.length]);
        const cells = isTable ? tableCells(values) : jsonCells(values);
        const selection = Uint32Array.from(values.keys()).filter((row) => row % 7 !== 3);
        const run = new CellRun(isTable ? doubled : 0);
        run.begin(cells.bytes, 3, cells.bytes.length, selection, selection.length);
        const survey = (): Survey => new Survey(typesInText, () => typesInText);
        const [one, all] = [survey(), survey()];
        run.give(cells, { addCell: (...cell) => one.addCell(...cell) });
        run.give(cells, all);
        run.give(cells, all);
        const type = one.type();
        assert.deepEqual(all.type(), type);
        const [each, together] = [columnBuilder(type), columnBuilder(type)];
        for (let time = 0; time < 2; time++) {
          run.give(cells, { addCell: (...cell) => each.addCell(...cell) });
          run.give(cells, together);
        }
        assert.deepEqual(together.finish(), each.finish());
      }),
      { numRuns: runs(1500, 100_000) },
    );
  });

  it('are taken at once where there are more than there was room for', () => {
    const values = Array.from({ length: 9000 }, (_, at) =>
      at % 9 === 0 ? 'null' : `"${'text '.repeat(at % 99)}"`,
    );
    const cells = jsonCells([...values, JSON.stringify('x'.repeat(300_000)), '"end"']);
    const { length } = cells.kinds;
    const run = new CellRun(0);
    run.begin(
      cells.bytes,
      0,
      cells.bytes.length,
      Uint32Array.from({ length }, (_, at) => at),
      length,
    );
    const [each, together] = [0, 1].map(() => columnBuilder({ kind: 'text', mixed: false }));
    run.give(cells, { addCell: (...cell) => each.addCell(...cell) });
    run.give(cells, together);
    assert.deepEqual(together.finish(), each.finish());
  });

  it('are taken at once where they hold more, or more names, than there was room for', () => {
    const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
    const wide = numbered(70).map((at) => `"m${at}" :\r ${at}`);
    const values = [
      ...numbered(600).map((at) => `[${numbered((at % 7) * 20).join(' ,\t')}]`),
      `[${numbered(40_000).join(',')}]`,
      '[ ]',
      '[[1,2],[],[3]]',
    ];
    const objects = [
      ...numbered(700).map((at) => `{${wide.slice(at % 60, 63).join(' , ')}}`),
      '{ }',
      `{${wide.join(',')}}`,
      '{"m1":{"x":[1,{"y":"]}"}]},"m1":3}',
    ];
    const [list, object, lists] = [0, 0, 0].map(() => new Survey(false));
    for (const value of values.slice(0, -1).map(exactJson)) list.add(value);
    for (const value of values.map(exactJson)) lists.add(value);
    for (const value of objects.slice(0, -1).map(exactJson)) object.add(value);
    const asked: [Survey, string[]][] = [
      [list, values.slice(0, -1)],
      [lists, values],
      [object, objects.slice(0, -1)],
      [object, objects.filter((_, at) => at % 60 > 5).slice(0, -2)],
    ];
    for (const [survey, written] of asked) {
      const cells = jsonCells(written);
      const { length } = cells.kinds;
      const run = new CellRun(0);
      run.begin(cells.bytes, 0, cells.bytes.length, Uint32Array.from(numbered(length)), length);
      const all = new Survey(false);
      run.give(cells, all);
      const each = new Survey(false);
      run.give(cells, { addCell: (...cell) => each.addCell(...cell) });
      assert.deepEqual(all.type(), each.type());
      const type = survey.type();
      const [one, together] = [columnBuilder(type), columnBuilder(type)];
      run.give(cells, { addCell: (...cell) => one.addCell(...cell) });
      run.give(cells, together);
      assert.deepEqual(together.finish(), one.finish());
    }
  });

  it('have the type that surveys of their parts give together', () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 4 }), fc.boolean(), (parts, typesInText) => {
        const survey = (): Survey => new Survey(typesInText, () => typesInText);
        const [whole, merged] = [survey(), survey()];
        for (const values of parts) {
          const own = survey();
          for (const value of values.map(exactJson)) {
            whole.add(value);
            own.add(value);
          }
          merged.merge(structuredClone(own.part()));
        }
        assert.deepEqual(merged.type(), whole.type());
      }),
      { numRuns: runs(800, 100_000) },
    );
  });

  it('are null where a cell is empty among lists and objects', () => {
    const types = new Map<string, ColumnType>([
      ['l', { kind: 'list', items: { kind: 'int64' } }],
      ['o', { kind: 'struct', members: new Map([['c', { kind: 'int64' }]]) }],
    ]);
    const [row, builder] = [new ObjectReader(types.keys(), 0), new ColumnsBuilder(types)];
    readRows(Buffer.from('{"l":"","o":""}\n'), row, '_value', (bytes) => builder.add(row, bytes));
    assert.deepEqual([...builder.finish().values()].map(valuesIn), [[null], [null]]);
  });

  it('take of equal keys the last one, rows that are no objects, and more values than there was room for', () => {
    const lines = Buffer.from(
      `{"a":1,"a":"x"}\n\n5\n{ }\n{"b":{"c":1,"c":null}}\n${'{"z":1}\n'.repeat(5000)}{"a":"end","b":{"c":2}}\n`,
    );
    const reader = new ObjectReader([], 10);
    const kinds: Kind[] = [];
    readRows(lines, reader, '_value', () => kinds.push(reader.kindOf(0)));
    assert.deepEqual(reader.keys, ['a', '_value', 'b', 'z']);
    assert.deepEqual(kinds.slice(0, 3), [Kind.Text, Kind.Missing, Kind.Missing]);
    const types = new Map<string, ColumnType>([
      ['a', { kind: 'text', mixed: false }],
      ['_value', { kind: 'int64' }],
      ['b', { kind: 'struct', members: new Map([['c', { kind: 'int64' }]]) }],
    ]);
    const [row, builder] = [new ObjectReader(types.keys(), 0), new ColumnsBuilder(types)];
    readRows(lines, row, '_value', (bytes) => builder.add(row, bytes));
    const built = [...builder.finish().values()].map(valuesIn);
    const found = built.map((values) => [values.length, ...values.slice(0, 4), values.at(-1)]);
    assert.deepEqual(found, [
      [5005, 'x', null, null, null, 'end'],
      [5005, null, 5n, null, null, null],
      [5005, null, null, null, [['c', null]], [['c', 2n]]],
    ]);
  });
});
