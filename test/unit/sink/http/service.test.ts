import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { DeadLetters } from '../../../../src/engine/sink/http/deadLetters.ts';
import { SendJournal } from '../../../../src/engine/sink/http/sendJournal.ts';
import { ServiceSink, type ServiceOptions } from '../../../../src/engine/sink/http/serviceSink.ts';
import { parseAddress } from '../../../../src/engine/source/http/address.ts';
import type { ExportSummary } from '../../../../src/protocol/engine.ts';
import { fill, inWords, saidOf } from '../../../../src/said/said.ts';
import { TestServer } from '../../../support/httpServer.ts';

/** A batch as a server of the tests got it. */
interface Received {
  readonly key: string;
  readonly type: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

type Answering = (batch: Received, response: ServerResponse, request: IncomingMessage) => void;

interface DeadRow {
  readonly row: number;
  readonly record?: number;
  readonly line?: number;
  readonly offset?: number;
  readonly key: string;
  readonly status?: number;
  readonly reason: string;
  readonly raw: string;
}

describe('sink/http', () => {
  let folder: string;
  let server: TestServer;
  let received: Received[];

  before(async () => {
    server = await TestServer.start(() => undefined);
  });

  after(() => server.close());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    received = [];
  });

  afterEach(async () => {
    server.dropAll();
    await rm(folder, { recursive: true });
  });

  /** Has the server answer to each batch, once it is there. */
  function answer(by: Answering): void {
    server.handler = (request, response) => {
      void bodyOf(request).then((bytes) => {
        const { headers } = request;
        const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        const batch = {
          key: String(headers['idempotency-key']),
          type: headers['content-type'] ?? '',
          body: plain.toString(),
          headers,
        };
        received.push(batch);
        by(batch, response, request);
      });
    };
  }

  const ok: Answering = (_, response) => void response.writeHead(200).end('{"ok":true}');

  interface Asked extends Partial<Omit<ServiceOptions, 'deadLetters'>> {
    readonly query?: string;
    readonly path?: string;
    readonly file?: string;
    /** Whether what is given up goes to a file. */
    readonly dead?: boolean;
  }

  const deadPath = (): string => join(folder, 'dead.jsonl');

  async function deadRows(): Promise<DeadRow[]> {
    const text = await readFile(deadPath(), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DeadRow);
  }

