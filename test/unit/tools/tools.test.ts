import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolBench } from '../../support/tools.ts';

const count = 5000;
const countries = ['DE', 'FR', 'IT'];

function record(n: number): object {
  return {
    id: n,
    status: n % 7 === 0 ? 503 : 200,
    user: { name: `u${n}`, country: countries[n % 3] },
    ts: new Date(1.7e12 + n * 1000).toISOString(),
    tags: ['a', 'b'],
    ...(n % 10 === 0 && { extra: n / 10 }),
  };
}

const jsonl = `${Array.from({ length: count }, (_, n) => JSON.stringify(record(n))).join('\n')}\n{bad\n`;
const csv = 'id,name,"odd name"\n1,ann,007\n2,bob\n3,cy,1.5\n';

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (told: Record<string, unknown>, name = 'rows'): Row[] => told[name] as Row[];

describe('tools', () => {
  let bench: ToolBench;

  before(async () => {
    bench = await ToolBench.start();
    await bench.write('events.jsonl', jsonl);
    await bench.write('people.csv', csv);
  });
  after(() => bench.close());

  describe('describe_file', () => {
    it('says format, size, records, columns with types, shares of NULL and examples', async () => {
      const told = await bench.told('describe_file', { path: 'events.jsonl' });
      const { format, size, records, records_exact: exact, malformed, sampled } = told;
      assert.deepEqual(
        { format, size, records, exact, malformed, sampled },
        {
          format: 'jsonl',
          size: Buffer.byteLength(jsonl),
          records: count + 1,
          exact: true,
          malformed: 1,
          sampled: 1000,
        },
      );
      assert.deepEqual(rowsOf(told, 'columns').slice(0, 4), [
        { name: 'id', type: 'number', null_share: 0, examples: ['0', '1', '2'] },
        { name: 'status', type: 'number', null_share: 0, examples: ['200', '503'] },
        { name: 'user.name', type: 'text', null_share: 0, examples: ['u0', 'u1', 'u2'] },
        { name: 'user.country', type: 'text', null_share: 0, examples: ['DE', 'FR', 'IT'] },
      ]);
      assert.deepEqual(rowsOf(told, 'columns').at(-1), {
        name: 'extra',
        type: 'number',
        null_share: 0.9,
        examples: ['0', '1', '2'],
      });
      assert.equal(rowsOf(told, 'problems')[0].line, count + 1);
      assert.match(String(told.certainty), /^high/);
    });

    it('says of which columns it is not known how their numbers or dates are written', async () => {
      await bench.write('open.csv', 'sum;day\n1,234;01/02/2024\n12,500;03/02/2024\n');
      const { doubts, ...told } = await bench.told('describe_file', { path: 'open.csv' });
      assert.deepEqual(doubts, [
        'sum is read as text: 1,234 can be 1.234 or 1234. Set read_as.decimal = "," or read_as.decimal = ".".',
        'day is read as text: 01/02/2024 can be 2024-02-01 or 2024-01-02. Set read_as.dates = "dmy" or read_as.dates = "mdy".',
      ]);
      assert.equal(told.format, 'csv');
      const clear = await bench.told('describe_file', { path: 'people.csv' });
      assert.deepEqual(clear.doubts, []);
    });

    it('says how sure the reading is', async () => {
      await bench.write('unsure.csv', 'just some words\nand more of them\nwithout any table\n');
      assert.match(
        String((await bench.told('describe_file', { path: 'unsure.csv' })).certainty),
        /^(?:medium|low)/,
      );
      await bench.write('service.log', '2024-05-31 18:30:00 INFO started\n2024-05-31 18:30:01 WARN slow\n');
      const log = await bench.told('describe_file', {
        path: 'service.log',
        read_as: { format: 'log', pattern: '(?<ts>\\S+ \\S+) (?<level>\\w+) (?<message>.*)' },
      });
      assert.match(String(log.certainty), /^medium: lines were split/);
    });

    it('reads a table otherwise where the call says so', async () => {
      const told = await bench.told('describe_file', { path: 'people.csv', read_as: { header_rows: 0 } });
      assert.equal(told.records, 4);
      const usual = await bench.told('describe_file', { path: 'people.csv' });
      assert.equal(usual.records, 3);
      assert.deepEqual(
        rowsOf(usual, 'columns').map(({ name }) => name),
        ['id', 'name', '"odd name"'],
      );
    });
  });

  describe('query_file', () => {
    it('pages through rows with a cursor, without gaps or repetitions', async () => {
      const seen: unknown[] = [];
      let cursor: unknown;
      do {
        const input = {
          path: 'events.jsonl',
          query: 'status >= 500',
          max_rows: 200,
          ...(cursor ? { cursor } : {}),
        };
        const told = await bench.told('query_file', input);
        assert.equal(told.total, 715);
        assert.equal(told.first, seen.length + 1);
        seen.push(...rowsOf(told).map(({ id }) => id));
        assert.equal(told.last, seen.length);
        cursor = told.cursor;
      } while (cursor !== undefined);
      assert.deepEqual(
        seen,
        Array.from({ length: 715 }, (_, n) => n * 7),
      );
    });

    it('pages through groups and sorted rows', async () => {
      const query = '|> SELECT id ORDER BY id DESC';
      const first = await bench.told('query_file', { path: 'events.jsonl', query, max_rows: 2 });
      assert.deepEqual(rowsOf(first), [{ id: 4999 }, { id: 4998 }]);
      const second = await bench.told('query_file', {
        path: 'events.jsonl',
        query,
        max_rows: 2,
        cursor: first.cursor,
      });
      assert.deepEqual(rowsOf(second), [{ id: 4997 }, { id: 4996 }]);
    });

    it('warns of a total that is counted in, at the first query', async () => {
      await bench.write('total.csv', 'region,n,v\nNorth,1,10\nSouth,2,20\nTotal,,30\n');
      const { warnings } = await bench.told('query_file', { path: 'total.csv', query: 'SELECT sum(v) AS s' });
      assert.deepEqual(warnings, [
        "the last record is a total: Total in region. It is counted in as well; leave it out with WHERE region IS DISTINCT FROM 'Total'",
      ]);
    });

    it('says in words which rows are shown, and how to go on', async () => {
      const { text } = await bench.ask('query_file', { path: 'events.jsonl', query: '', max_rows: 40 });
      assert.match(
        text,
        /^events\.jsonl: rows 1-\d+ of 5,00[01]\. .* read in \d+\.\d\d s, 1 malformed record\.$/m,
      );
      assert.match(text, /^For the next rows: cursor "\d+-0-[0-9a-f]{10}"\.$/m);
    });

    it('says how much was read, how much the index could skip, and how many records are malformed', async () => {
      const query = '|> AGGREGATE count(*) AS n';
      const told = await bench.told('query_file', { path: 'events.jsonl', query });
      const { bytes_read: read, bytes_skipped: skipped, records_read: records, malformed } = told;
      assert.deepEqual(
        { read, skipped, records, malformed, complete: told.complete, share: told.share_read },
        {
          read: Buffer.byteLength(jsonl),
          skipped: 0,
          records: count + 1,
          malformed: 1,
          complete: true,
          share: 1,
        },
      );
      const line = (n: number): string => `{"n":${n},"text":"${'x'.repeat(1000)}"}\n`;
      await bench.write('ordered.jsonl', Array.from({ length: 20_000 }, (_, n) => line(n)).join(''));
      const ask = () => bench.ask('query_file', { path: 'ordered.jsonl', query: 'n < 3 |> SELECT n' });
      await bench.told('query_file', { path: 'ordered.jsonl', query: 'n < 2 |> SELECT n' });
      const { text, structured } = await ask();
      assert.equal(structured?.total, 3);
      assert.ok(Number(structured.bytes_skipped) > Number(structured.bytes_read), text);
      assert.match(text, /skipped by the index/);
      assert.equal(structured.complete, true);
    });

    it('takes classic SQL', async () => {
      const query =
        'SELECT user.country AS c, count(*) AS n FROM data WHERE status = 503 GROUP BY c ORDER BY n DESC, c LIMIT 2';
      const told = await bench.told('query_file', { path: 'events.jsonl', query });
      assert.deepEqual(rowsOf(told), [
        { c: 'DE', n: 239 },
        { c: 'FR', n: 238 },
      ]);
    });

    it('keeps numbers as the file has them, and says which texts are none', async () => {
      await bench.write('numbers.jsonl', '{"a":12345678901234567890,"b":1.10,"c":{"d":[1,null]},"e":null}\n');
      const { text, structured } = await bench.ask('query_file', { path: 'numbers.jsonl', query: '' });
      assert.match(text, /^\{"_record":1,"a":12345678901234567890,"b":1\.10,"c\.d":\[1,null\],"e":null\}$/m);
      assert.deepEqual(rowsOf(structured ?? {}), [
        { _record: 1, a: '12345678901234567890', b: '1.10', 'c.d': [1, null], e: null },
      ]);
      const table = await bench.told('query_file', { path: 'people.csv', query: '' });
      assert.deepEqual(rowsOf(table)[0], { _record: 1, id: 1, name: 'ann', 'odd name': '007' });
    });

    it('refuses a cursor of another query', async () => {
      const { cursor } = await bench.told('query_file', { path: 'events.jsonl', query: '', max_rows: 1 });
      const { failed, text } = await bench.ask('query_file', {
        path: 'events.jsonl',
        query: 'id > 5',
        cursor,
      });
      assert.ok(failed);
      assert.match(text, /cursor belongs to a call with other arguments/);
    });

    it('names the columns where one is unknown: as an error in a table, as a warning in JSON', async () => {
      const table = await bench.ask('query_file', { path: 'people.csv', query: 'nmae = 1' });
      assert.ok(table.failed);
      assert.match(
        table.text,
        /unknown column nmae.*did you mean name\?.* The columns are id, name, "odd name"/,
      );
      const json = await bench.ask('query_file', { path: 'events.jsonl', query: 'stauts >= 500' });
      assert.ok(!json.failed);
      assert.match(json.text, /Warning: unknown column stauts .*The columns are id, status, /);
    });

    it('says where a query is wrong, and where the language is described', async () => {
      const { failed, text } = await bench.ask('query_file', { path: 'events.jsonl', query: 'status >>= 5' });
      assert.ok(failed);
      assert.match(text, /not valid, at character 9: .*\nexplain_query with reference/);
    });

    it('answers anew when the file has changed', async () => {
      const path = await bench.write('grows.jsonl', '{"a":1}\n');
      assert.equal((await bench.told('query_file', { path, query: 'a > 0' })).total, 1);
      await writeFile(path, '{"a":1}\n{"a":2}\n');
      assert.equal((await bench.told('query_file', { path, query: 'a > 0' })).total, 2);
    });

    it('answers what was found when the time is over, and how much of the file that is of', async () => {
      const line = `${JSON.stringify({ a: 1, text: 'x'.repeat(1000) })}\n`;
      await bench.write('long.jsonl', line.repeat(30_000));
      const slow = { path: 'long.jsonl', time_limit_seconds: 0.01 };
      for (const query of [
        "text ~ 'x*y'",
        "text ~ 'x+' |> AGGREGATE count(*) AS n",
        '|> SELECT a ORDER BY a',
      ]) {
        const told = await bench.told('query_file', { ...slow, query });
        assert.equal(told.complete, false, query);
        assert.ok(Number(told.share_read) < 1, query);
      }
      const { text } = await bench.ask('query_file', { ...slow, query: "text ~ 'x+z'" });
      assert.match(text, /time limit was reached: this covers .* of the file/);
      const whole = await bench.told('query_file', {
        path: 'long.jsonl',
        query: '|> AGGREGATE count(*) AS n',
      });
      assert.deepEqual([whole.complete, rowsOf(whole)], [true, [{ n: 30_000 }]]);
    });
  });

  it('answer what was found when the time is over, whichever tool reads', async () => {
    const limited = { path: 'long.jsonl', time_limit_seconds: 0.01, read_as: { format: 'jsonl' } };
    for (const [name, input] of [
      ['find_text', { text: 'no such text' }],
      ['profile_column', { column: 'text' }],
      ['validate_file', {}],
      ['get_records', { sample: 3 }],
    ] as const) {
      // Nothing is known of the file yet, whatever was asked before.
      await bench.write('long.jsonl', `${JSON.stringify({ name, text: 'x'.repeat(1000) })}\n`.repeat(60_000));
      const { text, structured } = await bench.ask(name, { ...limited, ...input });
      assert.equal(structured?.complete, false, name);
      assert.ok(Number(structured.share_read) < 1, name);
      assert.match(text, /time limit/, name);
    }
    const late = await bench.ask('get_records', { ...limited, first: 60_000 });
    assert.ok(late.failed || Number(late.structured?.last) === 60_000);
  });

  describe('get_records', () => {
    it('shows records by number', async () => {
      const told = await bench.told('get_records', { path: 'events.jsonl', first: 4999, count: 5 });
      assert.deepEqual(
        rowsOf(told).map(({ _record, id, _error }) => [_record, id, typeof _error]),
        [
          [4999, 4998, 'undefined'],
          [5000, 4999, 'undefined'],
          [5001, undefined, 'string'],
        ],
      );
      assert.equal(rowsOf(told)[2]._text, '{bad');
    });

    it('shows the record at a byte', async () => {
      const offset = jsonl.indexOf('{"id":100,');
      const told = await bench.told('get_records', { path: 'events.jsonl', offset, count: 1 });
      assert.equal(rowsOf(told)[0].id, 100);
      // The last byte of a record is still of it.
      const before = await bench.told('get_records', { path: 'events.jsonl', offset: offset - 1, count: 1 });
      assert.equal(rowsOf(before)[0].id, 99);
    });

    it('reads on to records in later blocks, and over the end of one', async () => {
      const [total, length, block] = [6000, 1000, 2 ** 20];
      const lines = Array.from(
        { length: total },
        (_, n) => `${`{"n":${n},"text":"`.padEnd(length - 3, 'x')}"}\n`,
      );
      const overEnd = Math.floor(block / length) - 1;
      for (const first of [overEnd, total / 2, total - 1]) {
        // Of each nothing is known before.
        const path = `blocks${first}.jsonl`;
        await bench.write(path, lines.join(''));
        const told = await bench.told('get_records', { path, first, count: 5 });
        const numbers = rowsOf(told).map(({ n }) => n);
        assert.deepEqual(
          numbers,
          [0, 1, 2, 3, 4].map((n) => first - 1 + n).filter((n) => n < total),
        );
      }
    });

    it('chooses the same sample for the same seed, from all of the file', async () => {
      const ids = async (seed: number): Promise<unknown[]> =>
        rowsOf(await bench.told('get_records', { path: 'events.jsonl', sample: 10, seed })).map(
          ({ id }) => id,
        );
      const first = await ids(1);
      assert.equal(first.length, 10);
      assert.deepEqual(await ids(1), first);
      assert.notDeepEqual(await ids(2), first);
    });

    it('says how many there are where one does not exist', async () => {
      const { failed, text } = await bench.ask('get_records', { path: 'events.jsonl', first: 9000 });
      assert.ok(failed);
      assert.match(text, /no record 9,000\. The file has 5,001 records\./);
    });
  });

  describe('find_text', () => {
    it('is told what to find', async () => {
      await bench.write('any.jsonl', '{"a":1}\n');
      const { text } = await bench.ask('find_text', { path: 'any.jsonl', text: '' });
      assert.match(text, /text must not be empty/);
    });

    it('finds records with what stands around, and goes on with a cursor', async () => {
      const all: unknown[] = [];
      let cursor: unknown;
      do {
        const told = await bench.told('find_text', {
          path: 'events.jsonl',
          text: 'U499',
          count: 4,
          ...(cursor ? { cursor } : {}),
        });
        assert.equal(told.total, 11);
        for (const { record, text, offset, column } of rowsOf(told, 'matches')) {
          assert.equal(column, 'user.name');
          all.push(record);
          assert.ok(String(text).startsWith('u499'), String(text));
          assert.ok(jsonl.slice(Number(offset)).startsWith(`{"id":${Number(record) - 1},`));
        }
        cursor = told.cursor;
      } while (cursor !== undefined);
      assert.deepEqual(all, [500, ...Array.from({ length: 10 }, (_, n) => 4991 + n)]);
    });

    it('looks in values, however they are written, and not at names', async () => {
      await bench.write(
        'escaped.jsonl',
        '{"n":"M\\u00fcller","at":"C:\\\\temp"}\n{"n":"a","l":["n"]}\n{"n":\n',
      );
      const found = async (text: string): Promise<unknown[]> => {
        const told = await bench.told('find_text', { path: 'escaped.jsonl', text });
        return rowsOf(told, 'matches').map(({ record, column, text }) => [record, column, text]);
      };
      assert.deepEqual(await found('m\u00dcller'), [[1, 'n', 'M\u00fcller']]);
      assert.deepEqual(await found(':\\t'), [[1, 'at', 'C:\\temp']]);
      assert.deepEqual(await found('"n"'), [
        [2, 'l', '["n"]'],
        [3, undefined, '{"n":'],
      ]);
      assert.deepEqual(await found('u00fc'), []);
    });

    it('heeds letter case where it is asked to', async () => {
      const input = { path: 'events.jsonl', text: 'U4999' };
      assert.equal((await bench.told('find_text', input)).total, 1);
      assert.equal((await bench.told('find_text', { ...input, match_case: true })).total, 0);
    });
  });

  describe('profile_column', () => {
    it('says what a column holds', async () => {
      const told = await bench.told('profile_column', { path: 'events.jsonl', column: 'user.country' });
      assert.deepEqual(told.kinds, { text: count, malformed: 1 });
      assert.deepEqual(told.distinct, { count: 3, exact: true });
      assert.deepEqual(rowsOf(told, 'top')[0], { value: 'DE', count: 1667 });
    });

    it('takes a condition', async () => {
      const told = await bench.told('profile_column', {
        path: 'events.jsonl',
        column: 'id',
        where: 'status = 503 AND id < 100',
      });
      const { min, max, sum } = told.numbers as Row;
      assert.deepEqual([told.records, min, max, sum], [15, '0', '98', '735']);
    });

    it('takes no query that makes other rows', async () => {
      const { failed, text } = await bench.ask('profile_column', {
        path: 'events.jsonl',
        column: 'id',
        where: '|> AGGREGATE count(*) AS id',
      });
      assert.ok(failed);
      assert.match(text, /where must be a condition on records\..*DESCRIBE/);
    });

    it('lists the columns where there is none of that name', async () => {
      const { failed, text } = await bench.ask('profile_column', { path: 'people.csv', column: 'age' });
      assert.ok(failed);
      assert.equal(text, 'Unknown column age. The columns are id, name, "odd name".');
    });
  });

  describe('explain_query', () => {
    it('checks a query without running it', async () => {
      const told = await bench.told('explain_query', {
        path: 'people.csv',
        query: "name = 'ann' |> SELECT id, name AS who",
      });
      assert.deepEqual([told.valid, told.columns, told.problems], [true, ['id', 'who'], []]);
      assert.match(String(told.duckdb), /read_csv/);
      const wrong = await bench.told('explain_query', { query: 'a >' });
      assert.equal(wrong.valid, false);
      assert.equal(rowsOf(wrong, 'problems')[0].severity, 'error');
    });

    it('has the reference of the language', async () => {
      const { reference } = await bench.told('explain_query', { reference: true });
      assert.match(String(reference), /AGGREGATE agg.*date_trunc/s);
    });
  });

  describe('validate_file', () => {
    it('lists malformed records by reason, and columns of several types', async () => {
      await bench.write(
        'mixed.jsonl',
        `${Array.from({ length: 200 }, (_, n) => `{"a":${n === 7 ? '"seven"' : n}${n === 3 ? ',"once":1' : ''}}`).join('\n')}\nnope\n`,
      );
      const told = await bench.told('validate_file', { path: 'mixed.jsonl' });
      const { valid, records, malformed, complete } = told;
      assert.deepEqual(
        { valid, records, malformed, complete },
        { valid: false, records: 201, malformed: 1, complete: true },
      );
      assert.deepEqual(rowsOf(told, 'mixed_columns'), [{ column: 'a', number: 199, text: 1 }]);
      assert.deepEqual(rowsOf(told, 'rare_columns'), [{ column: 'once', filled: 1 }]);
      assert.deepEqual(
        rowsOf(told, 'examples').map(({ record, text }) => [record, text]),
        [[201, 'nope']],
      );
      assert.equal(rowsOf(told, 'reasons')[0].count, 1);
    });

    it('says how many malformed records are counted by reason, where that is not all of them', async () => {
      await bench.write('bad.jsonl', 'x\n'.repeat(20_001));
      const { text, structured } = await bench.ask('validate_file', { path: 'bad.jsonl' });
      assert.equal(structured?.malformed, 20_001);
      assert.equal(rowsOf(structured, 'reasons')[0].count, 20_000);
      assert.match(text, /^The reasons are counted in the first 20,000 malformed records\.$/m);
      assert.doesNotMatch(
        (await bench.ask('validate_file', { path: 'mixed.jsonl' })).text,
        /The reasons are/,
      );
    });

    it('finds nothing wrong in a good file', async () => {
      await bench.write('good.jsonl', '{"a":1}\n{"a":2}\n');
      const told = await bench.told('validate_file', { path: 'good.jsonl' });
      assert.equal(told.valid, true);
    });
  });

  describe('export_subset', () => {
    it('writes a new file, whole and exact', async () => {
      const target = 'errors.csv';
      const query = 'status = 503 |> SELECT id, user.country AS c |> LIMIT 2';
      const told = await bench.told('export_subset', { path: 'events.jsonl', query, target });
      assert.deepEqual([told.rows, told.target], [2, join(bench.folder, target)]);
      assert.equal(await readFile(join(bench.folder, target), 'utf8'), 'id,c\r\n0,DE\r\n7,FR\r\n');
    });

    it('replaces nothing', async () => {
      const before = await readFile(join(bench.folder, 'people.csv'), 'utf8');
      const { failed, text } = await bench.ask('export_subset', {
        path: 'events.jsonl',
        query: '',
        target: 'people.csv',
      });
      assert.ok(failed);
      assert.match(text, /already exists/);
      assert.equal(await readFile(join(bench.folder, 'people.csv'), 'utf8'), before);
    });

    it('writes nothing that nobody has agreed to', async () => {
      const input = { path: 'events.jsonl', query: '', target: 'new.jsonl' };
      const { failed } = await bench.ask('export_subset', input, { scope: { mayWrite: false } });
      assert.ok(failed);
      await assert.rejects(readFile(join(bench.folder, 'new.jsonl')), { code: 'ENOENT' });
    });
  });

  it('says what is wrong with arguments, all at once', async () => {
    const { failed, text } = await bench.ask('query_file', { pth: 1, query: 5, max_rows: 0 });
    assert.ok(failed);
    assert.match(
      text,
      /Unknown argument pth\..*\npath is missing: .*\nquery must be a string\.\nmax_rows must be a whole number from 1 to 1000\./s,
    );
  });
});
