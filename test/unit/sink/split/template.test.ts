import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { basename, relative, resolve } from 'node:path';
import fc from 'fast-check';
import { anyCharacter } from '../../../support/anyCharacter.ts';
import { runs } from '../../../support/long.ts';
import { partitionsOf } from '../../../../src/engine/source/files/partitions.ts';
import { FileNames, parseTemplate } from '../../../../src/engine/sink/split/template.ts';

describe('the names of many files', () => {
  const one = (value: string | undefined, template = 'out/{a}.jsonl'): string =>
    new FileNames(parseTemplate(template), []).of([value], 1);

  it('have the value of a column and the number of a part', () => {
    const names = new FileNames(parseTemplate('out/{level}/x-{part}.csv.gz'), []);
    assert.equal(names.of(['error'], 1), 'out/error/x-0001.csv.gz');
    assert.equal(names.of(['error'], 12345), 'out/error/x-12345.csv.gz');
    assert.equal(new FileNames(parseTemplate('{a}{b}.json'), []).of(['x', 'y'], 1), 'xy.json');
    assert.equal(new FileNames(parseTemplate('/{a}.json'), []).of(['x'], 1), '/x.json');
  });

  it('are those of files on every system', () => {
    for (const [value, name] of [
      ['a/b', 'a%2Fb'],
      ['a\\b', 'a%5Cb'],
      ['..', '%2E.'],
      ['50%', '50%25'],
      ['a:b*?"<>|', 'a%3Ab%2A%3F%22%3C%3E%7C'],
      ['\n\0', '%0A%00'],
      ['CON', '%43ON'],
      ['com1.x', '%63om1.x'],
      ['', '__EMPTY__'],
      [undefined, '__HIVE_DEFAULT_PARTITION__'],
      ['__EMPTY__', '%5F_EMPTY__'],
      ['null', '%6Eull'],
      ['größe', 'größe'],
    ] as const) {
      assert.equal(one(value), `out/${name}.jsonl`);
    }
    assert.equal(one('..', 'out/{a}/{part}.jsonl'), 'out/%2E%2E/0001.jsonl');
    assert.equal(one('a. ', 'out/{a}/{part}.jsonl'), 'out/a.%20/0001.jsonl');
  });

  it('are cut where they are too long, and stay different', () => {
    const [a, b] = ['x', 'y'].map((end) => one('€/'.repeat(300) + end));
    assert.notEqual(a, b);
    for (const name of [a, b]) assert.ok(Buffer.byteLength(basename(name)) <= 255, name);
  });

  it('differ by more than case, also of folders', () => {
    const names = new FileNames(parseTemplate('out/{a}/{b}.jsonl'), ['OUT/x/taken.jsonl']);
    assert.equal(names.of(['Error', '1'], 1), 'out/Error/1.jsonl');
    assert.equal(names.of(['error', '2'], 1), 'out/%65rror/2.jsonl');
    assert.equal(names.of(['Error', '2'], 1), 'out/Error/2.jsonl');
    assert.equal(names.of(['x', 'Taken'], 1), 'out/x/%54aken.jsonl');
  });

  it('are read as the values again from folders, whatever the values', () => {
    const value = fc.option(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        fc.constantFrom(
          'null',
          'Null',
          'a',
          'A',
          'aa',
          'aA',
          'Aa',
          'AA',
          'é',
          'e\u0301',
          'a~2',
          '%61',
          'CON',
          'con',
          '/a',
          '/A',
          '=a',
          '*A',
          '__EMPTY__',
          '__empty__',
          '__Empty__',
          '__hive_default_partition__',
          'NULL',
          '',
        ),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.uniqueArray(value, { minLength: 1, maxLength: 30 }), (values) => {
        const names = new FileNames(parseTemplate('out/k={a}/x.jsonl'), []);
        const paths = values.map((one) => names.of([one], 1));
        assert.equal(new Set(paths.map((path) => path.normalize('NFC').toLowerCase())).size, values.length);
        const read = partitionsOf([...paths, 'out/k=text/x.jsonl'])?.values.map(([one]) => one);
        assert.deepEqual(
          read?.slice(0, -1),
          values.map((one) => one ?? null),
        );
      }),
      { numRuns: runs(100, 2000) },
    );
  });

  it('refuse a value that is too long for the name of a folder it is read from', () => {
    const names = new FileNames(parseTemplate('out/k={a}/x.jsonl'), []);
    assert.equal(names.of(['x'.repeat(200)], 1), `out/k=${'x'.repeat(200)}/x.jsonl`);
    assert.equal(names.of(['X'.repeat(200)], 1), `out/k=%58${'X'.repeat(199)}/x.jsonl`);
    assert.throws(() => names.of(['x'.repeat(300)], 1), /too long for the name of a folder/);
    names.of(['\ud800'], 1);
    assert.throws(() => names.of(['\ud801'], 1), /two values would have folders of one name/);
  });

  it('are all different and in the folder, whatever the values', () => {
    const value = fc.option(
      fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom('..', '.', 'NUL', 'a', 'A', '~2', 'a~2')),
      {
        nil: undefined,
      },
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(value, value), { selector: (pair) => JSON.stringify(pair) }),
        (pairs) => {
          const names = new FileNames(parseTemplate('out/{a}/{b}.jsonl'), []);
          const all = pairs.map((pair) => names.of(pair, 1));
          assert.equal(new Set(all.map((name) => name.normalize('NFC').toLowerCase())).size, pairs.length);
          for (const name of all) {
            const inside = relative(resolve('out'), resolve(name));
            assert.match(inside, /^[^/]+\/[^/]+\.jsonl$/);
            assert.ok(!inside.startsWith('..'));
            for (const part of inside.split('/')) assert.ok(Buffer.byteLength(part) <= 255);
          }
        },
      ),
      { numRuns: runs(30, 1000) },
    );
  });

  it('cannot lead out of their folder', () => {
    for (const path of ['out/{a}/../x.jsonl', '{a}//x.jsonl', '{a}/.'])
      assert.throws(() => parseTemplate(path), /empty names, \. or \.\./);
    assert.throws(() => parseTemplate(`${'x'.repeat(240)}{a}.jsonl`), /too long/);
  });
});