  async function opened<T>(
    content: string,
    asked: Asked,
    use: (sink: ServiceSink, run: () => Promise<ExportSummary>) => Promise<T>,
  ): Promise<T> {
    const { query = '', path = '/in', file = 'data.jsonl', dead = false, ...options } = asked;
    const { signal = new AbortController().signal } = options;
    await writeFile(join(folder, file), content);
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, file) }, { signal });
    const sink = new ServiceSink(parseAddress(server.url(path)), {
      form: 'jsonl',
      identity: 'file',
      retryMs: 1,
      signal,
      ...options,
      deadLetters: dead ? await DeadLetters.open(deadPath(), dataset.location.paths) : undefined,
    });
    try {
      return await use(sink, () =>
        exportTo(dataset, { query, service: sink }, { signal, progress: () => undefined }),
      );
    } finally {
      await sink.discard();
      await dataset.close();
    }
  }

  const send = (content: string, asked: Asked = {}): Promise<ExportSummary> =>
    opened(content, asked, (_, run) => run());

  /** Numbers of the rows that came, in any order. */
  const numbersIn = (text: string): number[] =>
    [...text.matchAll(/"n":(\d+)/g)].map(([, number]) => Number(number));

  const lines = (count: number, from = 1): string =>
    Array.from({ length: count }, (_, i) => `{"n":${i + from}}\n`).join('');

  it('sends JSON Lines in batches, each with a key of its rows', async () => {
    answer(ok);
    const { sent } = await send(lines(7), { batch: 3 });
    const byKey = received.map(({ key, body, type }) => [key, body, type]).sort();
    assert.deepEqual(byKey, [
      ['file-1-3', lines(3), 'application/x-ndjson'],
      ['file-4-6', lines(3, 4), 'application/x-ndjson'],
      ['file-7-7', lines(1, 7), 'application/x-ndjson'],
    ]);
    assert.deepEqual(sent, {
      ...{ accepted: 7, batches: 3, before: 0, retries: 0, givenUp: 0 },
      bytes: lines(7).length,
    });
  });

  for (const [form, type, body] of [
    ['json', 'application/json', '[{"n":2},{"n":3}]'],
    ['csv', 'text/csv; charset=utf-8', 'n\r\n2\r\n3\r\n'],
    [
      'bulk',
      'application/x-ndjson',
      '{"create":{"_id":"file-1"}}\n{"n":2}\n{"create":{"_id":"file-2"}}\n{"n":3}\n',
    ],
  ] as const) {
    it(`sends what a query selects as ${form}, compressed`, async () => {
      answer(ok);
      await send('{"n":1}\r\n{"n":2}\r\n{"n":3}', { form, query: 'n > 1', gzip: true });
      assert.deepEqual(
        received.map((batch) => [batch.type, batch.body]),
        [[type, body]],
      );
    });
  }

  for (const [query, expected] of [
    ['|> SELECT n * 2 AS n', [2, 4, 6]],
    ['|> ORDER BY n DESC', [3, 2, 1]],
    ['|> AGGREGATE sum(n) AS n', [6]],
    ['n > 5', []],
  ] as const) {
    it(`sends the rows of ${query}`, async () => {
      answer(ok);
      const { sent } = await send(lines(3), { query });
      assert.deepEqual(numbersIn(received.map(({ body }) => body).join('')), expected);
      assert.equal(sent?.accepted, expected.length);
    });
  }

  it('ends a batch also where it has many bytes, whole rows of any length', async () => {
    answer(ok);
    const long = (n: number): string => `{"n":${n},"text":"${'x'.repeat(5_000_000)}"}\n`;
    await send(long(1) + long(2) + long(3), { query: '|> ORDER BY n' });
    const keys = received.map(({ key, body }) => [key, numbersIn(body)]).sort();
    assert.deepEqual(keys, [
      ['file-1-2', [1, 2]],
      ['file-3-3', [3]],
    ]);
  });

  it('waits as long as Retry-After says, in seconds and as a date, and then sends the same batch', async () => {
    for (const after of [() => '1', () => new Date(Date.now() + 2000).toUTCString()]) {
      received = [];
      const times: number[] = [];
      answer((batch, response, request) => {
        times.push(performance.now());
        if (times.length === 1) response.writeHead(429, { 'retry-after': after() }).end();
        else ok(batch, response, request);
      });
      const { sent } = await send(lines(2));
      assert.equal(sent?.retries, 1);
      assert.ok(times[1] - times[0] > 900, `${times[1] - times[0]}`);
      assert.deepEqual(received[0], { ...received[1], headers: received[0].headers });
    }
  });

  it('tries again with growing waits, so often and no more', async () => {
    const times: number[] = [];
    answer((_, response) => {
      times.push(performance.now());
      response.writeHead(503).end('busy');
    });
    const { sent } = await send(lines(2), { attempts: 4, retryMs: 20, dead: true });
    assert.deepEqual([sent?.retries, sent?.givenUp, sent?.accepted], [3, 2, 0]);
    assert.equal(times.length, 4);
    assert.ok(times[3] - times[2] >= 40 && times[1] - times[0] >= 10);
    const [first] = await deadRows();
    assert.deepEqual(first, {
      row: 1,
      record: 1,
      line: 1,
      offset: 0,
      key: 'file-1',
      status: 503,
      reason: '503 Service Unavailable: busy (after 4 attempts)',
      raw: '{"n":1}',
    });
  });

  it('takes a service for gone when batches are sent in vain one after the other', async () => {
    answer((_, response) => void response.writeHead(500).end());
    const run = send(lines(100), { batch: 1, attempts: 1, inFlight: 1, dead: true });
    await assert.rejects(run, { name: 'SinkError', message: /3 batches in a row were sent in vain/ });
    assert.equal((await deadRows()).length, 3);
    assert.equal(received.length, 3);
  });

  it('says as text and values why rows are not taken, and keeps the English with them', async () => {
    answer((_, response) => void response.end('{"errors":true,"items":[]}'));
    const told: Readonly<Record<string, string>> = {
      '{0} does not accept the rows: {1}.': '{0} nimmt die Zeilen nicht an: {1}.',
      '{0} batches in a row were sent in vain. {1}': '{0} Sendungen umsonst. {1}',
      '{0} (after one attempt)': '{0} (nach einem Versuch)',
      'the answer speaks of {0} rows, and {1} were sent': 'geantwortet wurde zu {0} Zeilen, gesendet {1}',
    };
    const run = send(lines(9), { batch: 2, attempts: 1, inFlight: 1, dead: true });
    await assert.rejects(run, (error) => {
      const words = inWords(saidOf(error), (text, ...values) => fill(told[text] ?? `?${text}`, ...values));
      assert.match(
        words,
        /^\S+ nimmt die Zeilen nicht an: 3 Sendungen umsonst\. geantwortet wurde zu 0 Zeilen, gesendet 2 \(nach einem Versuch\)\.$/,
      );
      return true;
    });
    const [{ reason }] = await deadRows();
    assert.equal(reason, 'the answer speaks of 0 rows, and 2 were sent (after one attempt)');
  });

  it('gives up rows by themselves, as a bulk answer says, and sends again only what may be taken', async () => {
    const bulk =
      (status: (id: string) => number): Answering =>
      ({ body }, response) => {
        const items = [...body.matchAll(/"_id":"([^"]+)"/g)].map(([, id]) => {
          const error = { type: 'some_error', reason: `of ${id}` };
          return { create: { _id: id, status: status(id), ...(status(id) > 299 && { error }) } };
        });
        const errors = items.some(({ create }) => create.status > 299);
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ errors, items }));
      };
    const tries = new Map<string, number>();
    answer(
      bulk((id) => {
        const count = tries.get(id) ?? 0;
        if (id === 'file-3') return 400;
        if (id === 'file-4') return 409;
        return id === 'file-2' && count < 2 ? 429 : 201;
      }),
    );
    const inner = server.handler;
    server.handler = (request, response) => {
      for (const { body } of received.slice(-1)) {
        for (const [, id] of body.matchAll(/"_id":"([^"]+)"/g)) tries.set(id, (tries.get(id) ?? 0) + 1);
      }
      inner(request, response);
    };
    const { sent } = await send(`\n${lines(5)}`, { form: 'bulk', dead: true });
    assert.deepEqual([sent?.accepted, sent?.givenUp, sent?.retries], [4, 1, 2]);
    assert.deepEqual(
      received.map(({ body }) => numbersIn(body)),
      [[1, 2, 3, 4, 5], [2], [2]],
    );
    assert.deepEqual(
      received.map(({ key }) => key),
      ['file-1-5', 'file-2-2', 'file-2-2'],
    );
    assert.deepEqual(await deadRows(), [
      {
        row: 3,
        record: 3,
        line: 4,
        offset: 17,
        key: 'file-3',
        status: 400,
        reason: '400 Bad Request: some_error: of file-3',
        raw: '{"n":3}',
      },
    ]);
  });

  it('gives up a batch as a whole where the service rejects it as a whole, and goes on', async () => {
    answer((batch, response, request) => {
      if (batch.key === 'file-3-4') response.writeHead(422).end('n is\n wrong');
      else ok(batch, response, request);
    });
    const { sent } = await send(lines(6), { batch: 2, dead: true });
    assert.deepEqual([sent?.accepted, sent?.givenUp], [4, 2]);
    const dead = await deadRows();
    assert.deepEqual(
      dead.map(({ row }) => row),
      [3, 4],
    );
    assert.match(dead[0].reason, /^422 Unprocessable Entity: n is wrong$/);
  });

  it('ends with the first row that would be lost, where nothing takes it', async () => {
    answer((_, response) => void response.writeHead(400).end('no'));
    await assert.rejects(send(lines(50), { batch: 2, inFlight: 1 }), {
      name: 'SinkError',
      message: /rows 1 to 2 not accepted: 400 Bad Request: no\. With --dead-letter FILE/,
    });
    assert.equal(received.length, 1);
  });

  for (const form of ['jsonl', 'csv', 'bulk'] as const) {
    it(`sends dead letters again, as ${form}, by the keys that they had`, async () => {
      answer((_, response) => void response.writeHead(400).end());
      await send(lines(3), { dead: true });
      const dead = await readFile(deadPath(), 'utf8');
      answer(ok);
      received = [];
      const { sent } = await send(dead, {
        file: 'again.jsonl',
        form,
        resend: true,
        identity: 'dead',
        query: 'row > 1',
      });
      assert.equal(sent?.accepted, 2);
      const bodies = {
        jsonl: lines(2, 2),
        csv: 'n\r\n2\r\n3\r\n',
        bulk: '{"create":{"_id":"file-2"}}\n{"n":2}\n{"create":{"_id":"file-3"}}\n{"n":3}\n',
      };
      assert.deepEqual(
        received.map(({ body }) => body),
        [bodies[form]],
      );
    });
  }

  it('refuses to send anything again that is no dead letter', async () => {
    answer(ok);
    await assert.rejects(
      send(lines(1), { resend: true }),
      /--resend reads a file that --dead-letter has written/,
    );
    await assert.rejects(send(lines(1), { resend: true, query: '|> SELECT n' }), /does not change them/);
    assert.equal(received.length, 0);
  });

  it('adds to the dead letters that are there, after half a line too', async () => {
    await writeFile(deadPath(), '{"row":1}\n{"ro');
    answer((_, response) => void response.writeHead(400).end());
    await send(lines(1), { dead: true });
    const text = await readFile(deadPath(), 'utf8');
    assert.match(text, /^\{"row":1\}\n\{"ro\n\{"row":1,"record":1,.*\}\n$/);
  });

  it('sends no headers to another origin that it is redirected to', async () => {
    const other = await TestServer.start((request, response) => {
      request.resume().on('end', () => response.end());
    });
    try {
      answer((_, response) => void response.writeHead(307, { location: other.url('/there') }).end());
      const { sent } = await send(lines(1), { headers: { authorization: 'Bearer t0ken', 'x-key': 'k' } });
      assert.equal(sent?.accepted, 1);
      assert.equal(received[0].headers.authorization, 'Bearer t0ken');
      const [{ headers, method, url }] = other.requests;
      assert.deepEqual(
        [method, url, headers.authorization, headers['x-key']],
        ['POST', '/there', undefined, undefined],
      );
      assert.equal(headers['idempotency-key'], 'file-1-1');
    } finally {
      await other.close();
    }
  });

  for (const [what, status, headers, message] of [
    ['a redirect that makes a GET of a POST', 302, { location: '/there' }, /redirects with status 302/],
    ['a missing permission', 401, {}, /401 Unauthorized/],
    ['a wrong address', 404, {}, /404 Not Found/],
  ] as const) {
    it(`ends at once with ${what}, whatever takes dead letters`, async () => {
      answer((_, response) => void response.writeHead(status, headers).end());
      await assert.rejects(send(lines(50), { batch: 1, inFlight: 1, dead: true }), message);
      assert.equal(received.length, 1);
      // An empty file would be left behind.
      await assert.rejects(deadRows(), { code: 'ENOENT' });
    });
  }

  for (const [what, fail] of [
    ['does not answer', () => undefined],
    ['closes the connection', (_, response) => void response.destroy()],
    [
      'breaks off in its answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"errors"');
        setImmediate(() => response.destroy());
      },
    ],
    [
      'answers half of the rows',
      (_, response) => void response.end('{"errors":true,"items":[{"status":201}]}'),
    ],
  ] as readonly (readonly [string, Answering])[]) {
    it(`sends a batch again, by the same key, to a service that ${what}`, async () => {
      let first = true;
      answer((batch, response, request) => {
        if (first) fail(batch, response, request);
        else ok(batch, response, request);
        first = false;
      });
      const { sent } = await send(lines(3), { limits: { answerMs: 50 } });
      assert.deepEqual([sent?.accepted, sent?.retries], [3, 1]);
      assert.deepEqual(
        received.map(({ key }) => key),
        ['file-1-3', 'file-1-3'],
      );
    });
  }

  it('sends the same bytes again to a service that answers before it has read them', async () => {
    const text = Array.from({ length: 4000 }, (_, n) => `{"n":${n},"text":"${'x'.repeat(1000)}"}\n`).join('');
    let early = 0;
    answer(ok);
    const later = server.handler;
    server.handler = (request, response) => {
      // Far more than a connection holds, of which nothing is read.
      if (++early > 3) later(request, response);
      else response.writeHead(503, { 'retry-after': '0' }).end();
    };
    const { sent } = await send(text, { batch: 1000, inFlight: 2 });
    assert.equal(sent?.accepted, 4000);
    const bodies = received.map(({ body }) => body).sort((a, b) => numbersIn(a)[0] - numbersIn(b)[0]);
    assert.equal(bodies.join(''), text);
  });

  it('says at once that nobody listens', async () => {
    const gone = await TestServer.start(() => undefined);
    const address = parseAddress(gone.url());
    await gone.close();
    const { signal } = new AbortController();
    const sink = new ServiceSink(address, { form: 'jsonl', identity: 'file', signal });
    await sink.write(Buffer.from(lines(1)));
    await assert.rejects(sink.commit(), /refuses connections/);
    await sink.discard();
  });

  it('sends halves of a batch that is too large', async () => {
    answer((batch, response, request) => {
      if (numbersIn(batch.body).length > 2 || batch.body.includes('"n":5')) response.writeHead(413).end();
      else ok(batch, response, request);
    });
    const { sent } = await send(lines(8), { dead: true });
    assert.deepEqual([sent?.accepted, sent?.givenUp], [7, 1]);
    assert.deepEqual(
      (await deadRows()).map(({ row }) => row),
      [5],
    );
  });

  it('has so many batches under way, and reads no further meanwhile', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    answer((_, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      // Answers when the last one that may come is there.
      if (waiting.length === 3) for (const one of waiting.splice(0)) one.writeHead(200).end();
    });
    const { sent } = await send(lines(30), { batch: 1, inFlight: 3 });
    assert.equal(sent?.accepted, 30);
    assert.equal(most, 3);
  });

  it('ends at once when it is cancelled, and knows what was accepted', async () => {
    const controller = new AbortController();
    answer((batch, response, request) => {
      if (batch.key === 'file-3-3') controller.abort();
      else ok(batch, response, request);
    });
    await opened(lines(100), { batch: 1, inFlight: 1, signal: controller.signal }, async (sink, run) => {
      await assert.rejects(run(), { name: 'AbortError' });
      assert.equal(sink.sent.accepted, 2);
    });
    await server.deserted();
    assert.equal(received.length, 3);
  });

  it('keeps a row once that was given up just before a run was killed, and is sent again', async () => {
    const journalFolder = join(folder, 'sends');
    const asked = { batch: 2, inFlight: 1, dead: true };
    answer(({ body }, response) => {
      const [first] = numbersIn(body);
      response.writeHead(first === 3 ? 400 : first === 7 ? 403 : 200).end('{}');
    });
    const begun = await SendJournal.open(journalFolder, { asked: [], rows: 'run' }, false);
    await assert.rejects(send(lines(8), { ...asked, journal: begun }), /403/);
    assert.deepEqual(
      (await deadRows()).map(({ row }) => row),
      [3, 4],
    );
    // What a kill would have left that came before the journal had the batch.
    const [name] = await readdir(journalFolder);
    const noted = await readFile(join(journalFolder, name), 'utf8');
    assert.ok(noted.includes('\n3 4\n'));
    await writeFile(join(journalFolder, name), noted.replace('\n3 4\n', '\n'));
    answer(({ body }, response) => {
      response.writeHead(numbersIn(body)[0] === 5 ? 200 : 400).end('{}');
    });
    received = [];
    const journal = await SendJournal.open(journalFolder, { asked: [], rows: 'run' }, true);
    const { sent } = await send(lines(8), { ...asked, journal });
    assert.deepEqual(received.map(({ body }) => numbersIn(body)).flat(), [3, 4, 7, 8]);
    assert.deepEqual(
      (await deadRows()).map(({ row }) => row),
      [3, 4, 7, 8],
    );
    assert.equal(sent?.givenUp, 4);
  });
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
