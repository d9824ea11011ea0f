import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, runCli, startCli } from '../../support/cli.ts';
import { recordLine, TestServer } from '../../support/httpServer.ts';
import { runs } from '../../support/long.ts';
import { peakIn, reportsPeak } from '../../support/peak.mjs';

describe('cli to a service', () => {
  let folder: string;
  let server: TestServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-service-'));
    server = await TestServer.start(() => undefined);
  });

  beforeEach(() => {
    server.requests.length = 0;
    server.handler = (request, response) => void request.resume().on('end', () => response.end());
  });

  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function fileOf(records: number): Promise<string> {
    const path = join(folder, `${records}.jsonl`);
    const file = await open(path, 'w');
    for (let from = 0; from < records; from += 10_000) {
      const count = Math.min(10_000, records - from);
      await file.write(Array.from({ length: count }, (_, i) => recordLine(from + i)).join(''));
    }
    await file.close();
    return path;
  }

  it('does not advise to go on with a file that is none of dead letters', async () => {
    const { code, stderr } = await runCli([await fileOf(3), '--resend', '--to-url', server.url()]);
    assert.equal(code, 1);
    assert.match(stderr, /--resend reads a file that --dead-letter has written/);
    assert.doesNotMatch(stderr, /--resume/);
  });

  it('sends what matches, with the headers, and says so without what is secret', async () => {
    const file = await fileOf(4000);
    const url = server.url('/in?key=s3cret', 'me:pw123@');
    const { code, stdout, stderr } = await runCli(
      [file, 'status >= 500', '--to-url', url, '--batch', '40', '--header', 'X-Key: k3y'],
      { env: { ROWRIVER_HEADERS: 'X-Other: o' } },
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout.length, 0);
    assert.equal(
      stderr,
      `rowriver: 4,000 records read, 100 rows accepted by ${server.url('/in')}?… in 3 batches, 0 retries, 0 given up, 0 malformed\n`,
    );
    const [{ headers }] = server.requests;
    const authorization = `Basic ${Buffer.from('me:pw123').toString('base64')}`;
    assert.deepEqual(
      [headers['x-key'], headers['x-other'], headers.authorization],
      ['k3y', 'o', authorization],
    );
  });

  it('has the same keys for the same rows of the same file, and others for others', async () => {
    const file = await fileOf(1000);
    const keysOf = async (...args: string[]): Promise<unknown[]> => {
      server.requests.length = 0;
      await runCli([file, ...args, '--to-url', server.url()]);
      return server.requests.map(({ headers }) => headers['idempotency-key']).sort();
    };
    const keys = await keysOf();
    assert.equal(new Set(keys).size, 2);
    assert.deepEqual(await keysOf(), keys);
    assert.notDeepEqual(await keysOf('id >= 0'), keys);
    await writeFile(file, `${recordLine(5)}${await readFile(file, 'utf8')}`);
    assert.notDeepEqual((await keysOf()).slice(0, 2), keys);
  });

  it('sends what a query that ends with POST selects, as --to-url does', async () => {
    const file = await fileOf(1000);
    const sent = async (...args: string[]): Promise<unknown[]> => {
      server.requests.length = 0;
      const { code, stderr } = await runCli([file, ...args]);
      return [
        code,
        stderr,
        server.requests.map(({ method, headers }) => [
          method,
          headers['content-type'],
          headers['idempotency-key'],
        ]),
      ];
    };
    const url = server.url('/in');
    const flags = await sent(
      'id >= 10 |> SELECT id',
      '--to-url',
      url,
      '--batch',
      '400',
      '--to',
      'csv',
      '--in-flight',
      '1',
    );
    assert.equal(flags[0], 0, String(flags[1]));
    assert.equal(server.requests.length, 3);
    const query = `id >= 10 |> SELECT id |> POST '${url}' BATCH 400 AS csv`;
    assert.deepEqual(await sent(query, '--in-flight', '1'), flags);
    assert.deepEqual(
      await sent(`${query.replace('BATCH 400 AS csv', 'AS csv BATCH 400')};`, '--in-flight', '1'),
      flags,
    );
    const whole = await sent('--to-url', url);
    assert.deepEqual(await sent(`POST '${url}'`), whole);
  });

  it('sends nothing for a query that is not the command\u2019s own', async () => {
    const file = await fileOf(1000);
    const post = `|> POST '${server.url('/in')}'`;
    for (const args of [
      [file, '-o', join(folder, 'a.csv'), '--also', `${join(folder, 'b.csv')}: ${post}`],
      [file, post, '--count'],
      [file, post, '--profile'],
      [file, post, '-o', join(folder, 'a.csv')],
      [file, post, '--follow', '--idle-timeout', '1'],
    ]) {
      const { code, stderr } = await runCli(args);
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, /POST sends rows elsewhere|--to-url/);
    }
    assert.equal(server.requests.length, 0);
  });

  it('exits with 1 where rows were given up, which can be sent again', async () => {
    const file = await fileOf(1000);
    const dead = join(folder, 'dead.jsonl');
    server.handler = (request, response) =>
      void request
        .resume()
        .on('end', () => response.writeHead(server.requests.length === 1 ? 400 : 200).end());
    const first = await runCli([file, '--to-url', server.url(), '--dead-letter', dead, '--in-flight', '1']);
    assert.equal(first.code, 1);
    assert.match(
      first.stderr,
      /500 rows accepted by .* in 1 batch, 0 retries, 500 given up \(in .*dead\.jsonl\)/,
    );
    const second = await runCli([dead, 'record > 100', '--resend', '--to-url', server.url()]);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /400 rows accepted/);
  });

  it('ends at once when it is interrupted, and says how many rows were accepted', async () => {
    const file = await fileOf(4000);
    server.handler = (request, response) =>
      void request.resume().on('end', () => {
        if (server.requests.length <= 2) response.end();
        else child.kill('SIGINT');
      });
    const child = startCli([file, '--to-url', server.url(), '--in-flight', '1']);
    const { code, stderr } = await finished(child);
    assert.equal(code, 130);
    assert.match(
      stderr,
      /1,000 rows accepted by .* in 2 batches, 0 retries, 0 given up before the run ended\n/,
    );
    assert.match(stderr, /Interrupted\.\n$/);
  });

  it('is done where it is interrupted once all rows were accepted: nothing is left to resume', async () => {
    const file = await fileOf(3000);
    // The signal comes with the last words of the run, when its journal is gone.
    const late = `const write = process.stderr.write.bind(process.stderr);
      process.stderr.write = (text, ...rest) => {
        if (String(text).includes('3,000 rows accepted')) process.emit('SIGINT', 'SIGINT');
        return write(text, ...rest);
      };`;
    const { code, stderr } = await runCli([file, '--to-url', server.url()], {
      env: { NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(late)}"` },
    });
    assert.match(stderr, /3,000 rows accepted .* 0 given up/);
    assert.doesNotMatch(stderr, /--resume|Interrupted/);
    assert.equal(code, 0);
  });

  it('holds no more of a large file than of a small one, however slow the service is', async () => {
    const peaks: number[] = [];
    for (const records of [300_000, 1_500_000]) {
      const file = await fileOf(records);
      server.requests.length = 0;
      server.handler = (request, response) =>
        void request.resume().on('end', () => setImmediate(() => response.end()));
      const child = startCli([file, '--to-url', server.url(), '--batch', '2000'], {
        env: { ...reportsPeak, ROWRIVER_WORKERS: '1' },
      });
      const { code, stderr } = await finished(child);
      assert.equal(code, 0, stderr);
      assert.equal(server.requests.length, records / 2000);
      peaks.push(peakIn(stderr) / 1024);
      await rm(file);
    }
    // Held whole, the rows that there are more would take at least 120 MB.
    assert.ok(peaks[1] - peaks[0] < 100, `${peaks.join(' and ')} MB`);
  });

  describe('--resume', () => {
    const cache = (): Record<string, string> => ({ XDG_CACHE_HOME: join(folder, 'cache') });

    /** Has the server take batches by their keys, and count how often it was sent each. */
    function taking(after: (count: number) => void): Map<string, { readonly body: string; times: number }> {
      const taken = new Map<string, { readonly body: string; times: number }>();
      let count = 0;
      server.handler = (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const key = String(request.headers['idempotency-key']);
          const body = Buffer.concat(chunks).toString();
          const known = taken.get(key);
          if (known) {
            assert.equal(known.body, body, 'another batch has the same key');
            known.times++;
          } else taken.set(key, { body, times: 1 });
          response.end();
          after(++count);
        });
      };
      return taken;
    }

    it('goes on after kills at any moment, with nothing lost, and nothing that was answered sent twice', async () => {
      const records = 20_000;
      const file = await fileOf(records);
      const args = [file, 'id >= 0', '--to-url', server.url('/in'), '--batch', '100', '--in-flight', '2'];
      const seed = runs(7, Math.floor(Math.random() * 2 ** 31));
      const random = seeded(seed);
      const rounds = runs(3, 40);
      for (let round = 0; round < rounds; round++) {
        let child: ReturnType<typeof startCli> | undefined;
        let killAt = 1 + Math.floor(random() * 80);
        let kills = 0;
        const taken = taking((count) => {
          if (count !== killAt) return;
          kills++;
          killAt = kills < 2 ? count + 1 + Math.floor(random() * 60) : Infinity;
          child?.kill('SIGKILL');
        });
        let end: number | null = null;
        for (let run = 0; end === null; run++) {
          child = startCli(run === 0 ? args : [...args, '--resume'], { env: cache() });
          const { code, stderr } = await finished(child);
          end = code;
          if (code !== null) {
            assert.equal(code, 0, `seed ${seed}: ${stderr}`);
            assert.match(stderr, /Resuming: [\d,]+ rows were sent before/);
          }
        }
        const batches = [...taken.values()];
        assert.equal(
          batches
            .map(({ body }) => body)
            .sort()
            .join(''),
          sortedBatches(records),
        );
        // A batch that was answered when the process was killed may come again, by its key: those under way, at each kill.
        assert.ok(batches.filter(({ times }) => times > 1).length <= 2 * kills);
        const again = await runCli([...args, '--resume'], { env: cache() });
        assert.equal(again.code, 1);
        assert.match(again.stderr, /There is nothing to resume/);
      }
    });

    /** The bodies as they must be, put in order as above. */
    function sortedBatches(records: number): string {
      const bodies = Array.from({ length: records / 100 }, (_, batch) =>
        Array.from({ length: 100 }, (_, i) => recordLine(100 * batch + i)).join(''),
      );
      return bodies.sort().join('');
    }

    it('refuses another file, another query, a damaged journal, and what cannot be told from others', async () => {
      const file = await fileOf(1000);
      let refusing = true;
      server.handler = (request, response) =>
        void request
          .resume()
          .on('end', () => response.writeHead(refusing && server.requests.length > 1 ? 403 : 200).end());
      const to = ['--to-url', server.url('/in'), '--batch', '100', '--in-flight', '1'];
      const resume = (...args: string[]) => runCli([...args, ...to, '--resume'], { env: cache() });
      const first = await runCli([file, ...to], { env: cache() });
      assert.equal(first.code, 1);
      assert.match(
        first.stderr,
        /100 rows accepted .* before the run ended\nrowriver: To go on from there, run the same command again with --resume\n/,
      );
      refusing = false;
      assert.match((await resume(file, 'id > 5')).stderr, /There is nothing to resume/);
      assert.match(
        (await resume(file, 'id > 5 AND now() > id')).stderr,
        /cannot be resumed: its query depends on the time/,
      );
      assert.match(
        (await resume('-')).stderr,
        /cannot be resumed: whether .* is still the same cannot be known/,
      );
      const text = await readFile(file, 'utf8');
      await writeFile(file, `${text}${recordLine(1000)}`);
      assert.match(
        (await resume(file)).stderr,
        /cannot be resumed: the file, or the way it is read, has changed since/,
      );
      assert.equal((await runCli([file, ...to], { env: cache() })).code, 0);
      assert.match((await resume(file)).stderr, /There is nothing to resume/);
      const sends = join(folder, 'cache', 'rowriver', 'sends');
      refusing = true;
      server.requests.length = 0;
      await rm(sends, { recursive: true });
      await runCli([file, ...to], { env: cache() });
      refusing = false;
      const [journal] = await readdir(sends);
      const kept = await readFile(join(sends, journal), 'utf8');
      await writeFile(join(sends, journal), `rowriver sends 99\n${kept}`);
      assert.match((await resume(file)).stderr, /its journal is damaged or of another version/);
      // Half a line is of a batch that was not noted.
      await writeFile(join(sends, journal), kept.slice(0, -2));
      const last = await resume(file);
      assert.equal(last.code, 0, last.stderr);
      assert.match(last.stderr, /Resuming: 0 rows were sent before/);
    });
  });

  it('says what is wrong with the options', async () => {
    for (const [args, message] of [
      [['f', '--batch', '5'], '--batch needs the address of a service: --to-url URL.'],
      [['f', '--to-url', 'ftp://x'], '--to-url needs an http or https address, or postgres://HOST/DATABASE.'],
      [
        ['f', '--to-url', 'http://x', '-o', 'y'],
        '--to-url cannot be combined with --output, --count, --reading, --profile or --infer-schema.',
      ],
      [
        ['f', "|> POST 'http://x'", '--to-url', 'http://y'],
        'POST in the query says where the rows go, and --to-url is given as well. Leave out one of them.',
      ],
      [
        ['f', "|> POST 'http://x' BATCH 5", '--batch', '6'],
        'POST in the query says where the rows go, and --batch is given as well. Leave out one of them.',
      ],
      [
        ['f', "|> INTO 'postgres://x/y' TABLE t", '--to-table', 'u'],
        'INTO in the query says where the rows go, and --to-table is given as well. Leave out one of them.',
      ],
      [['f', '--to-url', 'postgres://x/y'], 'A database needs the table to load: --to-table NAME.'],
      [
        ['f', '--to-url', 'http://x', '--create-table'],
        '--create-table needs the address of a database: --to-url postgres://HOST/DATABASE.',
      ],
      [
        ['f', '--to-url', 'postgres://x/y', '--to-table', 't', '--in-flight', '2'],
        '--in-flight is not for a database.',
      ],
      [
        ['f', '--to-url', 'http://x', '--to', 'md'],
        "With --to-url, --to takes jsonl, json, csv or bulk, not 'md'.",
      ],
      [
        ['f', '--to-url', 'http://x', '--batch', '0'],
        "--batch takes a whole number from 1 to 1,000,000, not '0'.",
      ],
      [
        ['f', '--to-url', 'http://x', '--timeout', 'x'],
        "--timeout takes a number of seconds up to 3,600, not 'x'.",
      ],
    ] as const) {
      const { code, stderr } = await runCli(args);
      assert.equal(code, 2);
      assert.equal(stderr, `rowriver: ${message}\nTry: rowriver --help\n`);
    }
  });
});

/** Numbers in [0, 1), the same ones each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
