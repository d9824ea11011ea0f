import assert from 'node:assert/strict';
import fc from 'fast-check';
import { recordAttributes } from '../../../src/engine/query/recordAttribute.ts';
import { reservedWords } from '../../../src/engine/query/syntax/cursor.ts';
import { valueName, writePath as queryPath } from '../../../src/engine/query/write.ts';
import {
  isContainerText,
  membersOf,
  readJson,
  textOf,
  type JsonValue,
} from '../../../src/webview/detail/json.ts';
import { writePath } from '../../../src/webview/detail/path.ts';
import { firstOpen, nearestLine, treeLines } from '../../../src/webview/detail/rows.ts';

/** All of a value by the reader's own means, member by member in steps of `limit`. */
function whole(value: JsonValue, limit: number): unknown {
  switch (value.type) {
    case 'object':
    case 'list': {
      const pairs: [string | undefined, unknown][] = [];
      for (let from = { at: value.start + 1, index: 0 }; ;) {
        const { items, next } = membersOf(value, limit, from);
        pairs.push(
          ...items.map((item): [string | undefined, unknown] => [item.key, whole(item.value, limit)]),
        );
        if (!next) break;
        from = next;
      }
      if (value.type === 'list') return pairs.map(([, item]) => item);
      const made: Record<string, unknown> = {};
      for (const [key = '', item] of pairs) {
        Object.defineProperty(made, key, {
          value: item,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return made;
    }
    case 'text':
      return textOf(value);
    default:
      return JSON.parse(textOf(value)) as unknown;
  }
}

describe('webview/detail/json', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0, 1, 3),
        (text, limit, indent) => {
          const spaced = JSON.stringify(JSON.parse(text), null, indent);
          assert.deepEqual(whole(readJson(spaced), limit), JSON.parse(spaced));
        },
      ),
    );
  });

  it('keeps the text of numbers, the order of members, and those that are there twice', () => {
    const root = readJson('{"b": 12345678901234567890, "2": 1.10, "a": -0, "b": 1e400, "1": 0}');
    assert.deepEqual(
      membersOf(root, 10).items.map(({ key, value }) => [key, textOf(value)]),
      [
        ['b', '12345678901234567890'],
        ['2', '1.10'],
        ['a', '-0'],
        ['b', '1e400'],
        ['1', '0'],
      ],
    );
  });

  it('reads text that breaks off as far as it goes, and never stands still', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(200), (text, length) => {
        const root = readJson(text.slice(0, length));
        const lines = treeLines(root, new Map([...firstOpen(root), ['$/0', 50], ['$/:', 50]]));
        assert(lines.length >= 1);
      }),
    );
    const cut = readJson('{"a": [1, 2, {"b": "half');
    assert.equal(cut.complete, false);
    const [first] = membersOf(cut, 5).items;
    assert(first);
    assert.equal(membersOf(first.value, 5).items.length, 3);
  });

  it('reads any text without throwing or hanging', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', ' ', '1', 'a', 'e', '\n'),
        }),
        (text) => {
          const root = readJson(text);
          if (root.type === 'object' || root.type === 'list') {
            const { items } = membersOf(root, 100);
            assert(items.length <= text.length);
          } else textOf(root);
        },
      ),
    );
  });

  it('calls by its name what is no JSON', () => {
    for (const text of ['nope', '01', '1.', '+1', 'Nan', "'a'"]) assert.equal(readJson(text).type, 'invalid');
    assert.equal(readJson('').type, 'invalid');
  });

  it('takes numbers that JSON has no words for as the texts that they are to the engine', () => {
    for (const text of ['NaN', 'Infinity', '-Infinity']) {
      const value = readJson(text);
      assert.deepEqual([value.type, textOf(value)], ['text', text]);
    }
  });

  it('knows a list or an object in a text, and nothing else', () => {
    for (const text of ['{}', ' [1]', '{"a": {"b": []}}\n']) assert(isContainerText(text), text);
    for (const text of ['', '1', '"a"', '{a}', '[1', '{"a":1} x', 'null'])
      assert(!isContainerText(text), text);
  });

  it('unfolds lists, objects and the JSON inside of texts', () => {
    const root = readJson('{"a": [1, {"x": 2}], "b": "{\\"n\\": [7]}", "c": {}, "d": "plain"}');
    const shown = (open: [string, number][]) =>
      treeLines(root, new Map(open)).map(({ depth, key, path, more }) =>
        more ? `${depth} more` : `${depth} ${key} ${path ? writePath(path) : '-'}`,
      );
    assert.deepEqual(
      shown([
        ['$', 9],
        ['$/:a', 9],
        ['$/:a/1', 9],
        ['$/:b', 9],
        ['$/:b/:n', 9],
      ]),
      [
        '0 undefined ',
        '1 a a',
        '2 0 a[1]',
        '2 1 a[2]',
        '3 x a[2].x',
        '1 b b',
        '2 n -',
        '3 0 -',
        '1 c c',
        '1 d d',
      ],
    );
    assert.deepEqual(shown([['$', 2]]), ['0 undefined ', '1 a a', '1 b b', '1 more']);
    assert.deepEqual(
      treeLines(root, new Map([['$', 9]])).map(({ inside }) => inside !== undefined),
      [true, true, true, false, false],
    );
  });

  it('tells every line from the others, whatever their names are', () => {
    const root = readJson(
      '{"a/:b": 1, "a": {"b": 2, "more": 3}, "a~1:b": 4, "a": [5], "2:a": 6, "more": 7, "": 8, "0": [9]}',
    );
    const open = new Map(['$', '$/:a', '$/2:a', '$/:0'].map((id) => [id, 9]));
    const ids = treeLines(root, open).map(({ id }) => id);
    assert.equal(ids.length, 13);
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  it('puts in the place of a line that is gone what it was in, else what stands there', () => {
    const lines = treeLines(readJson('{"a": 1, "b": {"x": 2}, "c": 3}'), new Map([['$', 9]]));
    const nearest = (id: string, place: number) => nearestLine(lines, id, place)?.id;
    assert.equal(nearest('$/:b/:y/:z', 1), '$/:b');
    assert.equal(nearest('$/:d', 2), '$/:b');
    assert.equal(nearest('$/:d/:e', 9), '$/:c');
    assert.equal(nearestLine([], '$/:d', 3), undefined);
  });
});

describe('webview/detail/path', () => {
  it('writes names as the query language does', () => {
    for (const name of [
      ...reservedWords,
      ...recordAttributes,
      valueName,
      'Select',
      'plain',
      'odd name',
      'a"b',
      '',
      '9lives',
      '@x',
      '\u00fcml_1',
      'drop',
    ]) {
      assert.equal(writePath([name]), queryPath([name]));
      assert.equal(writePath(['a', name]), queryPath(['a', name]));
    }
    assert.equal(writePath(['user', 'tags', 0, 'odd name']), 'user.tags[1]."odd name"');
  });
});
