import assert from 'node:assert/strict';
import { clock, columns, showProblem, sized, visible } from '../../../src/cli/message.ts';
import { progressText } from '../../../src/cli/progress.ts';

describe('visible', () => {
  it('shows what a terminal would obey', () => {
    assert.equal(visible('a\x1b[31mb\nc\td\re\x7f\x9b'), 'a\\x1b[31mb\\nc\\td\\re\\x7f\\x9b');
    assert.equal(
      visible('x\u202ey\u2066z\ufeff\u200b\ud800'),
      'x\\u{202e}y\\u{2066}z\\u{feff}\\u{200b}\\u{d800}',
    );
  });

  it('leaves letters alone', () => {
    const text = 'naïve 東京 😀 " \\ \u0301';
    assert.equal(visible(text), text);
  });
});

describe('showProblem', () => {
  const message = 'wrong';

  it('puts carets under the place', () => {
    assert.equal(showProblem('a = = 1', { from: 4, to: 5, message }), 'wrong\n  a = = 1\n      ^');
    assert.equal(showProblem('ab <> c', { from: 0, to: 2, message }), 'wrong\n  ab <> c\n  ^^');
  });

  it('points behind the end', () => {
    assert.equal(showProblem('a =', { from: 3, to: 3, message }), 'wrong\n  a =\n     ^');
    assert.equal(showProblem('', { from: 0, to: 0, message }), 'wrong\n  \n  ^');
  });

  it('shows only the line of the place, and the first line of a long one', () => {
    assert.equal(
      showProblem('a = 1\nAND b\r\nc', { from: 10, to: 14, message }),
      'wrong\n  AND b\\r\n      ^^^',
    );
    assert.equal(showProblem("a\n'b\nc", { from: 2, to: 6, message }), "wrong\n  'b\n  ^^");
  });

  it('counts columns and not letters', () => {
    assert.equal(
      showProblem('東京\t= = 1', { from: 5, to: 6, message }),
      'wrong\n  東京\\t= = 1\n          ^',
    );
    assert.equal(columns('e\u0301'), 1);
  });

  it('cuts a long line around the place', () => {
    const query = `${'x'.repeat(1000)} ! ${'y'.repeat(1000)}`;
    const [, line = '', carets = ''] = showProblem(query, { from: 1001, to: 1002, message }).split('\n');
    assert.ok(line.length < 120);
    assert.equal(line[carets.indexOf('^')], '!');
    const wide = showProblem(query, { from: 0, to: query.length, message }).split('\n');
    assert.ok(wide.every((text) => text.length < 120));
  });
});

describe('figures', () => {
  it('are short', () => {
    assert.deepEqual([0, 999, 1000, 9950, 123_456_789, 10e9].map(sized), [
      '0 B',
      '999 B',
      '1.0 kB',
      '10 kB',
      '123 MB',
      '10 GB',
    ]);
    assert.deepEqual([0, 7.4, 65, 3723].map(clock), ['0:00', '0:07', '1:05', '1:02:03']);
  });

  it('say how far a run is', () => {
    const progress = { records: 12_345, matched: 1, scanned: 2e9, total: 10e9, elapsedMs: 2000 };
    assert.equal(
      progressText(progress),
      '12,345 records, 1 matching | 2.0 GB of 10 GB | 1.0 GB/s | 0:08 left',
    );
    assert.equal(
      progressText({ ...progress, total: undefined }),
      '12,345 records, 1 matching | 2.0 GB | 1.0 GB/s',
    );
    assert.equal(
      progressText({ records: 0, matched: 0, scanned: 0, total: 5, elapsedMs: 0 }),
      '0 records, 0 matching | 0 B of 5 B',
    );
  });
});
