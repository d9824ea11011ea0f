import assert from 'node:assert/strict';
import { safeValue } from '../../../../src/engine/sink/split/safeName.ts';
import { hasPartitions, partitionsOf } from '../../../../src/engine/source/files/partitions.ts';

describe('source/columns that folders are called after', () => {
  it('are those of all paths, and NULL where a path has none', () => {
    assert.deepEqual(partitionsOf(['data/year=2024/month=01/a.csv', 'data/year=2023/b.csv', 'data/c.csv']), {
      names: ['year', 'month'],
      values: [
        [2024, '01'],
        [2023, null],
        [null, null],
      ],
    });
    assert.equal(partitionsOf(['data/a.csv', 'data/b=1.csv']), undefined);
  });

  it('hold numbers where all values are whole numbers, else texts', () => {
    const valuesOf = (values: readonly string[]) =>
      partitionsOf(values.map((value) => `x=${value}/a`))?.values.map(([value]) => value);
    assert.deepEqual(valuesOf(['0', '-5', '9007199254740991', '__HIVE_DEFAULT_PARTITION__']), [
      0,
      -5,
      9007199254740991,
      null,
    ]);
    for (const text of ['007', '1.0', '+5', '1e3', '9007199254740993', '']) {
      assert.deepEqual(valuesOf(['5', text]), ['5', text]);
    }
    assert.deepEqual(valuesOf(['-0', '-01']), [0, -1]);
    assert.deepEqual(valuesOf(['2024-01-02', 'NULL']), ['2024-01-02', null]);
    assert.deepEqual(valuesOf(['__HIVE_DEFAULT_PARTITION__']), [null]);
  });

  it('hold what an export to many files has put into their names', () => {
    for (const value of [
      'YQ==',
      'a=b',
      '',
      '__EMPTY__',
      'null',
      'NULL',
      '__hive_default_partition__',
      'a/b',
      '%3D',
      'x y',
      undefined,
    ]) {
      const folder = `v=${safeValue(value, 200).name}`;
      assert.equal(folder.split('=').length, 2, folder);
      assert.deepEqual(partitionsOf([`${folder}/part.jsonl`])?.values, [[value ?? null]], folder);
    }
  });

  it('are decoded, and are of folders only', () => {
    assert.deepEqual(partitionsOf(['a%20b=c%2Fd%3D/x=%zz/f=1.csv']), {
      names: ['a b', 'x'],
      values: [['c/d=', '%zz']],
    });
    assert.deepEqual(partitionsOf(['a=1/a=2/=3/b=4=5/x.csv']), { names: ['a'], values: [[2]] });
    assert.deepEqual(['a=1/b', 'a/b=1', String.raw`a=1\b`].map(hasPartitions), [true, false, true]);
  });
});
