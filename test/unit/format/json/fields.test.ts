import assert from 'node:assert/strict';
import fc from 'fast-check';
import { columnNames, JsonFields, type FieldPath } from '../../../../src/engine/format/json/fields.ts';
import { Kind } from '../../../../src/engine/format/record.ts';
import { jsonText } from '../../../support/jsonText.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What the fields hold for one record, by path. */
function read(fields: JsonFields, text: string, margin = 0): Map<string, unknown> {
  const bytes = encoder.encode(`${'#'.repeat(margin)}${text}${'#'.repeat(margin)}`);
  assert.equal(fields.read(bytes, margin, bytes.length - margin), true);
  const found = new Map<string, unknown>();
  fields.paths().forEach((path, column) => {
    const raw = decoder.decode(bytes.subarray(fields.starts[column], fields.ends[column]));
    const kind = fields.kinds[column];
    if (kind === Kind.Missing) return;
    const isText = kind === Kind.Text || kind === Kind.EscapedText;
    if (kind === Kind.Text) assert.ok(!raw.includes('\\'));
    const value: unknown = JSON.parse(isText ? `"${raw}"` : raw);
    assert.equal(kindOf(value), kind === Kind.EscapedText ? Kind.Text : kind);
    found.set(JSON.stringify(path), value);
  });
  return found;
}

function kindOf(value: unknown): Kind {
  if (value === null) return Kind.Null;
  if (value === true) return Kind.True;
  if (value === false) return Kind.False;
  if (typeof value === 'number') return Kind.Number;
  if (typeof value === 'string') return Kind.Text;
  return Array.isArray(value) ? Kind.List : Kind.Object;
}

/** The same by JSON.parse. */
function flatten(
  value: unknown,
  path: string[] = [],
  into = new Map<string, unknown>(),
): Map<string, unknown> {
  if (kindOf(value) === Kind.Object) {
    const members = Object.entries(value as object);
    for (const [key, member] of members) flatten(member, [...path, key], into);
    if (members.length > 0 || path.length === 0) return into;
  }
  return into.set(JSON.stringify(path), value);
}

describe('JsonFields', () => {
  it('finds what JSON.parse finds, in any record of a run of records', () => {
    fc.assert(
      fc.property(fc.array(jsonText(), { maxLength: 6 }), fc.nat(3), (texts, margin) => {
        const fields = new JsonFields();
        for (const text of texts) {
          const expected = flatten(JSON.parse(text));
          const found = read(fields, text, margin);
          assert.deepEqual([...found].sort(), [...expected].sort());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps no hold of the bytes it has read', () => {
    const fields = new JsonFields();
    const bytes = Buffer.from('{"first":1}');
    fields.read(bytes, 0, bytes.length);
    bytes.write('{"other":2}');
    fields.read(bytes, 0, bytes.length);
    assert.deepEqual(fields.paths(), [['first'], ['other']]);
  });

  it('numbers columns in the order in which their paths first appear', () => {
    const fields = new JsonFields();
    read(fields, '{"b":1,"a":{"y":[1],"x":2}}');
    read(fields, '{"c":null,"a":{"z":0},"b":2}');
    assert.deepEqual(fields.paths(), [['b'], ['a', 'y'], ['a', 'x'], ['c'], ['a', 'z']]);
    assert.deepEqual(fields.paths(3), [['c'], ['a', 'z']]);
  });

  it('begins with the columns that it is given', () => {
    const given: FieldPath[] = [['a', 'ü"\\'], ['\ud800'], [], ['a']];
    const fields = new JsonFields(given);
    assert.deepEqual(fields.paths(), given);
    read(fields, '{"n":0,"a":{"\\u00fc\\"\\\\":1}}');
    assert.deepEqual([...fields.kinds.subarray(0, 5)], [Kind.Number, 0, 0, 0, Kind.Number]);
  });

  it('keeps the text of numbers', () => {
    const fields = new JsonFields();
    const text = encoder.encode('{"a":12345678901234567890.10,"b":-0e+2}');
    fields.read(text, 0, text.length);
    const raw = [0, 1].map((c) => decoder.decode(text.subarray(fields.starts[c], fields.ends[c])));
    assert.deepEqual(raw, ['12345678901234567890.10', '-0e+2']);
  });

  it('lets the last of equal keys count, at the place of the first', () => {
    const fields = new JsonFields();
    const found = read(
      fields,
      '{"a":{"b":1,"c":{"d":2}},"z":0,"a":{"c":{"e":3}},"\\u0061":{"c":{"e":4,"e":5}}}',
    );
    assert.deepEqual(
      [...found],
      [
        ['["z"]', 0],
        ['["a","c","e"]', 5],
      ],
    );
    assert.deepEqual([...read(fields, '{"a":{"b":1},"a":7}')], [['["a"]', 7]]);
  });

  it('gives a path that leads to both a text and an object a column for each', () => {
    const fields = new JsonFields();
    read(fields, '{"a":1}');
    read(fields, '{"a":{"b":2}}');
    assert.deepEqual(columnNames(fields.paths()), ['a', 'a.b']);
  });

  it('says when there are more columns than the limit, and remembers no more', () => {
    const fields = new JsonFields([['x']], 2);
    const bytes = encoder.encode('{"a":1,"b":2,"c":{"d":3},"x":4}');
    assert.equal(fields.read(bytes, 0, bytes.length), false);
    assert.deepEqual(fields.paths(), [['x'], ['a'], ['b']]);
    assert.equal(fields.kinds[0], Kind.Number);
    read(fields, '{"b":2}');
  });
});

describe('columnNames', () => {
  it('joins keys with dots', () => {
    assert.deepEqual(columnNames([['a'], ['a', 'b'], ['c d'], []]), ['a', 'a.b', 'c d', '_value']);
  });

  it('never gives a name twice, nor an empty one', () => {
    assert.deepEqual(columnNames([['a', 'b'], ['a.b'], [''], ['"a"', '"b"'], ['_value'], []]), [
      'a.b',
      '"a.b"',
      '""',
      '"a"."b"',
      '_value',
      '_value_2',
    ]);
    const key = fc.constantFrom('a', 'b', 'a.b', '"a"', '', '.', '_value', '_value_2', '""');
    fc.assert(
      fc.property(fc.uniqueArray(fc.array(key, { maxLength: 3 }), { selector: String }), (paths) => {
        const names = columnNames(paths);
        assert.equal(new Set(names).size, paths.length);
        assert.ok(!names.includes(''));
      }),
    );
  });
});
