import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, get, request as ask, type IncomingMessage, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessOf } from '../../../src/serve/access.ts';
import { mostAtOnce } from '../../../src/serve/server.ts';
import { finished, runCli, startCli } from '../../support/cli.ts';

/** A server of the program, and where it is. */
interface Served {
  readonly child: ChildProcessWithoutNullStreams;
  readonly port: number;
  readonly token: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

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

  it('shows a form that asks for the same, to whoever has the token', async () => {
    const shown = await fetched(served, `/?token=${served.token}`);
    assert.deepEqual([shown.status, shown.headers.location], [303, '/']);
    const [cookie = ''] = shown.headers['set-cookie'] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
    const headers = { cookie: cookie.split(';')[0] };
    const { status, body, headers: head } = await fetched(served, '/', { headers });
    assert.equal(status, 200);
    assert.match(
      String(head['content-security-policy']),
      /^default-src 'none'; style-src 'nonce-[^']+'; form-action 'self'/,
    );
    const page = body.toString();
    assert.match(page, /<h1>käse &quot;1&quot;\.jsonl<\/h1>/);
    for (const text of ['<code>id</code>', '<code>word</code>', 'formaction="/rows.csv"'])
      assert(page.includes(text), text);
    assert(!page.includes('<script'));
    const rows = await fetched(served, '/rows.csv?q=id%20%3C%202', { headers });
    assert.equal(rows.body.toString(), 'id,word\r\n0,"a,b"\r\n1,"ü ""x"""\r\n');
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
    assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET']);
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

async function serve(path: string, ...options: string[]): Promise<Served> {
  return started(startCli(['serve', path, ...options]));
}

async function started(child: ChildProcessWithoutNullStreams): Promise<Served> {
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const [address] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [unknown];
  const found = /^http:\/\/127\.0\.0\.1:(\d+)\/\?token=(\S+)\n$/.exec(String(address));
  assert(found, `${String(address)}${said}`);
  return { child, port: Number(found[1]), token: found[2] };
}

function stop({ child }: Served): ReturnType<typeof finished> {
  const ended = finished(child);
  child.kill('SIGINT');
  return ended;
}

async function fetched(served: Served, path: string, options: RequestOptions = {}): Promise<Answer> {
  const sent = ask({ host: '127.0.0.1', port: served.port, path, agent: false, ...options }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

async function begun({ port }: Served, path: string): Promise<IncomingMessage> {
  const [response] = (await once(get({ host: '127.0.0.1', port, path, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  return response;
}
