import assert from 'node:assert/strict';
import { isWritable, namedTarget } from '../../../src/engine/sink/targetName.ts';

describe("the name of an export's target says its format", () => {
  const cases = [
    ['a.jsonl', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b.ndjson', 'same'],
    ['a.JSONL', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b.csv', 'csv'],
    ['a.jsonl', 'jsonl', 'b.tab', 'tsv'],
    ['a.jsonl', 'jsonl', 'b.json', 'json'],
    ['a.csv', 'csv', 'b.CSV', 'same'],
    ['a.csv', 'csv', 'b.tsv', 'tsv'],
    ['a.tsv', 'csv', 'b.csv', 'csv'],
    ['a.csv', 'csv', 'b.jsonl', 'jsonl'],
    ['a.json', 'json', 'b.json', 'same'],
    ['a.csv', 'csv', 'b.parquet', 'parquet'],
    ['a.parquet', 'jsonl', 'b.parquet', 'parquet'],
    ['a.parquet', 'jsonl', 'b.jsonl', 'same'],
    ['a.json', 'json', 'b.jsonl', 'jsonl'],
    ['a.log', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b', 'same'],
    ['a.jsonl', 'jsonl', 'b.txt', 'same'],
    ['a.jsonl.gz', 'jsonl', 'b.jsonl', 'same'],
    ['a.jsonl', 'jsonl', 'b.jsonl.gz', 'same'],
    ['a.tsv.zst', 'csv', 'b.csv.GZ', 'csv'],
    ['a.csv', 'csv', 'b.gz', 'same'],
    ['/d.csv/a', 'csv', '/d/b', 'same'],
    ['a.jsonl', 'json', 'b.jsonl', 'jsonl'],
    ['a.jsonl', 'json', 'b.json', 'json'],
    ['a.json', 'jsonl', 'b.json', 'same'],
    ['a.xls', 'csv', 'b.xls', 'same'],
    ['a.xlsx', 'jsonl', 'b.xlsx', 'xlsx'],
    ['a.csv', 'csv', 'b.feather', 'arrow'],
  ] as const;
  for (const [source, format, target, expected] of cases) {
    it(`${source} -> ${target}: ${expected}`, () => {
      assert.equal(namedTarget({ name: source, kind: format }, target), expected);
    });
  }

  it('and changes nothing where the source is a text of that delimiter already', () => {
    assert.equal(namedTarget({ name: '-', kind: 'csv', delimiter: ',' }, 'b.csv'), 'same');
    assert.equal(namedTarget({ name: '-', kind: 'csv', delimiter: '\t' }, 'b.tsv.gz'), 'same');
    assert.equal(namedTarget({ name: '-', kind: 'csv', delimiter: ';' }, 'b.csv'), 'csv');
  });

  it('or that nothing can be written under it', () => {
    for (const name of ['b.xls', 'b.xlsx.gz', 'b.parquet.gz', 'b.avro', 'b.jsonl.bak', 'b.v2']) {
      assert.equal(isWritable('a.jsonl', name), false, name);
    }
    for (const name of [
      'b',
      'b.gz',
      'b.txt',
      'b.TSV.zst',
      'b.jsonl',
      'b.parquet',
      '.b',
      '/d.v2/b',
      '/dev/null',
    ]) {
      assert.equal(isWritable('a.jsonl', name), true, name);
    }
    assert.equal(isWritable('a.log', 'b.log.gz'), true);
  });
});
