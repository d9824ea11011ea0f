import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../../src/engine/fault.ts';
import { Kind } from '../../../src/engine/format/record.ts';
import { formatOf, recognise, recogniseKind } from '../../../src/engine/format/registry.ts';
import { SourceError } from '../../../src/engine/source/source.ts';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import { memorySource } from '../../support/memory.ts';

const { signal } = new AbortController();

/** The fields of each line by name, null where there is nothing; the line's fault where it has none. */
async function read(text: string | Buffer, options: FormatOptions = {}, name = 'x.log'): Promise<unknown[]> {
  const bytes = Buffer.from(text);
  const { format } = await recognise({ ...memorySource(bytes), name }, options, signal);
  assert.ok(format.kind === 'log', `read as ${format.kind}`);
  const scanner = formatOf(format).scanner();
  scanner.reserve(bytes.length).set(bytes);
  const fields = format.columns.map((_, column) => ({ path: [column], numeric: false }));
  const { length } = bytes;
  const block = scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields });
  return Array.from({ length: block.count }, (_, record) => {
    if (block.faults[record] === Fault.Unmatched) return 'unmatched';
    return Object.fromEntries(
      block.fields.flatMap(({ kinds, starts, ends }, column) => {
        if (kinds[record] === Kind.Null) return [];
        return [[format.columns[column], bytes.subarray(starts[record], ends[record]).toString()]];
      }),
    );
  });
}

