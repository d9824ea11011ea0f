import assert from 'node:assert/strict';
import { describeDialect, parseDelimiter } from '../../../../src/engine/format/csv/dialectWords.ts';
import type { CsvDialect } from '../../../../src/engine/format/csv/dialect.ts';
import { english } from '../../../../src/said/said.ts';
import { plainDialect } from '../../../support/csvRecords.ts';

describe('dialects in words', () => {
  const described = (dialect: CsvDialect): string => english(describeDialect(dialect));

  it('says what a table is like', () => {
    assert.equal(described({ ...plainDialect, headerLines: 1 }), 'comma, quoted, header');
    assert.equal(
      described({
        ...plainDialect,
        delimiter: '||',
        quote: "'",
        escape: 'backslash',
        headerLines: 2,
        comment: '#',
        lineEnd: 'any',
      }),
      'delimiter ||, single quotes, backslash escapes, header of 2 rows, comments after #, CR line ends',
    );
    assert.equal(described({ ...plainDialect, delimiter: '\t', quote: '' }), 'tab, no quotes, no header');
    const nulls = ['\\N', 'n/a'];
    assert.equal(described({ ...plainDialect, nulls }), 'comma, quoted, no header, NULL as \\N, n/a');
    const runs = { ...plainDialect, runs: true, skipInitialSpace: true, headerLines: 1 };
    assert.deepEqual(
      [' ', '\t', '|', '\x01'].map((delimiter) => described({ ...runs, delimiter })),
      ['runs of spaces', 'runs of tabs', 'runs of pipes', 'runs of U+0001s'].map(
        (what) => `${what}, spaces before fields skipped, quoted, header`,
      ),
    );
  });

  it('takes delimiters by name, by escape and as they are', () => {
    const cases = [
      ['tab', '\t'],
      ['Comma', ','],
      ['pipe', '|'],
      ['\\t', '\t'],
      ['\\x01', '\x01'],
      ['\\u00a7', '§'],
      ['\\\\', '\\'],
      [' ', ' '],
      ['\t', '\t'],
      [', ', ', '],
      ['||', '||'],
      ['§', '§'],
    ];
    for (const [text, delimiter] of cases) assert.equal(parseDelimiter(text), delimiter);
  });

  it('refuses what no delimiter can be', () => {
    for (const text of ['', '"', "'", '\n', ',"', '\\x0a']) assert.equal(parseDelimiter(text), undefined);
  });
});
