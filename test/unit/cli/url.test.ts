import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli, startCli } from '../../support/cli.ts';
import {
  contentOf,
  recordLine,
  recordsOf,
  serve,
  TestServer,
  type Served,
} from '../../support/httpServer.ts';

describe('cli on an address', () => {
  const count = 60_000;
  const content = recordsOf(count);
  const packed = contentOf(gzipSync(content.slice(0, content.size)));
  const matching = Array.from({ length: count / 40 }, (_, i) => recordLine(40 * i)).join('');
  let folder = '';
  let server: TestServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-url-'));
    server = await TestServer.start((_, response) => response.end());
  });

  beforeEach(() => {
    server.requests.length = 0;
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const serving =
    (options?: Served, served = content): TestServer['handler'] =>
    (request, response) =>
      serve(request, response, served, options);

  for (const [what, path, served, options] of [
    ['in ranges', '/x.jsonl', content, { etag: '"a"' }],
    ['in one pass', '/x.jsonl', content, { ranges: false }],
    ['compressed, in ranges', '/x.jsonl.gz', packed, { etag: '"b"' }],
    ['compressed, in one pass', '/x.jsonl.gz?really', packed, { ranges: false }],
    ['compressed on the way', '/x', packed, { headers: { 'content-encoding': 'gzip' }, chunked: true }],
  ] as const) {
    it(`writes what matches, ${what}`, async () => {
      server.handler = serving(options, served);
      const { code, stdout, stderr } = await runCli([server.url(path), 'status >= 500']);
      assert.equal(stdout.toString(), matching, stderr);
      assert.equal(code, 0);
      assert.match(stderr, /^rowriver: 60,000 records read, 1,500 written, 0 malformed\n$/);
    });
  }

  it('exports all of it byte for byte, through breaks', async () => {
    server.handler = (request, response) =>
      serve(request, response, content, {
        etag: '"a"',
        cutAfter: server.requests.length % 2 === 0 ? 300_000 : undefined,
      });
    const out = join(folder, 'all.jsonl');
    const { code, stderr } = await runCli([server.url(), '-o', out]);
    assert.equal(code, 0, stderr);
    assert.ok(readFileSync(out).equals(content.slice(0, content.size)));
  });

  it('says where the source broke off, what was written, and how to have the rest', async () => {
    server.handler = serving({ ranges: false, etag: '"a"', cutAfter: 2_000_050 });
    const { code, stdout, stderr } = await runCli([
      server.url('/x.jsonl?key=s3cret', 'me:pw123@'),
      '--no-cache',
    ]);
    assert.equal(code, 1);
    assert.ok(stdout.equals(content.slice(0, 2_000_000)));
    assert.equal(
      stderr,
      `rowriver: ${server.url('/x.jsonl')}?… was interrupted at byte 2,000,050 of 6,000,000: the connection was lost. ` +
        'Everything before byte 2,000,000 was written; _offset >= 2000000 selects the rest.\n',
    );
    server.handler = serving({ ranges: false });
    const rest = await runCli([server.url('/x.jsonl'), '_offset >= 2000000']);
    assert.ok(rest.stdout.equals(content.slice(2_000_000, content.size)));
  });

  it('says what is wrong with an address, and nothing secret of it', async () => {
    server.handler = (_, response) => response.writeHead(404).end();
    const missing = await runCli([server.url('/x?key=s3cret', 'me:pw123@'), '--count']);
    assert.equal(missing.code, 1);
    assert.equal(
      missing.stderr,
      `rowriver: ${server.url('/x')}?… cannot be read: there is nothing at this address (404 Not Found).\n`,
    );
    const bad = await runCli(['https://']);
    assert.equal(bad.stderr, 'rowriver: This is not a complete http or https address.\n');
  });

  it('stops the server when its own reader goes away', async () => {
    server.handler = serving({ ranges: false }, recordsOf(2_000_000));
    const child = startCli([server.url()]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    await new Promise((resolve) => child.once('close', resolve));
    await server.deserted();
    assert.ok(server.requests.length === 1);
  });

  it('sends headers from the command line and the environment, and writes them down nowhere', async () => {
    server.handler = (request, response) => {
      const { authorization, 'x-key': key } = request.headers;
      if (authorization === 'Bearer t0ken' && key === 'k3y')
        serve(request, response, content, { etag: '"h"' });
      else response.writeHead(authorization ? 403 : 401).end();
    };
    const env = {
      ROWRIVER_HEADERS: 'X-Key: k3y\nAuthorization: Bearer other',
      XDG_CACHE_HOME: join(folder, 'cache'),
    };
    const args = [server.url('/h.jsonl'), 'status >= 500', '--count'];
    const good = await runCli([...args, '--header', 'Authorization: Bearer t0ken'], { env });
    assert.equal(good.stdout.toString(), '1500\n', good.stderr);
    const bad = await runCli(args, { env });
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /denied access \(403 Forbidden\)/);
    const none = await runCli(args);
    assert.match(none.stderr, /requires a user name and password, or a token \(401 Unauthorized\)/);
    const kept = readdirSync(join(folder, 'cache'), { recursive: true, withFileTypes: true });
    const texts = kept
      .filter((one) => one.isFile())
      .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'));
    assert.ok(texts.length > 0);
    assert.doesNotMatch([good.stderr, bad.stderr, none.stderr, ...texts].join('\n'), /t0ken|k3y|Bearer/);
  });

  describe('with TLS', () => {
    let secure: TestServer;
    let certificate = '';
    let started = false;

    before(async function () {
      certificate = join(folder, 'cert.pem');
      const key = join(folder, 'key.pem');
      try {
        const request = [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '2',
          '-subj',
          '/CN=localhost',
        ];
        const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
        const files = ['-keyout', key, '-out', certificate];
        execFileSync('openssl', [...request, ...names, ...files], { stdio: 'ignore' });
      } catch {
        // Node alone makes no certificates.
        this.skip();
      }
      const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
      secure = await TestServer.start(serving({ etag: '"a"' }), { tls });
      started = true;
    });

    after(async () => {
      // It was not started where there is no openssl.
      if (started) await secure.close();
    });

    it('reads from a server whose certificate is trusted', async () => {
      const env = { NODE_EXTRA_CA_CERTS: certificate };
      const { stdout, stderr } = await runCli([secure.url(), 'status >= 500', '--count'], { env });
      assert.equal(stdout.toString(), '1500\n', stderr);
    });

    it('does not from one whose is not', async () => {
      const before = secure.requests.length;
      const { code, stderr } = await runCli([secure.url(), '--count']);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /cannot be read: the certificate of 127\.0\.0\.1:\d+ is not trusted \(DEPTH_ZERO_SELF/,
      );
      assert.equal(secure.requests.length, before);
    });

    it('goes through a proxy, plainly and by a tunnel, unless the host is exempt', async () => {
      server.handler = serving({ etag: '"a"' });
      const asked: string[] = [];
      const credentials = new Set<string | undefined>();
      const proxy = http.createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`);
        credentials.add(request.headers['proxy-authorization']);
        const forward = http.get(request.url ?? '', { headers: request.headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        });
        forward.on('error', () => response.destroy());
      });
      proxy.on('connect', (request: http.IncomingMessage, socket) => {
        asked.push(`CONNECT ${request.url}`);
        credentials.add(request.headers['proxy-authorization']);
        const [host, port] = (request.url ?? '').split(':');
        const tunnel = connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          tunnel.pipe(socket).pipe(tunnel);
        });
        for (const end of [socket, tunnel]) end.on('error', () => tunnel.destroy());
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      try {
        const address = proxy.address();
        assert.ok(address !== null && typeof address === 'object');
        const through = `http://who:what@127.0.0.1:${address.port}`;
        const env = { http_proxy: through, HTTPS_PROXY: through, NODE_EXTRA_CA_CERTS: certificate };
        for (const one of [server, secure]) {
          asked.length = 0;
          const { stdout, stderr } = await runCli([one.url('/p?q=1'), '--count', '--no-cache'], { env });
          assert.equal(stdout.toString(), '60000\n', stderr);
          const expected = one === server ? `GET ${one.url('/p?q=1')}` : `CONNECT 127.0.0.1:${one.port}`;
          assert.ok(asked.length > 0 && asked.every((line) => line === expected), asked.join('\n'));
        }
        assert.deepEqual([...credentials], [`Basic ${Buffer.from('who:what').toString('base64')}`]);
        asked.length = 0;
        const exempt = { ...env, no_proxy: 'example.org, 127.0.0.1' };
        const direct = await runCli([server.url(), '--count', '--no-cache'], { env: exempt });
        assert.equal(direct.stdout.toString(), '60000\n');
        assert.deepEqual(asked, []);
      } finally {
        proxy.closeAllConnections();
        proxy.close();
      }
    });
  });
});
