import assert from 'node:assert/strict';
import { mayRunLong } from '../../../src/engine/dataset/plan.ts';

describe('dataset/mayRunLong', () => {
  it('takes queries for long whose blocks may keep a thread busy, and few others', () => {
    const joined = (times: number): string =>
      `|> EXTEND ${Array.from({ length: times }, () => 'a').join(' || ')} AS b`;
    const long = [
      "x ~ '(a+)+'",
      "regexp_matches(x, 'a')",
      'length(repeat(x, 100000)) > 5',
      "|> EXTEND LPAD(x, 9999999, '-') AS y",
      "replace(x, 'a', y) = 'b'",
      joined(20),
      `x = '${'y'.repeat(3000)}'`,
    ];
    for (const query of long) assert.equal(mayRunLong(query), true, query);
    const short = [
      '',
      'status >= 500',
      "message LIKE '%timeout%'",
      joined(3),
      '|> AGGREGATE count(*) AS n GROUP BY day',
    ];
    for (const query of short) assert.equal(mayRunLong(query), false, query);
  });
});
