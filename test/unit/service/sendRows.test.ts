import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { BrokenSend, SendRequest } from '../../../src/protocol/engine.ts';
import { TestServer } from '../../support/httpServer.ts';
import { Preview } from '../../support/preview.ts';

describe('rows that a preview sends to a service', () => {
  let folder: string;
  let server: TestServer;
  let preview: Preview;
  /** Numbers that were accepted, request by request. */
  let accepted: number[][];
  /** What the service answers to a request for these numbers. */
  let statusOf: (numbers: readonly number[]) => number;

  before(async () => {
    server = await TestServer.start((request, response) => {
      void numbersIn(request).then((numbers) => {
        const status = statusOf(numbers);
        if (status === 200) accepted.push(numbers);
        response.writeHead(status).end();
      });
    });
  });
  beforeEach(async () => {
    accepted = [];
    statusOf = () => 200;
    server.requests.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'rowriver-send-'));
    await writeFile(
      join(folder, 'in.jsonl'),
      Array.from({ length: 3000 }, (_, n) => `{"n":${n}}\n`).join(''),
    );
    preview = await Preview.start(2, null);
    await open(join(folder, 'sends'));
  });
  afterEach(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });
  after(() => server.close());

  async function open(sends: string | undefined): Promise<void> {
    await preview.host.call('configure', { cacheFolder: null, cacheBytes: 1e9, keepBytes: 1e9, sends });
    const file = { location: join(folder, 'in.jsonl'), options: {} };
    preview.info = await preview.host.call('open', { session: 1, file });
  }

  function requestFor(query: string, more: Partial<SendRequest> = {}): SendRequest {
    const deadLetter = join(folder, 'given-up.jsonl');
    const url = server.url('/in?key=s3cret', 'me:pw123@');
    return { session: 1, query, url, deadLetter, resume: false, ...more };
  }

  it('are those of its query, and leave nothing behind where all are accepted', async () => {
    const { sent } = await preview.host.call(
      'sendRows',
      requestFor('n >= 2000', { headers: { 'X-Key': 'k3y' } }),
    );
    assert.deepEqual([sent?.accepted, sent?.givenUp], [1000, 0]);
    assert.deepEqual(
      accepted.flat().sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, at) => 2000 + at),
    );
    assert.ok(server.requests.every(({ headers }) => headers['x-key'] === 'k3y'));
    assert.ok(!(await readdir(folder)).includes('given-up.jsonl'));
    assert.deepEqual(preview.exports.at(-1)?.phase, 'done');
    assert.doesNotMatch(JSON.stringify(preview.exports), /s3cret|pw123/);
  });

  it('are kept in a file where the service does not accept them', async () => {
    statusOf = (numbers) => (numbers.includes(700) ? 400 : 200);
    const { sent } = await preview.host.call('sendRows', requestFor(''));
    assert.deepEqual([sent?.accepted, sent?.givenUp], [2500, 500]);
    const lines = (await readFile(join(folder, 'given-up.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 500);
    assert.match(lines[0], /"status":400.*\{\\"n\\":500\}/);
  });

  it('go on from where a run has ended early', async () => {
    statusOf = () => (accepted.length < 2 ? 200 : 401);
    const told: BrokenSend[] = [];
    const onProgress = (step: object): void => {
      if ('broken' in step) told.push(step.broken as BrokenSend);
    };
    await assert.rejects(preview.host.call('sendRows', requestFor(''), { onProgress }), /401/);
    assert.equal(told.length, 1);
    const [{ sent, canResume }] = told;
    assert.deepEqual([sent.accepted, canResume], [1000, true]);
    assert.equal(preview.exports.at(-1)?.phase, 'failed');
    statusOf = () => 200;
    await preview.host.call('sendRows', requestFor('', { resume: true }));
    assert.deepEqual(
      accepted.flat().sort((a, b) => a - b),
      Array.from({ length: 3000 }, (_, at) => at),
    );
  });

  it('go nowhere where that is not allowed, or not said in full', async () => {
    const refused: [SendRequest, RegExp][] = [
      [requestFor(`|> POST '${server.url()}'`), /POST sends rows elsewhere/],
      [requestFor('', { url: 'postgres://127.0.0.1:1/x' }), /needs the name of a table/],
      [requestFor('', { url: 'ftp://x' }), /Only http and https/],
      [requestFor('', { deadLetter: join(folder, 'in.jsonl') }), /is the file that is being read/],
    ];
    for (const [request, reason] of refused) {
      await assert.rejects(preview.host.call('sendRows', request), reason);
    }
    await open(undefined);
    await assert.rejects(preview.host.call('sendRows', requestFor('')), /sends nothing/);
    assert.equal(server.requests.length, 0);
    assert.ok(!(await readdir(folder)).includes('given-up.jsonl'));
  });
});

async function numbersIn(request: IncomingMessage): Promise<number[]> {
  const body = await text(request);
  return body
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly n: number }).n);
}