describe('log lines', () => {
  it('are those of web servers', async () => {
    const lines = [
      '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326',
      '::1 - - [10/Oct/2000:13:55:37 -0700] "POST /é?q=\\"x\\" HTTP/1.1" 503 - "-" "curl \\"8\\""',
      '10.0.0.9 - - [10/Oct/2000:13:55:38 -0700] "\\x16\\x03" 400 226 "http://a/" "x" "10.1.1.1"',
      'stray',
    ];
    assert.deepEqual(await read(lines.join('\r\n')), [
      {
        ...{ host: '127.0.0.1', user: 'frank', time: '10/Oct/2000:13:55:36 -0700', method: 'GET' },
        ...{ path: '/a.gif', protocol: 'HTTP/1.0', status: '200', bytes: '2326' },
      },
      {
        ...{ host: '::1', time: '10/Oct/2000:13:55:37 -0700', request: 'POST /é?q=\\"x\\" HTTP/1.1' },
        ...{ status: '503', agent: 'curl \\"8\\"' },
      },
      {
        ...{ host: '10.0.0.9', time: '10/Oct/2000:13:55:38 -0700', request: '\\x16\\x03', status: '400' },
        ...{ bytes: '226', referrer: 'http://a/', agent: 'x', extra: '"10.1.1.1"' },
      },
      'unmatched',
    ]);
  });

  it('are those of syslog, with times of both kinds', async () => {
    const lines = [
      '<34>Oct  1 22:14:15 mymachine su[42]: failed for lonvick: on /dev/pts/8',
      '2024-05-31T18:30:00.123456+02:00 host kernel: eth0: up',
    ];
    assert.deepEqual(await read(lines.join('\n'), {}, '/var/log/syslog.1'), [
      {
        ...{ priority: '34', time: 'Oct  1 22:14:15', host: 'mymachine', process: 'su', pid: '42' },
        message: 'failed for lonvick: on /dev/pts/8',
      },
      { time: '2024-05-31T18:30:00.123456+02:00', host: 'host', process: 'kernel', message: 'eth0: up' },
    ]);
  });

  it('are those of a time, a level and a message', async () => {
    const lines = [
      '2024-05-31 18:30:00,123 WARN  slow: 3 s',
      '[2024-05-31T18:30:01Z] [error] gone',
      ' at x.y()',
    ];
    assert.deepEqual(await read(lines.join('\n')), [
      { time: '2024-05-31 18:30:00,123', level: 'WARN', message: 'slow: 3 s' },
      { time: '2024-05-31T18:30:01Z', level: 'error', message: 'gone' },
      'unmatched',
    ]);
  });

  it('are taken apart by a pattern of the user, in any file', async () => {
    const options = { pattern: String.raw`(?<key>\w+)=(?:-|(?<value>.*))` };
    assert.deepEqual(await read('a=1\nb=-\n\nc\n', options, 'x.conf'), [
      { key: 'a', value: '1' },
      { key: 'b' },
      'unmatched',
    ]);
  });

  it('match whole lines, also by a pattern of alternatives', async () => {
    assert.deepEqual(await read('a\nab\nb', { pattern: '(?<x>a)|b' }), [{ x: 'a' }, 'unmatched', {}]);
  });

  it('take time in proportion to their length, whatever the pattern', async () => {
    const line = 'x'.repeat(100_000);
    const text = `${line}\r\n${line}y\r\n`;
    assert.deepEqual(await read(text, { pattern: '(?<a>(x+x+)+)y' }), ['unmatched', { a: line }]);
  });

  it('hold a CR that does not end them', async () => {
    const options = { pattern: '(?<a>[^;]*);(?<b>.*)$' };
    assert.deepEqual(await read('a\r;b\r\r\nc;d\r', options), [
      { a: 'a\r', b: 'b\r' },
      { a: 'c', b: 'd\r' },
    ]);
  });

  it('have of a group in a repetition what its last round took', async () => {
    const options = { pattern: '(?:(?<a>a)|(?<b>b))+(?<rest>c*)?' };
    assert.deepEqual(await read('ab\nba\nbac\n', options), [{ b: 'b' }, { a: 'a' }, { a: 'a', rest: 'c' }]);
  });

  it('are refused by a pattern that is none, in words', async () => {
    const refused = async (pattern: string): Promise<string> =>
      read('a', { pattern }).then(
        () => 'read',
        (error: unknown) => (error instanceof SourceError ? error.message : String(error)),
      );
    assert.equal(await refused('(?<a>b'), 'Invalid regular expression: a group is not closed.');
    assert.equal(
      await refused('(?<a>.*)(?=b)b'),
      'Invalid regular expression: look-ahead such as (?= is not supported: patterns are matched in linear time.',
    );
    assert.equal(
      await refused('(?<a>.)\\k<a>'),
      'Invalid regular expression: back references such as \\k are not supported: patterns are matched in linear time.',
    );
    assert.match(
      await refused('(a)'),
      /^The pattern has no named groups .* is not one of combined, syslog, /,
    );
    await assert.rejects(read('a', { format: 'log' }), /x\.log: no known pattern matches its lines\./);
  });

  it('are recognised by name and content together', () => {
    const kindOf = (name: string, text: string) => recogniseKind(name, Buffer.from(text), true).kind;
    const line = '2024-05-31T18:30:00Z INFO started\n';
    assert.equal(kindOf('app.log', line), 'log');
    assert.equal(kindOf('app.log.1.gz', line), 'log');
    assert.equal(kindOf('https://example.org/app.log?x=1', line), 'log');
    assert.equal(kindOf('app.txt', line), 'csv', 'the name says nothing of a log');
    assert.equal(kindOf('app.log', '{"a":1}\n'), 'jsonl');
    assert.equal(kindOf('app.log', 'a b c\n1 2 3\n'), 'csv', 'no pattern matches');
  });

  it('have the fields that splitting finds, whatever characters they hold', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
      .filter((x) => !/[\s;\uFEFF]/u.test(x));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 6 }), async (rows) => {
        const lines = rows.map(([a, b]) => `${a};${b}`);
        const found = await read(lines.join('\n'), { pattern: '(?<a>[^;]*);(?<b>[^;]*)' });
        assert.deepEqual(
          found,
          rows.map(([a, b]) => ({ a, b })),
        );
      }),
    );
  });

  it('that are not UTF-8 are odd and keep their bytes', () => {
    const bytes = Buffer.from('a=\xe9\nb=\xc3\xa9\n', 'latin1');
    const spec = { kind: 'log', name: undefined, pattern: '(?<k>.)=(?<v>.*)', columns: ['k', 'v'] } as const;
    const scanner = formatOf(spec).scanner();
    scanner.reserve(bytes.length).set(bytes);
    const fields = [{ path: [1], numeric: false }];
    const { length } = bytes;
    const block = scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields });
    assert.deepEqual([...block.faults], [Fault.FieldNotUtf8, Fault.None]);
    assert.deepEqual([...block.fields[0].kinds], [Kind.IllFormedText, Kind.Text]);
    assert.deepEqual([...block.fields[0].ends], [3, 8]);
  });
});
