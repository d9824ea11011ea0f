import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { Fault } from '../../../src/engine/fault.ts';
import { logPatterns } from '../../../src/engine/format/log/patterns.ts';
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

  /** A line of each kind of log that is recognised, and its parts. */
  const kinds: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
    [
      'combined',
      '203.0.113.9, 10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "curl/8"',
      {
        ...{ host: '203.0.113.9, 10.0.0.1', time: '10/Oct/2000:13:55:36 -0700', method: 'GET', path: '/' },
        ...{ protocol: 'HTTP/1.1', status: '200', bytes: '5', agent: 'curl/8' },
      },
    ],
    [
      'vhost',
      'example.com:443 ::1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 404 -',
      {
        ...{ vhost: 'example.com:443', host: '::1', time: '10/Oct/2000:13:55:36 -0700', method: 'GET' },
        ...{ path: '/', protocol: 'HTTP/1.1', status: '404' },
      },
    ],
    [
      'python',
      '2026-01-02 03:04:05,123 - app.db - WARNING - slow: 3 s',
      { time: '2026-01-02 03:04:05,123', logger: 'app.db', level: 'WARNING', message: 'slow: 3 s' },
    ],
    [
      'python',
      '2026-01-02 03:04:05,123 - INFO - up - and running',
      { time: '2026-01-02 03:04:05,123', level: 'INFO', message: 'up - and running' },
    ],
    ['python-basic', 'WARNING:root:disk: full', { level: 'WARNING', logger: 'root', message: 'disk: full' }],
    [
      'loguru',
      '2026-01-02 03:04:05.123 | INFO     | app.main:run:12 - up',
      { time: '2026-01-02 03:04:05.123', level: 'INFO', place: 'app.main:run:12', message: 'up' },
    ],
    [
      'spring',
      '2026-01-02T03:04:05.123+01:00  INFO 4711 --- [shop] [           main] c.e.shop.App                 : Started: 2 s',
      {
        ...{ time: '2026-01-02T03:04:05.123+01:00', level: 'INFO', pid: '4711', thread: 'main' },
        ...{ logger: 'c.e.shop.App', message: 'Started: 2 s' },
      },
    ],
    [
      'logback',
      '03:04:05.123 [http-nio-8080-exec-1] ERROR c.e.Orders - failed: x',
      {
        ...{ time: '03:04:05.123', thread: 'http-nio-8080-exec-1', level: 'ERROR', logger: 'c.e.Orders' },
        message: 'failed: x',
      },
    ],
    [
      'threads',
      '[2026-01-02 03:04:05 +0000] [1234] [INFO] Booting worker with pid: 1234',
      {
        ...{ time: '2026-01-02 03:04:05 +0000', thread: '1234', level: 'INFO' },
        message: 'Booting worker with pid: 1234',
      },
    ],
    [
      'monolog',
      '[2026-01-02 03:04:05] production.ERROR: No such user {"id":5} []',
      {
        ...{ time: '2026-01-02 03:04:05', channel: 'production', level: 'ERROR' },
        message: 'No such user {"id":5} []',
      },
    ],
    [
      'ruby',
      'I, [2026-01-02T03:04:05.123456 #4711]  INFO -- : Started GET "/"',
      {
        ...{ time: '2026-01-02T03:04:05.123456', pid: '4711', level: 'INFO', program: '' },
        message: 'Started GET "/"',
      },
    ],
    [
      'rust',
      '[2026-01-02T03:04:05Z INFO  shop::orders] up',
      { time: '2026-01-02T03:04:05Z', level: 'INFO', module: 'shop::orders', message: 'up' },
    ],
    [
      'cri',
      '2026-01-02T03:04:05.123456789Z stderr F [error] x: y',
      { time: '2026-01-02T03:04:05.123456789Z', stream: 'stderr', tag: 'F', message: '[error] x: y' },
    ],
    [
      'klog',
      'I0102 03:04:05.123456       1 server.go:42] up: 1',
      { level: 'I', time: '0102 03:04:05.123456', thread: '1', file: 'server.go:42', message: 'up: 1' },
    ],
    [
      'nginx-error',
      '2026/01/02 03:04:05 [error] 31#32: *7 open() "/x" failed (2: No such file), client: 10.0.0.1',
      {
        ...{ time: '2026/01/02 03:04:05', level: 'error', pid: '31', tid: '32', connection: '7' },
        message: 'open() "/x" failed (2: No such file), client: 10.0.0.1',
      },
    ],
    [
      'apache-error',
      '[Fri Jan 02 03:04:05.123456 2026] [core:error] [pid 12:tid 34] [client 10.0.0.1:5] AH00128: gone: /x',
      {
        ...{ time: 'Fri Jan 02 03:04:05.123456 2026', module: 'core', level: 'error', pid: '12', tid: '34' },
        ...{ client: '10.0.0.1:5', message: 'AH00128: gone: /x' },
      },
    ],
    [
      'go',
      '2026/01/02 03:04:05 main.go:12: up: 1',
      { time: '2026/01/02 03:04:05', file: 'main.go:12', message: 'up: 1' },
    ],
    [
      'postgresql',
      '2026-01-02 03:04:05.123 UTC [77] app@shop ERROR:  relation "x" does not exist at character 15',
      {
        ...{ time: '2026-01-02 03:04:05.123', zone: 'UTC', pid: '77', user: 'app', database: 'shop' },
        ...{ level: 'ERROR', message: 'relation "x" does not exist at character 15' },
      },
    ],
    [
      'mysql',
      '2026-01-02T03:04:05.123456Z 0 [System] [MY-010116] [Server] starting as process 1',
      {
        ...{ time: '2026-01-02T03:04:05.123456Z', thread: '0', level: 'System', code: 'MY-010116' },
        ...{ subsystem: 'Server', message: 'starting as process 1' },
      },
    ],
    [
      'cbs',
      '2026-01-02 03:04:05, Info                  CBS    Session: 1 initialized',
      { time: '2026-01-02 03:04:05', level: 'Info', program: 'CBS', message: 'Session: 1 initialized' },
    ],
    [
      'logcat',
      '01-02 03:04:05.123  1234  5678 W ActivityManager: Slow: 3 s',
      {
        ...{ time: '01-02 03:04:05.123', pid: '1234', tid: '5678', level: 'W', tag: 'ActivityManager' },
        message: 'Slow: 3 s',
      },
    ],
    [
      'redis',
      '1:M 02 Jan 2026 03:04:05.123 * Ready to accept connections',
      {
        ...{ pid: '1', role: 'M', time: '02 Jan 2026 03:04:05.123', level: '*' },
        message: 'Ready to accept connections',
      },
    ],
    [
      'prometheus',
      'http_requests_total{method="post",path="/a}\\"b"} 1.027e+03 1395066363000',
      {
        ...{ metric: 'http_requests_total', labels: 'method="post",path="/a}\\"b"' },
        ...{ value: '1.027e+03', timestamp: '1395066363000' },
      },
    ],
    ['prometheus', '# TYPE up gauge', { comment: 'TYPE up gauge' }],
    ['prometheus', 'go_goroutines +Inf', { metric: 'go_goroutines', value: '+Inf' }],
    [
      'levels',
      '2026-01-02 03:04:05,123 [INFO] worker-3: text',
      { time: '2026-01-02 03:04:05,123', level: 'INFO', message: 'worker-3: text' },
    ],
    [
      'levels',
      '2026-01-02 03:04:05.123 +01:00 [INF] worker: text',
      { time: '2026-01-02 03:04:05.123 +01:00', level: 'INF', message: 'worker: text' },
    ],
    [
      'rfc5424',
      '<34>1 2026-01-02T03:04:05.003Z host su - ID47 [x@1 a="[\\]"][y] failed for root',
      {
        ...{ priority: '34', time: '2026-01-02T03:04:05.003Z', host: 'host', process: 'su', id: 'ID47' },
        ...{ data: '[x@1 a="[\\]"][y]', message: 'failed for root' },
      },
    ],
    [
      'syslog',
      '2026-01-02T03:04:05+0100 host systemd[1]: Started x.service.',
      {
        ...{ time: '2026-01-02T03:04:05+0100', host: 'host', process: 'systemd', pid: '1' },
        message: 'Started x.service.',
      },
    ],
    [
      'syslog',
      'Jan 02 03:04:05.123456 host (sd-pam)[2]: x',
      { time: 'Jan 02 03:04:05.123456', host: 'host', process: '(sd-pam)', pid: '2', message: 'x' },
    ],
  ];

  for (const [pattern, line, parts] of kinds) {
    it(`are those of ${pattern}: ${line.slice(0, 40)}`, async () => {
      const bytes = Buffer.from(`${line}\n`);
      const { format } = await recognise({ ...memorySource(bytes), name: 'x.log' }, {}, signal);
      assert.ok(format.kind === 'log', `read as ${format.kind}`);
      assert.equal(format.name, pattern);
      assert.deepEqual(await read(line), [parts]);
    });
  }

  it('are told by those that begin a message, whatever goes on below them', async () => {
    const line = '2026-01-02 03:04:05,123 ERROR failed';
    const trace = [
      'java.lang.X: y',
      '\tat a.b(C.java:1)',
      '\tat a.c(C.java:2)',
      'Caused by: z',
      '\t... 7 more',
    ];
    const [first, ...rest] = await read([line, ...trace, line].join('\n'));
    assert.deepEqual(first, { time: '2026-01-02 03:04:05,123', level: 'ERROR', message: 'failed' });
    assert.deepEqual(rest, [...trace.map(() => 'unmatched'), first]);
  });

  it('have names of their own, which the reference lists', async () => {
    const docs = await readFile('docs/formats.md', 'utf8');
    for (const [pattern] of kinds) assert.ok(docs.includes(`\`${pattern}\``), pattern);
    assert.deepEqual(new Set(kinds.map(([name]) => name)), new Set(logPatterns.map(({ name }) => name)));
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
    assert.match(await refused('(a)'), /^The pattern has no named groups .* is not one of combined, vhost, /);
    await assert.rejects(read('a', { format: 'log' }), /x\.log: no known pattern matches its lines\./);
  });

  it('are recognised by name and content together', () => {
    const kindOf = (name: string, text: string) => recogniseKind(name, Buffer.from(text), true).kind;
    const line = '2024-05-31T18:30:00Z INFO started\n';
    assert.equal(kindOf('app.log', line), 'log');
    assert.equal(kindOf('app.log.1.gz', line), 'log');
    assert.equal(kindOf('https://example.org/app.log?x=1', line), 'log');
    for (const name of ['error_log', 'access_log-20260102', 'app.log.2026-01-02'])
      assert.equal(kindOf(name, line), 'log', name);
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
    assert.deepEqual([...block.fields[0].kinds], [Kind.OddText, Kind.Text]);
    assert.deepEqual([...block.fields[0].ends], [3, 8]);
  });
});
