import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket, { type ClientOptions } from 'ws';
import type { BrowserCalls } from '../../../src/protocol/browserTab.ts';
import type { PreviewCalls } from '../../../src/protocol/preview.ts';
import { Peer, type Message } from '../../../src/protocol/rpc.ts';
import { packMessage, unpackMessage } from '../../../src/protocol/wire.ts';
import { mostTabs } from '../../../src/serve/tabs.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { cellsOf } from '../../support/preview.ts';
import { fetched, serve, started, stop, type Served } from '../../support/served.ts';

type Nothing = Record<string, never>;

/** A page and the browser's end of it, without a browser. */
class Client {
  readonly socket: WebSocket;
  readonly page: Peer<Nothing, PreviewCalls, Nothing>;
  readonly events: string[] = [];
  /** What the user answers; a choice by the beginning of its label. */
  readonly answers: (string | null)[] = [];
  readonly copied: string[] = [];
  readonly problems: string[] = [];
  #numbered: (number: number) => void = () => undefined;
  /** Its number, by which addresses name it. */
  readonly tab = new Promise<number>((resolve) => (this.#numbered = resolve));

  constructor(served: Served, file = 0, options: ClientOptions = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${served.port}/tab?file=${file}`, {
      headers: { cookie: `rowriver-${served.port}=${served.token}` },
      ...options,
    });
    const post = (message: Message): void => this.socket.send(packMessage(message));
    this.page = new Peer({ post, handlers: {}, onEvent: (name) => this.events.push(name) });
    const browser = new Peer<BrowserCalls, Nothing, Nothing>({
      post,
      handlers: {
        tab: ({ number }) => {
          this.#numbered(number);
          return null;
        },
        pick: ({ choices }) => {
          const wanted = this.answers.shift() ?? null;
          const index = choices.findIndex(({ label }) => wanted !== null && label.startsWith(wanted));
          return index < 0 ? null : index;
        },
        text: ({ problem }) => {
          this.problems.push(problem);
          return this.answers.shift() ?? null;
        },
        copy: ({ text }) => {
          this.copied.push(text);
          return null;
        },
      },
    });
    this.socket.on('message', (data: Buffer) => {
      const message = unpackMessage(new Uint8Array(data));
      if (message.type === 'call' || message.type === 'cancel') browser.receive(message);
      else this.page.receive(message);
    });
  }

  static async open(served: Served, file = 0): Promise<Client> {
    const client = new Client(served, file);
    await once(client.socket, 'open');
    return client;
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.resume();
    this.socket.close();
    await closed;
  }
}

const rows = 5000;
const lines = Array.from({ length: rows }, (_, id) =>
  JSON.stringify({ id, word: `w${(id * 7919) % 1000}`, text: 'x'.repeat(200) }),
);

describe('serve/tabs', function () {
  this.timeout(60_000);
  let folder = '';
  let path = '';
  let served: Served;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-tabs-'));
    path = join(folder, 'data.jsonl');
    await writeFile(path, `${lines.join('\n')}\nnot json\n`);
    served = await serve(path);
  });
  after(async () => {
    await stop(served);
    await rm(folder, { recursive: true });
  });

  const bearer = () => ({ authorization: `Bearer ${served.token}` });

  it('refuses whoever has not the token, other names of this computer, and pages of other origins', async () => {
    const cookie = `rowriver-${served.port}=${served.token}`;
    const own = `http://127.0.0.1:${served.port}`;
    const refused: readonly (readonly [number, string, Record<string, string>])[] = [
      [403, '/tab', {}],
      [403, '/tab', { cookie: `rowriver-${served.port}=guessed` }],
      [403, '/tab?token=guessed', {}],
      [403, '/tab', { cookie, origin: 'http://attacker.example' }],
      [403, '/tab', { cookie, origin: `http://localhost:${served.port}` }],
      [403, '/tab', { cookie, origin: own.replace('http', 'https') }],
      [403, '/tab', { cookie, origin: 'null' }],
      [403, '/tab', { cookie, 'sec-fetch-site': 'cross-site' }],
      [403, '/tab', { cookie, host: `attacker.example:${served.port}` }],
      [403, '/tab', { cookie, host: 'attacker.example', origin: 'http://attacker.example' }],
      [404, '/tab?file=1', { cookie }],
      [404, '/tab?file=-1', { cookie }],
      [404, '/tab?file=x', { cookie }],
      [404, '/', { cookie }],
      [404, '/rows.csv', { cookie }],
    ];
    for (const [status, target, headers] of refused) {
      const socket = new WebSocket(`ws://127.0.0.1:${served.port}${target}`, { headers });
      socket.on('error', () => undefined);
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
      assert.equal(response.statusCode, status, `${target} ${JSON.stringify(headers)}`);
      response.destroy();
    }
    const granted: readonly Record<string, string>[] = [
      { cookie },
      { cookie, origin: own },
      { cookie, origin: own.toUpperCase(), 'sec-fetch-site': 'same-origin' },
      { authorization: `Bearer ${served.token}` },
      {
        cookie: cookie.replace(String(served.port), '9000'),
        host: 'localhost:9000',
        origin: 'http://localhost:9000',
      },
    ];
    for (const headers of granted) {
      const client = new Client(served, 0, { headers });
      await once(client.socket, 'open');
      await client.close();
    }
  });

  it('joins by paths from the folder of the pattern, also where that has one file today', async () => {
    const parts = join(folder, 'parts');
    await mkdir(join(parts, 'one'), { recursive: true });
    await writeFile(join(parts, 'one', 'events.jsonl'), '{"user":1}\n');
    for (const of of [parts, join(parts, 'one')])
      await writeFile(join(of, 'users.csv'), `id,name\n1,${of === parts ? 'in parts' : 'in one'}\n`);
    const query = "|> JOIN 'users.csv' AS u ON user = u.id |> SELECT u.name AS n";
    for (const [asked, name] of [
      [join(parts, '*', 'events.jsonl'), 'in parts'],
      [join(parts, 'one', 'events.jsonl'), 'in one'],
    ]) {
      const other = await serve(asked);
      try {
        const client = await Client.open(other);
        await client.page.call('info', null);
        const { view } = await client.page.call('run', { query });
        const page = await client.page.call('rows', { view, first: 0, count: 1, columns: [0] });
        assert.deepEqual(cellsOf(page), [[name]], asked);
        await client.close();
        const target = `/rows.jsonl?${new URLSearchParams({ q: query, token: other.token }).toString()}`;
        assert.equal((await fetched(other, target)).body.toString(), `{"n":"${name}"}\n`, asked);
      } finally {
        await stop(other);
      }
    }
  });

  it('answers a page as the engine does', async () => {
    const client = await Client.open(served);
    try {
      const info = await client.page.call('info', null);
      assert.deepEqual([info.name, info.format], ['data.jsonl', 'jsonl']);
      const query = "word LIKE 'w9%' |> ORDER BY id DESC";
      const { view, matched } = await client.page.call('run', { query });
      const expected = lines
        .map((line) => JSON.parse(line) as { id: number; word: string })
        .filter(({ word }) => word.startsWith('w9'))
        .toReversed();
      assert.equal(matched, expected.length);
      const page = await client.page.call('rows', { view, first: 10, count: 50, columns: [0, 1] });
      assert.deepEqual(
        cellsOf(page),
        expected.slice(10, 60).map(({ id, word }) => [String(id), word]),
      );
      await assert.rejects(client.page.call('rows', { view: 99, first: 0, count: 1, columns: [0] }));
      const tab = await client.tab;
      const record = await fetched(served, `/record.json?tab=${tab}&view=${view}&row=0`, {
        headers: bearer(),
      });
      assert.deepEqual(JSON.parse(record.body.toString()), JSON.parse(lines[expected[0].id]));
      for (const wrong of [`tab=${tab}&view=99&row=0`, `tab=${tab}`, 'tab=99&view=0&row=0', 'view=0&row=0']) {
        const { status } = await fetched(served, `/record.json?${wrong}`, { headers: bearer() });
        assert.equal(status, 404, wrong);
      }
      const rejects = await fetched(served, `/rejects.jsonl?tab=${tab}`, { headers: bearer() });
      assert.equal(
        rejects.headers['content-disposition'],
        `attachment; filename="data.rejects.jsonl"; filename*=UTF-8''data.rejects.jsonl`,
      );
      const target = join(folder, 'rejects.jsonl');
      await runCli([path, 'id < 0', '--count', '--rejects', target]);
      assert.equal(rejects.body.toString(), await readFile(target, 'utf8'));
    } finally {
      await client.close();
    }
  });

  it('closes a connection that says what is no message, and goes on with the others', async () => {
    const other = await Client.open(served);
    try {
      for (const said of ['text', Buffer.from([1, 2, 3]), Buffer.from('\x02\0\0\0{}'), Buffer.alloc(0)]) {
        const client = await Client.open(served);
        client.socket.send(said);
        const [code] = (await once(client.socket, 'close')) as [number];
        assert.equal(code, 1003, said.toString());
      }
      const tooMuch = await Client.open(served);
      tooMuch.socket.send(Buffer.alloc(5 * 1024 * 1024));
      const [code] = (await once(tooMuch.socket, 'close')) as [number];
      assert.equal(code, 1009);
      assert.equal((await other.page.call('info', null)).name, 'data.jsonl');
      await assert.rejects(other.page.call('host/openAsText', null), /needs VS Code/);
      await assert.rejects(other.page.call('toString' as 'info', null));
    } finally {
      await other.close();
    }
  });

  it('keeps filters for its other pages, and reads as the user says, downloads as well', async () => {
    const csv = join(folder, 'semi.csv');
    await writeFile(csv, 'a;b\n1;x\n2;y\n');
    const other = await serve(csv);
    const headers = { authorization: `Bearer ${other.token}` };
    const client = await Client.open(other);
    const second = await Client.open(other);
    try {
      assert.deepEqual(
        (await client.page.call('info', null)).columns.map(({ name }) => name),
        ['a', 'b'],
      );
      const history = Array.from({ length: 150 }, (_, n) => `a = ${n}`);
      const saved = [{ name: 'one', query: 'a = 1' }];
      await client.page.call('host/keepFilters', { history, saved });
      const kept = await second.page.call('host/filters', null);
      assert.deepEqual(kept, { history: history.slice(0, 100), saved });

      client.answers.push('Delimiter', 'Other', '"', ',');
      await client.page.call('host/readAs', {});
      assert.deepEqual(client.problems, ['', "A delimiter can't contain quotes or line breaks."]);
      assert.deepEqual(
        (await client.page.call('info', null)).columns.map(({ name }) => name),
        ['column1'],
      );
      assert(client.events.includes('restarted'));
      const rowsOf = async (which: string): Promise<string> =>
        (await fetched(other, `/rows.jsonl?${which}`, { headers })).body.toString();
      assert.equal(
        await rowsOf(`tab=${await client.tab}`),
        '{"column1":"a;b"}\n{"column1":"1;x"}\n{"column1":"2;y"}\n',
      );
      // Programs get what the command says.
      assert.equal(await rowsOf(''), '{"a":"1","b":"x"}\n{"a":"2","b":"y"}\n');
      const third = await Client.open(other);
      assert.deepEqual(
        (await third.page.call('info', null)).columns.map(({ name }) => name),
        ['column1'],
      );
      await third.close();

      client.answers.push('Reset');
      await client.page.call('host/readAs', {});
      assert.deepEqual(
        (await client.page.call('info', null)).columns.map(({ name }) => name),
        ['a', 'b'],
      );
      client.answers.push(null);
      await client.page.call('host/readAs', {});

      client.answers.push('DuckDB');
      await client.page.call('host/copyQueryAs', { query: 'a = 1' });
      assert.match(client.copied.join(), /^SELECT \* *\nFROM read_csv\(.*semi\.csv/s);
    } finally {
      await client.close();
      await second.close();
      await stop(other);
    }
  });

  it('goes on with a page that begins anew again and again, whose calls are given up', async () => {
    // So long that no answer overtakes the call that follows.
    const long = join(folder, 'long.jsonl');
    await writeFile(long, `${lines.join('\n')}\n`.repeat(20));
    const other = await serve(long);
    const client = await Client.open(other);
    try {
      for (let times = 0; times < 80; times++) {
        const query = `|> ORDER BY text, word, id + ${times}`;
        client.page.call('run', { query }).catch(() => undefined);
        assert.equal((await client.page.call('info', null)).name, 'long.jsonl');
      }
    } finally {
      client.page.close();
      client.socket.terminate();
      await stop(other);
    }
  });

  it('lets go of a page that is gone, whatever was under way', async () => {
    const client = await Client.open(served);
    await client.page.call('info', null);
    const tab = await client.tab;
    void client.page.call('run', { query: '|> ORDER BY text, word, id' }).catch(() => undefined);
    client.socket.terminate();
    await gone(served, tab);
    // More than there may be at a time, one after the other.
    for (let count = 0; count < mostTabs + 2; count++) {
      const next = await Client.open(served);
      const number = await next.tab;
      next.socket.terminate();
      if (count >= mostTabs - 2) await gone(served, number);
    }
  });

  it('ends the session of a page that is gone: the rows that it showed are removed', async () => {
    const temporary = await mkdtemp(join(folder, 'temporary-'));
    const other = await started(startCli(['serve', path], { env: { TMPDIR: temporary, TEMP: temporary } }));
    try {
      const client = await Client.open(other);
      await client.page.call('info', null);
      const isKept = becomes(temporary, (names) => names.some((name) => name.startsWith('rowriver-')));
      void client.page.call('run', { query: '|> ORDER BY word, id' }).catch(() => undefined);
      await isKept;
      client.socket.terminate();
      await becomes(temporary, (names) => !names.some((name) => name.startsWith('rowriver-')));
    } finally {
      await stop(other);
    }
  });

  it('refuses more pages than it can hold', async () => {
    const other = await serve(path);
    const clients: Client[] = [];
    try {
      for (let count = 0; count < mostTabs; count++) clients.push(await Client.open(other));
      const more = new Client(other);
      more.socket.on('error', () => undefined);
      const [, response] = (await once(more.socket, 'unexpected-response')) as [unknown, IncomingMessage];
      assert.equal(response.statusCode, 503);
      response.destroy();
      // The others are told when the server ends.
      const closed = Promise.all(clients.map(({ socket }) => once(socket, 'close')));
      const { code, stderr } = await stop(other);
      assert.equal(code, 0, stderr);
      for (const [reason] of (await closed) as [number][]) assert.equal(reason, 1001);
    } finally {
      for (const { socket } of clients) socket.terminate();
    }
  });

  it('answers a client that asks for more than it takes, in full, and others meanwhile', async () => {
    const slow = await Client.open(served);
    const quick = await Client.open(served);
    try {
      await slow.page.call('info', null);
      await slow.page.call('run', { query: '' });
      slow.socket.pause();
      const first = (ask: number): number => (ask * 13) % (rows - 100);
      // 100 times 26 kB: far more than sockets hold.
      const asked = Array.from({ length: 1000 }, (_, ask) =>
        slow.page.call('rows', { view: 0, first: first(ask), count: 100, columns: [0, 2] }),
      );
      assert.equal((await quick.page.call('info', null)).name, 'data.jsonl');
      await quick.page.call('run', { query: "word = 'w1'" });
      slow.socket.resume();
      for (const [ask, page] of (await Promise.all(asked)).entries()) {
        const cells = cellsOf(page);
        assert.equal(cells.length, 100);
        assert.equal(cells[0][0], String(first(ask)));
      }
    } finally {
      await slow.close();
      await quick.close();
    }
  });
});

/** Resolves when the server has let go of a tab. */
async function gone(served: Served, tab: number): Promise<void> {
  const headers = { authorization: `Bearer ${served.token}` };
  for (;;) {
    const { body } = await fetched(served, `/record.json?tab=${tab}&view=0&row=0`, { headers });
    if (body.toString().startsWith('This preview is closed.')) return;
  }
}

/** Resolves when what is in a folder is as it is to be. */
function becomes(folder: string, holds: (names: readonly string[]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, look);
    function look(): void {
      if (!holds(readdirSync(folder))) return;
      watcher.close();
      resolve();
    }
    look();
  });
}
