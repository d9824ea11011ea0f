import assert from 'node:assert/strict';
import { parseQuery } from '../../../src/engine/query/index.ts';
import { ValueTooLongError } from '../../../src/engine/query/value/longText.ts';
import { run, type TestData } from '../stage/run.ts';

const data: TestData = { format: 'jsonl', text: '{"a":1,"b":"aaaa"}\n{"a":2,"b":"xyz"}\n' };
const size = 990_000;

/** As often as it fits into a query of the longest kind. */
function filled(part: string, with_ = ''): string {
  return part.repeat(Math.floor((size - with_.length) / part.length)) + with_;
}

interface Failure {
  readonly starts: string;
}

/** How the run ends: with a value that is too long, which is not to be taken for NULL. */
function tooLong(starts: string): Failure {
  return { starts };
}

/** A query, and what is said against it; undefined where it is carried out. */
const cases: readonly [name: string, query: string, refusal: RegExp | Failure | undefined][] = [
  ['parentheses', `${'('.repeat(10_000)}a${')'.repeat(10_000)} > 1`, /nested more than 400 deep/],
  ['parentheses that never close', filled('('), /nested more than 400 deep/],
  ['lists', `${'['.repeat(10_000)}${']'.repeat(10_000)} IS NULL`, /nested more than 400 deep/],
  ['calls', `${'abs('.repeat(10_000)}1${')'.repeat(10_000)} = 1`, /nested more than 400 deep/],
  ['CASE', filled('CASE WHEN '), /nested more than 400 deep/],
  ['NOT', filled('NOT ', 'true'), /nested more than 400 deep/],
  ['signs', filled('- ', '1'), /nested more than 400 deep/],
  ['a sum', filled('1 + ', '1 > 0'), /more than 1,000 operators/],
  ['casts', `1${filled('::text')}`, /more than 1,000 operators/],
  ['a path of keys', `a${filled('.b')}`, /a path can have at most 400 keys/],
  ['a path of places', `a${filled('[1]')}`, /a path can have at most 400 keys/],
  ['many conditions', filled('a = 7 OR ', 'a = 2'), undefined],
  ['a long list', `a IN (${filled('7, ', '2)')}`, undefined],
  ['a long text', `b <> '${filled('x')}'`, undefined],
  ['a long LIKE', `b NOT LIKE '${'%a'.repeat(100_000)}'`, undefined],
  ['white space', `${filled(' ')}a > 1`, undefined],
  ['operators', filled('WHERE true |> ', 'WHERE a > 1'), /at most 500 operators/],
  ['columns', `SELECT ${filled('a, ', 'a')}`, /at most 5,000 columns/],
  [
    'many columns',
    `SELECT ${Array.from({ length: 4999 }, (_, i) => `sum(a${i}) AS b${i}`).join()}, b FROM t GROUP BY b ORDER BY ${Array.from({ length: 4999 }, (_, i) => `b${i}`).join()}`,
    undefined,
  ],
  [
    'many columns in a row',
    `EXTEND ${Array.from({ length: 4999 }, (_, i) => `a + ${i} AS b${i}`).join()} |> RENAME ${Array.from({ length: 4999 }, (_, i) => `b${i} AS c${i}`).join()} |> SET ${Array.from({ length: 999 }, (_, i) => `c${i} = b`).join()}`,
    undefined,
  ],
  ['a regular expression that goes back', "b ~ '(a+)+$' AND b ~ '(.*)(.*)(.*)(.*)(.*)z$|a'", undefined],
  ['one that counts', "b ~ '((a{1,100}){1,100}){1,100}'", /it is too large/],
  ['one that is nested', `b ~ '${'('.repeat(5000)}a${')'.repeat(5000)}'`, /nested too deeply/],
  ['a long one', `b ~ '${'(a|b)'.repeat(100_000)}'`, /it is too large/],
  [
    'texts that double',
    `EXTEND repeat(b, 4000000) AS c |> ${Array.from({ length: 8 }, () => 'EXTEND c || c AS c').join(' |> ')} |> SELECT c IS NULL`,
    tooLong('|| would make more than 268,435,456 characters'),
  ],
  [
    'a replacement that multiplies',
    "EXTEND repeat(b, 5000) AS c |> SELECT regexp_replace(c, '.', c, 'g') AS d |> SELECT length(d)",
    tooLong('regexp_replace would make more than 268,435,456 characters'),
  ],
  [
    'a replacement that repeats a group',
    `EXTEND repeat(b, 700000) AS c |> SELECT regexp_replace(c, '.*', '${'\\0'.repeat(500)}') IS NULL`,
    tooLong('regexp_replace would make more than 268,435,456 characters'),
  ],
  [
    'lists that double',
    `EXTEND [1, 2] AS c |> ${Array.from({ length: 30 }, () => 'EXTEND c || c AS c').join(' |> ')} |> SELECT c IS NULL`,
    tooLong('|| would make more than 16,777,216 items'),
  ],
  [
    'many repetitions of nothing',
    "SELECT repeat('', 1e308), repeat(b, -1e308), lpad(b, 1e308, ''), rpad(b, -1e308, 'x')",
    undefined,
  ],
  [
    'many repetitions',
    'repeat(b, a * 8000000) IS NULL',
    tooLong('repeat would make more than 16,777,216 ch'),
  ],
  ['much padding', "SELECT lpad(b, 1e308, 'xy')", tooLong('lpad would make more than 16,777,216 characters')],
  [
    'much padding on the right',
    "rpad(b, 16777217, 'xy') = ''",
    tooLong('rpad would make more than 16,777,216'),
  ],
  [
    'a text that is put in many times',
    "EXTEND repeat('a', 16000000) AS c |> WHERE replace(c, 'a', repeat(b, 100)) IS NOT NULL",
    tooLong('replace would make more than 268,435,456 characters'),
  ],
  [
    'many arguments',
    `EXTEND repeat('a', 16000000) AS c |> SELECT concat(${Array(17).fill('c').join()}) IS NULL`,
    tooLong('concat would make more than 268,435,456 characters'),
  ],
  [
    'a text of many parts',
    "SELECT string_split(repeat('x', 16777216) || b, '') IS NULL",
    tooLong('string_split would make more than 16,777,216 items'),
  ],
  [
    'values that are joined with a long separator',
    "EXTEND repeat('a', 16000000) AS c |> SELECT concat_ws(c, array_to_string([c, c, c, c, c, c, c, c, c], c), 1) IS NULL",
    tooLong('array_to_string would make more than 268,435,456 characters'),
  ],
  ['more than a megabyte', ' '.repeat(1_000_001), /longer than 1,000,000 characters/],
];

describe('a query that means harm', () => {
  for (const [name, query, refusal] of cases) {
    it(`is refused or carried out: ${name}`, async () => {
      const parsed = parseQuery(query);
      if (refusal instanceof RegExp) {
        assert.ok(!parsed.ok);
        assert.match(parsed.diagnostics[0].message, refusal);
        return;
      }
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.diagnostics[0].message);
      if (refusal === undefined) {
        assert.ok((await run(query, data)).length > 0);
      } else {
        await assert.rejects(
          run(query, data),
          (error) => error instanceof ValueTooLongError && error.message.startsWith(refusal.starts),
        );
      }
    });
  }
});
