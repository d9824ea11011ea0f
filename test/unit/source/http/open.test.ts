import assert from 'node:assert/strict';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openHttp, type HttpSource } from '../../../../src/engine/source/http/open.ts';
import { usualLimits } from '../../../../src/engine/source/http/limits.ts';
import { openSource } from '../../../../src/engine/source/open.ts';
import { readFully } from '../../../../src/engine/source/read.ts';
import { SourceError, type Source, type SourceFailure } from '../../../../src/engine/source/source.ts';
import {
  contentOf,
  recordsOf,
  rangeOf,
  send,
  serve,
  TestServer,
  type Content,
  type Handler,
  type Served,
} from '../../../support/httpServer.ts';

/** No server is given up because the machine is busy. */
const patient = { ...usualLimits, retryMs: [1, 1, 1] };
/** As long as a test may take to see a server given up. */
const impatient = { ...patient, answerMs: 300, idleMs: 300 };

describe('http source', () => {
  let limits = patient;
  let server: TestServer;
  let source: Source | undefined;

  before(async () => {
    server = await TestServer.start((_, response) => response.end());
  });

  beforeEach(() => {
    server.requests.length = 0;
    server.connections = 0;
  });

  afterEach(async () => {
    await source?.close();
    source = undefined;
    // Nothing that a source has opened outlives it.
    await server.deserted();
  });

  after(() => server.close());

  async function open(handler: Handler, path = '/data.jsonl', userinfo = ''): Promise<HttpSource> {
    server.handler = handler;
    const opened = await openHttp({ kind: 'url', url: server.url(path, userinfo) }, { limits });
    source = opened.source;
    return opened;
  }

  const serving =
    (content: Content, options?: Served): Handler =>
    (request, response) =>
      serve(request, response, content, options);

  async function part(of: Source, from: number, to: number): Promise<Buffer> {
    const into = Buffer.alloc(to - from);
    return into.subarray(0, await readFully(of, into, from));
  }

  async function all(of: Source, step = 300_000): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let position = 0; ;) {
      const piece = await part(of, position, position + step);
      parts.push(piece);
      position += piece.length;
      if (piece.length < step) return Buffer.concat(parts);
    }
  }

  async function failure(work: Promise<unknown>): Promise<SourceError> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof SourceError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'It did not fail.' });
  }

  describe('where the server has ranges', () => {
    it('gives the bytes of any place, as the content has them', async () => {
      const content = recordsOf(40_000);
      const { source: ranged } = await open(serving(content, { etag: '"a"' }));
      assert.equal(ranged.size, content.size);
      assert.equal(ranged.random, true);
      const places = fc.array(
        fc.record({ from: fc.integer({ min: 0, max: content.size + 100 }), length: fc.nat(900_000) }),
        { maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(places, async (reads) => {
          await Promise.all(
            reads.map(async ({ from, length }) => {
              const got = await part(ranged, from, from + length);
              const to = Math.min(content.size, from + length);
              assert.ok(got.equals(content.slice(Math.min(from, to), to)), `${from} + ${length}`);
            }),
          );
        }),
        { numRuns: 15 },
      );
    });

    it('costs what is looked at, and keeps one connection', async () => {
      const content = recordsOf(2_000_000);
      await open(serving(content, { etag: '"a"' }));
      const opened = await openSource({ kind: 'url', url: server.url() }, { http: limits });
      try {
        await part(opened, 0, 192 * 1024);
        await part(opened, 100_000_000, 100_000_100);
        await part(opened, 100_000_100, 100_000_200);
      } finally {
        await opened.close();
      }
      const asked = server.requests.map((request) => rangeOf(request, content.size) ?? [0, content.size]);
      const bytes = asked.reduce((sum, [from, to]) => sum + to - from, 0);
      assert.ok(bytes < 600_000, `${bytes} bytes in ${asked.length} requests`);
      assert.equal(server.connections, 2);
    });

    it('asks for longer and longer stretches where small reads follow each other', async () => {
      const content = recordsOf(200_000);
      const { source: ranged } = await open(serving(content, { etag: '"a"' }));
      const got = await all(ranged, 16 * 1024);
      assert.ok(got.equals(content.slice(0, content.size)));
      assert.ok(server.requests.length <= 26, `${server.requests.length} requests for 20 MB`);
      assert.ok(server.connections <= 2);
    });

    it('asks once for what is expected, takes it as it is read, and lets go of what is not', async () => {
      // More than the buffers of the system on both sides hold.
      const content = recordsOf(2_000_000);
      const closed: Promise<unknown>[] = [];
      const { source: ranged } = await open((request, response) => {
        closed.push(once(response, 'close'));
        serve(request, response, content, { etag: '"a"' });
      });
      const before = server.requests.length;
      const [from, to, step] = [1_000_000, 9_000_000, 1_000_000];
      ranged.expect?.({ from, to });
      for (let at = from; at < to; at += step) {
        assert.ok((await part(ranged, at, at + step)).equals(content.slice(at, at + step)), `${at}`);
      }
      assert.equal(server.requests.length, before + 1);

      ranged.expect?.({ from: 9_000_000, to: content.size });
      await part(ranged, 9_000_000, 10_000_000);
      const first = closed.length - 1;
      // Elsewhere in between, and back.
      assert.ok((await part(ranged, 100, 600_100)).equals(content.slice(100, 600_100)));
      assert.ok((await part(ranged, 10_000_000, 11_000_000)).equals(content.slice(10_000_000, 11_000_000)));
      assert.equal(closed.length, first + 2);
      // Further on in what is expected: the answer up to there is of no more use.
      await part(ranged, 13_000_000, 14_000_000);
      await closed[first];
      assert.equal(closed.length, first + 3);
      ranged.expect?.();
      await closed[first + 2];
    });

    it('resumes what breaks off, with the ETag, and gives every byte once', async () => {
      const content = recordsOf(30_000);
      const { source: ranged } = await open((request, response) => {
        const cutAfter = server.requests.length % 3 === 0 ? 40_000 : undefined;
        serve(request, response, content, { etag: '"a"', cutAfter });
      });
      assert.ok((await all(ranged, 700_000)).equals(content.slice(0, content.size)));
      const later = server.requests.slice(1);
      assert.ok(later.length > 5);
      assert.ok(later.every(({ headers }) => headers['if-range'] === '"a"'));
    });

    it('takes a 503 and a 429 for a moment, and waits as long as it is asked to', async () => {
      const content = recordsOf(100);
      const times: number[] = [];
      const { source: ranged } = await open((request, response) => {
        times.push(performance.now());
        if (times.length === 1) response.writeHead(503).end();
        else if (times.length === 2) response.writeHead(429, { 'retry-after': '1' }).end();
        else serve(request, response, content);
      });
      assert.ok((await all(ranged)).equals(content.slice(0, content.size)));
      assert.ok(times[2] - times[1] >= 990);
    });

    for (const [what, later] of [
      ['ETag', { etag: '"b"', modified: undefined }],
      ['weak ETag', { etag: 'W/"b"', modified: undefined }],
    ] as const) {
      it(`notices another ${what}`, async () => {
        const content = recordsOf(10_000);
        const first = { etag: later.etag.replace('b', 'a') };
        const { source: ranged } = await open(serving(content, first));
        server.handler = serving(content, later);
        const error = await failure(part(ranged, 500_000, 500_100));
        assert.equal(error.failure, 'changed');
        assert.match(error.message, /^http:\/\/127.*\/data\.jsonl has changed since it was opened: its ETag/);
        assert.equal(error.position, 500_000);
      });
    }

    it('notices another date, and another length', async () => {
      const content = recordsOf(10_000);
      const monday = 'Mon, 02 Nov 2026 10:00:00 GMT';
      const { source: dated } = await open(serving(content, { modified: monday }));
      server.handler = serving(content, { modified: 'Tue, 03 Nov 2026 10:00:00 GMT' });
      assert.equal((await failure(part(dated, 500_000, 500_100))).failure, 'changed');
      await dated.close();

      const { source: plain } = await open(serving(content));
      server.handler = serving(recordsOf(9000));
      assert.match(
        (await failure(part(plain, 500_000, 500_100))).message,
        /had 1,000,000 bytes and has 900,000/,
      );
      server.handler = serving(recordsOf(3));
      const shorter = await failure(part(plain, 700_000, 700_100));
      assert.equal(shorter.failure, 'changed');
      assert.match(shorter.message, /416/);
    });

    it('does not take other bytes for those that it asked for', async () => {
      const content = recordsOf(10_000);
      const { source: ranged } = await open(serving(content));
      server.handler = (_, response) => {
        response.writeHead(206, { 'content-range': `bytes 7-106/${content.size}`, 'content-length': 100 });
        response.end(content.slice(7, 107));
      };
      const error = await failure(part(ranged, 500_000, 500_100));
      assert.match(
        error.message,
        /was interrupted at byte 500,000 of 1,000,000: the server sent a different part/,
      );
      server.handler = serving(content, { ranges: false });
      assert.match((await failure(part(ranged, 500_000, 500_100))).message, /sent the whole file when/);
      server.handler = serving(content);
      assert.equal((await part(ranged, 500_000, 500_100)).length, 100);
    });

    it('takes less than it asked for, and asks for the rest', async () => {
      const content = recordsOf(20_000);
      const { source: ranged } = await open((request, response) => {
        const [from, to] = rangeOf(request, content.size) ?? [0, 0];
        const end = Math.min(to, from + 50_000);
        response.writeHead(206, {
          'content-range': `bytes ${from}-${end - 1}/${content.size}`,
          'content-length': end - from,
        });
        response.end(content.slice(from, end));
      });
      assert.ok((await all(ranged, 800_000)).equals(content.slice(0, content.size)));
    });

    /** What a server gives up at byte 1,234,567 until it is well again. */
    async function openBroken() {
      const content = recordsOf(20_000);
      let broken = true;
      const { source } = await open((request, response) => {
        const [from] = rangeOf(request, content.size) ?? [0];
        const cutAfter = broken ? Math.max(0, 1_234_567 - from) : undefined;
        serve(request, response, content, { etag: '"a"', cutAfter });
      });
      return { source, content, mend: () => (broken = false) };
    }

    it('gives what there is before a place that never comes, then says which place, then goes on from there', async () => {
      const { source: ranged, content, mend } = await openBroken();
      const into = Buffer.alloc(content.size);
      let have = 0;
      const error = await failure(
        (async () => {
          for (;;) have += await ranged.read(into.subarray(have), have);
        })(),
      );
      assert.equal(error.position, have);
      assert.equal(have, 1_234_567);
      assert.equal(error.failure, 'unreachable');
      assert.match(
        error.message,
        /was interrupted at byte 1,234,567 of 2,000,000: the connection was lost\.$/,
      );
      mend();
      have += await readFully(ranged, into.subarray(have), have);
      assert.ok(into.equals(content.slice(0, content.size)));
    });

    it('asks the server again for another reader, also where the one before went away', async () => {
      const { source: ranged, content, mend } = await openBroken();
      // Small reads leave a piece that ends where the server gave out, and nobody reads on.
      const piece = new Uint8Array(100_000);
      ranged.expect?.({ from: 1_200_000, to: 1_300_000 });
      assert.equal(await ranged.read(piece, 1_200_000), 34_567);
      ranged.expect?.();
      mend();
      ranged.expect?.({ from: 1_200_000, to: 1_300_000 });
      assert.equal(await readFully(ranged, piece, 1_200_000), 100_000);
      ranged.expect?.();
      assert.ok(Buffer.from(piece).equals(content.slice(1_200_000, 1_300_000)));
    });

    it('stops when told to while nothing comes, and reads on later', async () => {
      const content = recordsOf(20_000);
      const { source: ranged } = await open(serving(content));
      server.handler = (_, response) => {
        response.writeHead(206, { 'content-range': `bytes 1000000-1999999/${content.size}` });
        response.write('x');
      };
      for (const length of [100, 900_000]) {
        const controller = new AbortController();
        const asked = once(server.server, 'request');
        const reading = ranged.read(new Uint8Array(length), 1_000_000, controller.signal);
        await asked;
        controller.abort(new Error('stop'));
        await assert.rejects(reading, /^Error: stop$/);
      }
      server.handler = serving(content);
      assert.equal((await part(ranged, 1_000_000, 1_000_010)).length, 10);
    });

    it('is opened without a request where its identity is known', async () => {
      const content = recordsOf(20_000);
      const { identity } = await open(serving(content, { etag: '"a"' }));
      await source?.close();
      const before = server.requests.length;
      source = (await openHttp({ kind: 'url', url: server.url(), identity }, { limits })).source;
      assert.equal(server.requests.length, before);
      assert.equal((await part(source, 150_000, 150_007)).length, 7);
    });

    it('is an empty file where there is nothing', async () => {
      const { source: empty } = await open(serving(contentOf('')));
      assert.equal(empty.size, 0);
      assert.equal(await empty.read(new Uint8Array(10), 0), 0);
    });
  });

  describe('where the server has none', () => {
    it('reads once from front to back, by one request', async () => {
      const content = recordsOf(30_000);
      const { source: once } = await open(serving(content, { ranges: false }));
      assert.equal(once.random, false);
      assert.equal(once.size, content.size);
      assert.ok((await all(once)).equals(content.slice(0, content.size)));
      assert.equal(server.requests.length, 1);
      assert.equal((await failure(part(once, 0, 1))).failure, 'unsupported');
    });

    it('does without a length', async () => {
      const content = recordsOf(30_000);
      const { source: once } = await open(serving(content, { ranges: false, chunked: true }));
      assert.equal(once.size, undefined);
      assert.ok((await all(once)).equals(content.slice(0, content.size)));
      assert.equal(once.size, content.size);
    });

    it('takes no more from the server than is asked for', async () => {
      const content = recordsOf(2_000_000);
      const { source: once } = await open(serving(content, { ranges: false }));
      await part(once, 0, 100_000);
      // Whatever the buffers of the system on both sides hold is on its way by then, and it stays at that.
      let written = -1;
      while (written !== server.written) {
        written = server.written;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.ok(written < 20_000_000, `${written} bytes were taken for 100,000`);
      await part(once, 100_000, 60_000_000);
      assert.ok(server.written >= 60_000_000);
    });

    it('closes the connection when it is closed early', async () => {
      const { source: once } = await open(serving(recordsOf(2_000_000), { ranges: false }));
      await part(once, 0, 100_000);
      assert.equal(server.open, 1);
      await once.close();
      await server.deserted();
    });

    it('resumes by a range where it turns out that there are some', async () => {
      const content = recordsOf(30_000);
      const { source: once } = await open((request, response) => {
        const first = server.requests.length === 1;
        const cutAfter = server.requests.length < 4 ? 700_001 : undefined;
        serve(request, response, content, { etag: '"a"', ranges: !first, cutAfter });
      });
      assert.ok((await all(once)).equals(content.slice(0, content.size)));
      const ranges = server.requests.slice(1).map(({ headers }) => [headers.range, headers['if-range']]);
      assert.deepEqual(ranges[0], ['bytes=700001-', '"a"']);
    });

    it('is asked for all again where there are none, and what is known is passed over', async () => {
      const content = recordsOf(30_000);
      const { source: once } = await open((request, response) => {
        const cutAfter = [700_001, 500_000, 1_500_000].at(server.requests.length - 1);
        serve(request, response, content, { etag: '"a"', ranges: false, cutAfter });
      });
      assert.ok((await all(once)).equals(content.slice(0, content.size)));
      assert.equal(server.requests.length, 4);
    });

    it('does not go on with what may be something else', async () => {
      const content = recordsOf(30_000);
      let etag: string | undefined = '"a"';
      const handler: Handler = (request, response) =>
        serve(request, response, content, { etag, ranges: false, chunked: true, cutAfter: 700_001 });
      const { source: once } = await open(handler);
      etag = '"b"';
      const error = await failure(all(once));
      assert.equal(error.failure, 'changed');
      assert.equal(error.position, 700_001);
      await once.close();

      etag = undefined;
      const { source: unknown } = await open(handler);
      assert.match((await failure(all(unknown))).message, /byte 700,001: .*does not say whether/);
    });

    it('says where a body was cut short, and goes on from there when it is asked again', async () => {
      const content = recordsOf(30_000);
      let whole = false;
      const { source: once } = await open((request, response) =>
        serve(request, response, content, {
          etag: '"a"',
          ranges: false,
          cutAfter: whole ? undefined : 1_000_050,
        }),
      );
      const into = Buffer.alloc(content.size);
      const error = await failure(readFully(once, into, 0));
      assert.equal(error.position, 1_000_050);
      assert.match(error.message, /was interrupted at byte 1,000,050 of 3,000,000/);
      whole = true;
      const rest = await part(once, 1_000_050, content.size);
      assert.ok(rest.equals(content.slice(1_000_050, content.size)));
    });

    it('is kept in a temporary file where it is to be read again', async () => {
      const content = recordsOf(30_000);
      server.handler = serving(content, { ranges: false });
      const opened = await openHttp({ kind: 'url', url: server.url(), keep: 1e9 }, { limits });
      source = opened.source;
      assert.ok((await part(source, 2_000_000, 2_000_100)).equals(content.slice(2_000_000, 2_000_100)));
      assert.ok((await part(source, 0, 100)).equals(content.slice(0, 100)));
      const several = [2_900_000, 10, 2_500_000].map(async (from) => {
        const got = source && (await part(source, from, from + 5000));
        assert.ok(got?.equals(content.slice(from, from + 5000)));
      });
      await Promise.all(several);
      assert.ok((await all(source)).equals(content.slice(0, content.size)));
      assert.equal(server.requests.length, 1);
    });
  });

  it('keeps no more than it may of what is to be read again', async () => {
    const content = recordsOf(30_000);
    server.handler = serving(content, { ranges: false });
    const opened = await openHttp({ kind: 'url', url: server.url(), keep: 1_000_000 }, { limits });
    source = opened.source;
    assert.ok((await part(source, 0, 1_000_000)).equals(content.slice(0, 1_000_000)));
    const error = await failure(source.read(new Uint8Array(10), 1_000_000));
    assert.equal(error.position, 1_000_000);
    assert.match(error.message, /larger than the 1 MB that may be kept in a temporary file/);
    assert.ok((await part(source, 500_000, 500_100)).equals(content.slice(500_000, 500_100)));
  });

  describe('on the way there', () => {
    it('follows redirects, and spares itself the way the next time', async () => {
      const content = recordsOf(10_000);
      const { source: ranged } = await open((request, response) => {
        if (request.url === '/data.jsonl') response.writeHead(302, { location: 'b' }).end();
        else if (request.url === '/b') response.writeHead(307, { location: '/c?signed' }).end();
        else serve(request, response, content);
      });
      assert.ok((await all(ranged)).equals(content.slice(0, content.size)));
      assert.deepEqual(
        server.requests.slice(0, 5).map(({ url }) => url),
        ['/data.jsonl', '/b', '/c?signed', '/c?signed', '/c?signed'],
      );
      assert.equal(ranged.name, server.url());
    });

    it('goes the way anew where its end has expired', async () => {
      const content = recordsOf(10_000);
      let key = 1;
      const { source: ranged } = await open((request, response) => {
        if (request.url === '/data.jsonl') response.writeHead(302, { location: `/s?key=${key}` }).end();
        else if (request.url !== `/s?key=${key}`) response.writeHead(403).end();
        else serve(request, response, content, { etag: '"a"' });
      });
      key = 2;
      assert.ok((await part(ranged, 500_000, 500_010)).equals(content.slice(500_000, 500_010)));
    });

    it('gives its password to nobody else', async () => {
      const content = recordsOf(10);
      const other = await TestServer.start(serving(content));
      try {
        const { source: ranged } = await open(
          (request, response) => {
            assert.equal(request.headers.authorization, `Basic ${Buffer.from('us:p@ss').toString('base64')}`);
            if (request.url === '/data.jsonl') response.writeHead(302, { location: '/here' }).end();
            else response.writeHead(302, { location: other.url('/there') }).end();
          },
          '/data.jsonl',
          'us:p%40ss@',
        );
        assert.equal((await all(ranged)).length, content.size);
        assert.equal(other.requests[0]?.headers.authorization, undefined);
      } finally {
        await source?.close();
        await other.close();
      }
    });

    it('sends the headers that it is given, to the same server only', async () => {
      const content = recordsOf(10_000);
      const other = await TestServer.start(serving(content));
      try {
        server.handler = (request, response) => {
          if (request.headers.authorization !== 'Bearer s3cret') response.writeHead(401).end();
          else if (request.url === '/away') response.writeHead(307, { location: other.url('/there') }).end();
          else serve(request, response, content, { etag: '"a"' });
        };
        const headers = { authorization: 'Bearer s3cret', 'x-key': 'k3y' };
        const ranged = await openHttp({ kind: 'url', url: server.url('/here'), headers }, { limits });
        source = ranged.source;
        assert.ok((await all(source)).equals(content.slice(0, content.size)));
        assert.ok(server.requests.length > 1);
        assert.ok(server.requests.every((request) => request.headers['x-key'] === 'k3y'));
        await source.close();
        const away = await openHttp({ kind: 'url', url: server.url('/away'), headers }, { limits });
        source = away.source;
        assert.ok((await all(source)).equals(content.slice(0, content.size)));
        const [{ headers: sent }] = other.requests;
        assert.deepEqual([sent.authorization, sent['x-key']], [undefined, undefined]);
        const wrong = openHttp({
          kind: 'url',
          url: server.url('/x'),
          headers: { authorization: 'Bearer no' },
        });
        assert.match((await failure(wrong)).message, /rejected the password or token/);
      } finally {
        await source?.close();
        await other.close();
      }
    });

    it('gives up where it is sent round and round, or to what is no web address', async () => {
      const round = await failure(open((_, response) => response.writeHead(302, { location: '/x' }).end()));
      assert.match(round.message, /cannot be read: it redirects more than 10 times\.$/);
      assert.equal(server.requests.length, 11);
      const away = await failure(
        open((_, response) => response.writeHead(301, { location: 'file:///etc/passwd' }).end()),
      );
      assert.match(away.message, /redirects to an address that begins with file:/);
    });

    const refusals: readonly (readonly [number, SourceFailure, RegExp, number])[] = [
      [401, 'no-permission', /requires a user name and password, or a token \(401 Unauthorized\)\.$/, 1],
      [403, 'no-permission', /denied access \(403 Forbidden\)\.$/, 1],
      [404, 'not-found', /nothing at this address \(404 Not Found\)\.$/, 1],
      [410, 'not-found', /no longer at this address \(410 Gone\)\.$/, 1],
      [418, 'unsupported', /sent an unexpected response \(418 I'm a Teapot\)\.$/, 1],
      [429, 'unreachable', /received too many requests \(429 Too Many Requests\)\.$/, 4],
      [500, 'unreachable', /reported an error \(500 Internal Server Error\)\.$/, 4],
      [503, 'unreachable', /reported an error \(503 Service Unavailable\)\.$/, 4],
    ];
    for (const [status, kind, words, attempts] of refusals) {
      it(`says what ${status} means, after ${attempts} attempt${attempts > 1 ? 's' : ''}`, async () => {
        const handler: Handler = (_, response) => response.writeHead(status, 'ha <b>ha</b>').end('text');
        const error = await failure(open(handler, '/data.jsonl?token=s3cret', 'me:pw123@'));
        assert.equal(error.failure, kind);
        if (status === 401) assert.match(error.message, /rejected the password or token/);
        else assert.match(error.message, words);
        assert.ok(error.message.startsWith(`${server.url()}?… cannot be read: `));
        assert.equal(server.requests.length, attempts);
        const everything = JSON.stringify([error.message, String(error.cause), error.stack]);
        assert.doesNotMatch(everything, /s3cret|pw123|ha <b>/);
      });
    }

    it('asks for what knows ranges in its own way as any program does', async () => {
      const content = recordsOf(10_000);
      for (const headers of [
        { 'content-range': `bytes 5-9/${content.size}` },
        { 'content-range': 'bytes 0-65535/*' },
        { 'content-range': 'lines 1-2/3' },
        {},
      ]) {
        const { source: once } = await open((request, response) => {
          if (request.headers.range === undefined) serve(request, response, content);
          else response.writeHead(206, headers).end('xxxxx');
        });
        assert.equal(once.random, false);
        assert.ok((await all(once)).equals(content.slice(0, content.size)));
        await once.close();
      }
    });

    it('says that nobody listens, that there is no such host, and what is no address', async () => {
      const closed = await TestServer.start(() => undefined);
      const url = closed.url();
      await closed.close();
      const refused = await failure(openHttp({ kind: 'url', url }, { limits }));
      assert.equal(refused.failure, 'unreachable');
      assert.match(refused.message, /127\.0\.0\.1:\d+ refuses connections\.$/);
      const lost = await failure(openHttp({ kind: 'url', url: 'http://nowhere.invalid/x.csv' }, { limits }));
      assert.equal(lost.failure, 'unreachable');
      assert.match(lost.message, /(the host|the name) nowhere\.invalid/);
      for (const bad of ['http://', 'https://a b/', 'ftp://host/x']) {
        assert.equal((await failure(openHttp({ kind: 'url', url: bad }))).failure, 'unsupported');
      }
    });

    it('says that what answers is no web server', async () => {
      const handler: Handler = (_, response) => response.socket?.end('SSH-2.0-OpenSSH\r\n');
      assert.match((await failure(open(handler))).message, /sent an invalid HTTP response/);
    });
  });

  describe('when it takes too long', () => {
    before(() => (limits = impatient));
    after(() => (limits = patient));

    it('gives up a server that does not answer', async () => {
      const error = await failure(open(() => undefined));
      assert.equal(error.failure, 'unreachable');
      assert.match(error.message, /did not answer within 0\.3 s\.$/);
      assert.equal(server.requests.length, 4);
    });

    it('gives up one that stops in the middle, or trickles', async () => {
      const content = recordsOf(1000);
      const silent = await open((_, response) => {
        response.writeHead(200, { 'content-length': content.size });
        response.write(content.slice(0, 50_000));
      });
      const error = await failure(all(silent.source));
      assert.match(error.message, /byte 50,000 of 100,000: 127\.0\.0\.1:\d+ sent nothing for 0\.3 s\.$/);
      assert.equal(error.position, 50_000);
      await silent.source.close();

      const timers: NodeJS.Timeout[] = [];
      const trickling = await open((_, response) => {
        response.writeHead(200, { 'content-length': content.size });
        timers.push(setInterval(() => response.write('x'), 20));
      });
      try {
        assert.match((await failure(all(trickling.source))).message, /almost nothing for 0\.3 s/);
      } finally {
        for (const timer of timers) clearInterval(timer);
      }
    });

    it('does not count the time in which nobody asks for anything', async () => {
      const content = recordsOf(100_000);
      const { source: once } = await open(serving(content, { ranges: false }));
      await part(once, 0, 1000);
      await new Promise((resolve) => setTimeout(resolve, 2 * limits.idleMs));
      assert.ok((await part(once, 1000, content.size)).equals(content.slice(1000, content.size)));
      assert.equal(server.requests.length, 1);
    });
  });

  describe('below decoders', () => {
    const text = recordsOf(60_000).slice(0, 6_000_000);
    const packed = contentOf(gzipSync(text));

    async function decoded(handler: Handler, path: string) {
      server.handler = handler;
      const opened = await openSource({ kind: 'url', url: server.url(path) }, { http: limits });
      source = opened;
      return opened;
    }

    it('decodes a compressed file, in ranges and in one pass', async () => {
      const ranged = await decoded(serving(packed, { etag: '"a"' }), '/x.jsonl.gz');
      assert.deepEqual(ranged.containers, ['gzip']);
      assert.ok((await all(ranged)).equals(text));
      assert.ok((await part(ranged, 3_000_000, 3_000_100)).equals(text.subarray(3_000_000, 3_000_100)));
      await ranged.close();
      const once = await decoded(serving(packed, { ranges: false }), '/x.jsonl.gz');
      assert.ok((await all(once)).equals(text));
    });

    it('undoes a Content-Encoding, though it asks for none', async () => {
      for (const ranges of [true, false]) {
        const headers = { 'content-encoding': 'gzip' };
        const opened = await decoded(serving(packed, { ranges, headers, etag: 'W/"a"' }), '/x.jsonl');
        assert.equal(server.requests.at(-1)?.headers['accept-encoding'], 'identity');
        assert.ok((await all(opened)).equals(text));
        await opened.close();
      }
    });

    it('resumes in the middle of a compressed body', async () => {
      const once = await decoded(
        (request, response) =>
          serve(request, response, packed, {
            etag: '"a"',
            headers: { 'content-encoding': 'gzip' },
            ranges: server.requests.length > 1,
            cutAfter: server.requests.length < 3 ? 100_001 : undefined,
          }),
        '/x.jsonl',
      );
      assert.ok((await all(once)).equals(text));
    });

    it('refuses an encoding that it does not know', async () => {
      const error = await failure(
        decoded(serving(packed, { headers: { 'content-encoding': 'br' } }), '/x.jsonl'),
      );
      assert.equal(error.failure, 'unsupported');
      assert.match(error.message, /compressed as br, although asked not to/);
    });

    it('says the place in the decoded bytes where the source broke off', async () => {
      const cut = await decoded((_, response) => {
        response.writeHead(200, { 'content-length': packed.size, etag: '"a"' });
        void send(response, packed, 0, 100_000).then(() => response.socket?.destroySoon());
      }, '/x.jsonl.gz');
      const into = Buffer.alloc(text.length);
      let have = 0;
      const error = await failure(
        (async () => {
          for (;;) have += await cut.read(into.subarray(have), have);
        })(),
      );
      assert.equal(error.position, have);
      assert.ok(have > 100_000 && into.subarray(0, have).equals(text.subarray(0, have)));
      assert.match(error.message, /was interrupted at byte/);
    });
  });
});
