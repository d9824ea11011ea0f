import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessOf } from '../../../src/serve/access.ts';
import { mostAtOnce } from '../../../src/serve/server.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { fetched, serve, started, stop, type Served } from '../../support/served.ts';

const lines = Array.from({ length: 3000 }, (_, id) =>
  JSON.stringify({ id, word: ['a,b', 'ü "x"', 'c'][id % 3] }),
);

describe('serve', function () {
  this.timeout(60_000);
  let folder = '';
  let path = '';
  let served: Served;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-serve-'));
    path = join(folder, 'käse "1".jsonl');
    await writeFile(path, `${lines.join('\n')}\n`);
    served = await serve(path);
  });
  after(async () => {
    await stop(served);
    await rm(folder, { recursive: true });
  });

  const rowsAt = (where: string, query: string): string =>
    `/${where}?${new URLSearchParams({ q: query, token: served.token }).toString()}`;

  it('streams in each format what the command writes', async () => {
    const computed = "word LIKE '%x%' |> SELECT word, id AS n |> ORDER BY n DESC";
    const asked: readonly (readonly [format: string, query: string])[] = [
      ['csv', ''],
      ['tsv', computed],
      ['jsonl', 'id >= 2990'],
      ['json', computed],
      ['md', 'id < 0'],
      ['parquet', computed],
      ['arrow', computed],
      ['xlsx', computed],
    ];
    for (const [format, query] of asked) {
      const { status, headers, body } = await fetched(served, rowsAt(`rows.${format}`, query));
      assert.equal(status, 200, `${format} of ${query}: ${body.toString()}`);
      const { stdout } = await runCli([path, query, '--to', format]);
      assert(body.equals(stdout), `${format} of ${query}`);
      const name = `filename="k_se _1_.${format}"; filename*=UTF-8''k%C3%A4se%20%221%22.${format}`;
      assert.equal(headers['content-disposition'], `attachment; ${name}`);
      assert.equal(headers['accept-ranges'], 'none');
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });

  it('shows the preview to whoever has the token', async () => {
    const shown = await fetched(served, `/?token=${served.token}`);
    assert.deepEqual([shown.status, shown.headers.location], [303, '/']);
    const [cookie = ''] = shown.headers['set-cookie'] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
    const headers = { cookie: cookie.split(';')[0] };
    const { status, body, headers: head } = await fetched(served, '/', { headers });
    assert.equal(status, 200);
    assert.equal(head['referrer-policy'], 'no-referrer');
    const page = body.toString();
    const [, nonce = ''] = /<script nonce="([^"]+)"/.exec(page) ?? [];
    const self = "'self'";
    assert.deepEqual(String(head['content-security-policy']).split('; '), [
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src ${self} 'nonce-${nonce}'`,
      `font-src ${self} data:`,
      `img-src ${self} data:`,
      `connect-src ${self} ws://127.0.0.1:${served.port}`,
      `frame-src ${self}`,
      "frame-ancestors 'none'",
    ]);
    assert.match(page, /<title>käse &quot;1&quot;\.jsonl - Rowriver<\/title>/);
    assert(!page.includes(served.token));
    const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
    assert.deepEqual(parts.toSorted(), [
      ...['/assets/browser.css', '/assets/browser.js', '/assets/webview.css', '/assets/webview.js'],
    ]);
    for (const part of parts) {
      const asset = await fetched(served, part, { headers });
      assert.equal(asset.status, 200, part);
      assert.equal((await fetched(served, part)).status, 403, part);
    }
    for (const other of [
      '/assets/cli.js',
      '/assets/../package.json',
      '/assets/',
      '/preview?file=1',
      '/preview?file=-1',
    ])
      assert.equal((await fetched(served, other, { headers })).status, 404, other);
  });

  it('lists several files, and answers for all of them or for one', async () => {
    const first = join(folder, '<b>first.csv');
    const second = join(folder, 'second.csv');
    await writeFile(first, 'n\n1\n');
    await writeFile(second, 'n\n2\n3\n');
    const other = await serve(first, second);
    try {
      const headers = { authorization: `Bearer ${other.token}` };
      const text = async (target: string): Promise<string> =>
        (await fetched(other, target, { headers })).body.toString();
      const list = await text('/');
      for (const part of ['<h1>2 files</h1>', '/preview?file=0', '&lt;b&gt;first.csv</a>', '/preview?file=2'])
        assert(list.includes(part), `${part} in ${list}`);
      assert(!list.includes('<script'));
      assert.match(await text('/preview?file=2'), /<title>second\.csv - Rowriver/);
      assert.equal(await text('/rows.csv'), 'n\n1\n2\n3\n');
      assert.equal(await text('/rows.csv?file=1'), 'n\n1\n');
      assert.equal(await text('/rows.csv?file=2'), 'n\n2\n3\n');
      for (const number of ['3', '0', '', '-1', '1.0', 'x'])
        assert.match(await text(`/rows.csv?file=${number}`), /no such file/, number);
      // In a table, a column that is not there is not further down either.
      const asked = (query: string): string => `/rows.csv?q=${encodeURIComponent(query)}`;
      const unknown = await fetched(other, asked('m = 1'), { headers });
      assert.deepEqual([unknown.status, unknown.body.toString()], [400, 'unknown column m (at 1)\n']);
      const head = await fetched(other, asked('m = 1'), { headers, method: 'HEAD' });
      assert.deepEqual([head.status, head.body.length], [400, 0]);
      assert.match(await text('/rows.csv?tab=1'), /preview is closed/);
    } finally {
      await stop(other);
    }
  });

  it('refuses whoever has not the token, other names of this computer, and pages of other origins', async () => {
    const cookie = `rowriver-${served.port}=${served.token}`;
    const refused: readonly [RegExp, string, RequestOptions['headers']][] = [
      [/token is missing/, '/rows.csv', {}],
      [/token is missing/, '/', {}],
      [/token is wrong/, '/rows.csv?token=guessed', {}],
      [/token is wrong/, '/rows.csv?token=', { cookie }],
      [/token is wrong/, '/rows.csv', { authorization: 'Bearer guessed' }],
      [/token is missing/, '/rows.csv', { cookie: `rowriver-1=${served.token}` }],
      [/not one of this computer/, `/rows.csv?token=${served.token}`, { host: 'attacker.example' }],
      [/not one of this computer/, `/rows.csv?token=${served.token}`, { host: 'localhost.attacker.example' }],
      [/another origin/, '/rows.csv', { cookie, 'sec-fetch-site': 'cross-site' }],
      [/another origin/, '/rows.csv', { cookie, 'sec-fetch-site': 'same-site' }],
      [/another origin/, '/rows.csv', { cookie, origin: 'http://attacker.example' }],
      [/another origin/, '/rows.csv', { cookie, origin: 'null' }],
    ];
    for (const [reason, target, headers] of refused) {
      const { status, body } = await fetched(served, target, { headers });
      assert.deepEqual([status, reason.test(body.toString())], [403, true], `${target}: ${body.toString()}`);
    }
    const granted: readonly RequestOptions['headers'][] = [
      { cookie, 'sec-fetch-site': 'same-origin' },
      { cookie, 'sec-fetch-site': 'none' },
      { authorization: `Bearer ${served.token}` },
      // As by `ssh -L 9000:localhost:PORT`.
      { authorization: `Bearer ${served.token}`, host: 'localhost:9000' },
    ];
    for (const headers of granted) {
      const { status } = await fetched(served, '/rows.csv?q=id%20%3C%200', { headers });
      assert.equal(status, 200, JSON.stringify(headers));
    }
  });

  it('says what is wrong with a request', async () => {
    const wrong: readonly [number, RegExp, string][] = [
      [400, /expected an expression.*\(at 4\)/, rowsAt('rows.csv', 'id >=')],
      [400, /CALL/, rowsAt('rows.csv', "|> CALL './x.mjs'()")],
      [400, /POST sends rows elsewhere/, rowsAt('rows.csv', "|> POST 'http://127.0.0.1:1/'")],
      [404, /\/rows with an ending: .*\.csv/, rowsAt('rows', '')],
      [404, /\/rows with an ending/, rowsAt('rows.exe', '')],
      [404, /\/rows with an ending/, rowsAt('../rows.csv/x', '')],
      [400, /not an address/, '//'],
      [400, /not an address/, '//[/rows.csv'],
      [400, /not an address/, '/\\other/rows.csv'],
      [400, /not an address/, '*'],
    ];
    for (const [code, reason, target] of wrong) {
      const bearer = { authorization: `Bearer ${served.token}` };
      const { status, body, headers } = await fetched(served, target, { headers: bearer });
      assert.deepEqual([status, reason.test(body.toString())], [code, true], `${target}: ${body.toString()}`);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    }
    const posted = await fetched(served, rowsAt('rows.csv', ''), { method: 'POST' });
    assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD']);
  });

  it('answers HEAD as GET, without the rows', async () => {
    for (const target of [rowsAt('rows.csv', '|> ORDER BY id'), rowsAt('rejects.jsonl', '')]) {
      const [got, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => fetched(served, target, { method })),
      );
      const told = ({ status, headers }: typeof got) => [
        status,
        ...['content-type', 'content-disposition', 'accept-ranges'].map((name) => headers[name]),
      ];
      assert.deepEqual(told(head), told(got));
      assert.equal(head.body.length, 0);
    }
    const wrong = await fetched(served, rowsAt('rows.csv', 'id >='), { method: 'HEAD' });
    assert.equal(wrong.status, 400);
    assert.equal((await fetched(served, `${rowsAt('rows.csv', '')}&file=1`, { method: 'HEAD' })).status, 200);
  });

  it('warns of columns that no record may have', async () => {
    const { status, headers, body } = await fetched(served, rowsAt('rows.jsonl', "wörd = 'c'"));
    assert.deepEqual([status, body.length], [200, 0]);
    assert.match(
      String(headers['rowriver-warning']),
      /^unknown column w\?rd .*did you mean word\? \(at 1\)$/,
    );
    const known = await fetched(served, rowsAt('rows.jsonl', "word = 'x'"));
    assert.equal(known.headers['rowriver-warning'], undefined);
  });

  it('answers a thousand requests at once, each whole or by asking to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => fetched(served, rowsAt('rows.jsonl', 'id >= 2000'))),
    );
    const whole = `${lines.slice(2000).join('\n')}\n`;
    let answered = 0;
    for (const { status, body, headers } of answers) {
      if (status === 200) {
        answered++;
        assert.equal(body.toString(), whole);
      } else assert.deepEqual([status, headers['retry-after']], [503, '1']);
    }
    assert(answered >= mostAtOnce, `${answered} answered`);
  });

  it('stops when its client goes', async () => {
    const long = join(folder, 'long.jsonl');
    const part = `${JSON.stringify({ text: 'x'.repeat(1000) })}\n`.repeat(1000);
    await writeFile(long, part.repeat(64));
    const other = await serve(long);
    try {
      const target = `/rows.jsonl?token=${other.token}`;
      // More clients than may be there at a time, each of which goes after its first bytes: none is left behind.
      for (let client = 0; client < 2 * mostAtOnce; client++) {
        const response = await begun(other, target);
        await once(response, 'readable');
        response.destroy();
        await once(response, 'close');
      }
      // They are given up as soon as the server hears that they have gone, which it may not have yet.
      let whole = await fetched(other, target);
      while (whole.status === 503) whole = await fetched(other, target);
      assert.equal(whole.body.length, 64 * part.length);
    } finally {
      await stop(other);
    }
  });

  it('reads no further for a slow client than it takes', async function () {
    if (process.platform !== 'linux') this.skip();
    const long = join(folder, 'slow.jsonl');
    const part = `${JSON.stringify({ text: 'x'.repeat(1000) })}\n`.repeat(1000);
    // At most three stretches of the worker are under way, and what the system keeps for a connection.
    const parts = 96;
    await writeFile(long, part.repeat(parts));
    const other = await started(startCli(['serve', long], { env: { ROWRIVER_WORKERS: '1' } }));
    const read = async (): Promise<number> => {
      const io = await readFile(`/proc/${String(other.child.pid)}/io`, 'utf8');
      return Number(/rchar: (\d+)/.exec(io)?.[1]);
    };
    try {
      const before = await read();
      const slow = await begun(other, `/rows.jsonl?token=${other.token}`);
      let taken = 0;
      let ahead = 0;
      for await (const chunk of slow) {
        taken += (chunk as Buffer).length;
        ahead = Math.max(ahead, (await read()) - before - taken);
      }
      assert.equal(taken, parts * part.length);
      assert(ahead < (parts * part.length) / 2, `${ahead} bytes ahead`);
    } finally {
      await stop(other);
    }
  });

  it('breaks off where the file cannot be read to its end, so that a part is not taken for the whole', async () => {
    const source = createServer((_, response) => {
      response.writeHead(200, { 'Content-Length': String(64 * 1024 * 1024) });
      response.write(`${lines.join('\n')}\n`.repeat(200), () => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(source, 'listening');
    const at = source.address();
    assert(at !== null && typeof at === 'object');
    const other = await serve(`http://127.0.0.1:${at.port}/data.jsonl`);
    try {
      const target = `/rows.jsonl?token=${other.token}`;
      await assert.rejects(async () => {
        const { status, body } = await fetched(other, target);
        assert.notEqual(status, 200, `${body.length} bytes as a whole`);
        throw new Error(`${String(status)}: ${body.toString()}`);
      }, /aborted|socket hang up|ECONNRESET|500: /);
    } finally {
      await stop(other);
      source.closeAllConnections();
      source.close();
    }
  });

  it('says so where the port is in use, and where the file cannot be read', async () => {
    const taken = await runCli(['serve', path, '--port', String(served.port)]);
    assert.deepEqual([taken.code, taken.stdout.toString()], [2, '']);
    assert.match(taken.stderr, /^rowriver: Port \d+ is in use\. Choose another with --port/);
    const missing = await runCli(['serve', join(folder, 'none.jsonl')]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /none\.jsonl/);
    const refused: readonly [RegExp, string[]][] = [
      [/does not take --output/, [path, '-o', 'x.csv']],
      [/There is no file 'id > 3'/, [path, 'id > 3']],
      [/--port takes a number/, [path, '--port', '70000']],
      [/standard input can be read once only/, ['-']],
      [/No file given/, []],
    ];
    for (const [reason, args] of refused) {
      const { code, stderr } = await runCli(['serve', ...args]);
      assert.deepEqual([code, reason.test(stderr)], [2, true], stderr);
    }
    const { code, stderr } = await runCli([path, '--port', '8000']);
    assert.deepEqual([code, stderr.includes('--port is only for rowriver serve')], [2, true]);
  });

  it('obeys how the file is said to be read', async () => {
    const semi = join(folder, 'semi.csv');
    await writeFile(semi, 'a;b\n1;x\n');
    const other = await serve(semi, '--delimiter', ',');
    try {
      const { body } = await fetched(other, `/rows.jsonl?token=${other.token}`);
      assert.equal(body.toString(), '{"a;b":"1;x"}\n');
    } finally {
      await stop(other);
    }
  });

  it('leaves its file and its folder as they are, and no process behind', async () => {
    const other = await serve(path);
    const response = await begun(other, `/rows.csv?token=${other.token}`);
    // It is broken off, unless all of it is on its way already.
    response.on('error', () => undefined).resume();
    const ended = new Promise((resolve) => response.once('close', resolve));
    const { code, stderr } = await stop(other);
    await ended;
    assert.equal(code, 0, stderr);
    assert.equal(await readFile(path, 'utf8'), `${lines.join('\n')}\n`);
  });
});

describe('serve/access', () => {
  it('takes loopback by its names, with any port', () => {
    const kind = (host: string | undefined) => accessOf({ headers: { host }, url: '/?token=t' }, 't').kind;
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:8000', '[::1]:8000'])
      assert.equal(kind(host), 'shown');
    for (const host of [
      undefined,
      '',
      '127.0.0.1.example',
      'example',
      '127.0.0.2',
      '0.0.0.0',
      'localhost:80:80',
    ]) {
      assert.equal(kind(host), 'refused', host);
    }
  });
});

async function begun({ port }: Served, path: string): Promise<IncomingMessage> {
  const [response] = (await once(get({ host: '127.0.0.1', port, path, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  return response;
}
