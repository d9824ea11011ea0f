import assert from 'node:assert/strict';
import fc from 'fast-check';
import { run, type TestData } from '../stage/run.ts';
import { runs } from '../../support/long.ts';

/** JSON texts of values of every kind, with all that makes reading them from their bytes hard. */
const value = fc.oneof(
  fc.constantFrom(
    'null', 'true', 'false', '0', '-0', '5', '5.0', '5e0', '0.5', '-3', '9007199254740993', '1e400', '-1e400', '1e-400', '0.1000000000000000055',
    '"5"', '" 5 "', '"05"', '"5x"', '"\\u0035"', '""', '"a"', '"b"', '"ab"', '"a\\u0062"', '"A"', '"a%b"', '"é"', '"\\ud83d\\ude00"', '"\\ud83d"', '"true"',
    '"TRUE"', '"x\\ny"', '[5]', '[]', '{"a":5}', '"2024-05-31"', '"2024-05-31T12:00:00Z"', '"2024-05-31 12:00:00.5"', '"2024-05-31T12:00:00.0005Z"',
    '"2024-05-31T14:00:00+02:00"', '"2024-05-31T12:00"', '"2024-02-30T12:00:00Z"', '"2024-05-31T25:00:00Z"', '"2024-05-31T12:00:00.Z"', '1717156800', '1717156800000', '"1717156800"', '"1717156800000"',
  ), // prettier-ignore
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.string().map((text) => JSON.stringify(text)),
);

const literal = fc.constantFrom(
  '5', '0', '-3', '0.5', '9007199254740992', '9007199254740993', '1e400', '0.1', "'5'", "'a'", "'ab'", "''", "'é'", "'b'", 'true', 'false', 'NULL',
  "TIMESTAMP '2024-05-31 12:00:00'", "DATE '2024-05-31'", "TIMESTAMP '2024-05-31 12:00:00.0005'", "'2024-05-31'",
); // prettier-ignore

const condition = fc
  .tuple(
    fc.constantFrom('', 'NOT '),
    literal,
    literal,
    fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
    fc.nat(11),
  )
  .map(([not, a, b, operator, form]) => {
    const forms = [
      `v ${operator} ${a}`,
      `${a} ${operator} v`,
      `v BETWEEN ${a} AND ${b}`,
      `v ${not}IN (${a}, ${b})`,
      `v IN (${a})`,
      `v ${not}LIKE '%a%'`,
      `v LIKE 'a%' OR v LIKE '%b'`,
      `v ${not}LIKE '_'`,
      `v ${operator} ${a} AND v ${not}BETWEEN ${b} AND ${a}`,
      `(v = ${a} OR v > ${b}) IS ${not}NULL`,
      `v ~ '[ab5]' AND v !~ 'x'`,
      `v IS ${not}DISTINCT FROM ${a} OR v IS ${not}NULL`,
    ];
    return `${not}(${forms[form]})`;
  });

describe('a condition on raw fields', () => {
  it('takes the records for which its value is true', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(value), { maxLength: 12 }), condition, async (values, text) => {
        const lines = values.map((json, id) => (json === null ? `{"id":${id}}` : `{"id":${id},"v":${json}}`));
        const data: TestData = { format: 'jsonl', text: lines.join('\n') };
        const taken = (await run(`WHERE ${text} |> SELECT id`, data)).map(
          (row) => JSON.parse(row) as { id: number },
        );
        const all = await run(`SELECT id, (${text}) AS c`, data);
        const expected = all
          .map((row) => JSON.parse(row) as { id: number; c: unknown })
          .filter(({ c }) => c === true);
        assert.deepEqual(
          taken.map(({ id }) => id),
          expected.map(({ id }) => id),
          text,
        );
      }),
      { numRuns: runs(500, 20_000) },
    );
  });
});
