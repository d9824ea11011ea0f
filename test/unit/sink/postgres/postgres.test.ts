import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { anyCharacter } from '../../../support/anyCharacter.ts';
import { finished, runCli, startCli, type CliResult } from '../../../support/cli.ts';
import { runs } from '../../../support/long.ts';
import { postgresPrograms, TestPostgres, TestRelay } from '../../../support/postgres.ts';

interface DeadRow {
  readonly row: number;
  readonly record?: number;
  readonly offset?: number;
  readonly reason: string;
  readonly raw: string;
}

const programs = postgresPrograms();

describe(`sink/postgres${programs === undefined ? ' (left out: PostgreSQL is not installed)' : ''}`, () => {
  let server: TestPostgres;
  let folder: string;
  let tables = 0;

  before(async function () {
    if (programs === undefined) this.skip();
    server = await TestPostgres.start(programs);
  });

  after(() => (programs === undefined ? undefined : server.stop()));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** A name that no table has yet. */
  const fresh = (): string => `t${++tables}`;

  async function write(name: string, rows: readonly unknown[]): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path;
  }

  const load = (file: string, table: string, ...more: readonly string[]): Promise<CliResult> =>
    runCli([file, '--to-url', server.url, '--to-table', table, '--no-cache', ...more], caches());

  /** Nothing of a run is to be found in another's folder. */
  const caches = (): { env: Record<string, string> } => ({ env: { XDG_CACHE_HOME: join(folder, 'cache') } });

  const deadIn = async (path: string): Promise<DeadRow[]> =>
    (await readFile(path, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DeadRow);

  const noLoads = async (): Promise<void> => {
    assert.deepEqual(await server.ask('SELECT run FROM rowriver_loads'), []);
  };

  it('makes a table of the types of the columns, and loads it', async () => {
    const table = fresh();
    const file = await write('events.jsonl', [
      {
        id: 1,
        at: '2024-05-01T10:00:00.123456Z',
        day: '2024-05-01',
        ok: true,
        n: 1.5,
        tags: ['a\tb'],
        'Mixed Case': 1,
      },
      { id: 2, at: null, day: '2024-05-02', ok: false, n: 2, tags: [], o: { k: [1] }, 'Mixed Case': 'x' },
      { id: 9007199254740993n.toString(), at: '2024-05-01T10:00:00+02:00' },
    ]);
    await appendFile(file, '{"big":123456789012345678901234567890.5}\n');
    const { code, stderr } = await load(file, table, '--create-table');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /4 rows accepted by postgres:\/\/localhost\/postgres \(t\d+\) in 1 batch, 0 retries, 0 given up/,
    );
    const types = await server.ask(
      `SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`,
    );
    assert.deepEqual(types, [
      ['id', 'text'],
      ['at', 'timestamp with time zone'],
      ['day', 'date'],
      ['ok', 'boolean'],
      ['n', 'double precision'],
      ['tags', 'jsonb'],
      ['Mixed Case', 'text'],
      ['o', 'jsonb'],
      ['big', 'numeric'],
    ]);
    const rows = await server.ask(`SELECT to_jsonb(${table})::text FROM ${table} WHERE id IN ('1', '2')`);
    assert.deepEqual(
      rows.map(([row]) => JSON.parse(String(row)) as unknown),
      [
        {
          id: '1',
          at: '2024-05-01T10:00:00.123456+00:00',
          day: '2024-05-01',
          ok: true,
          n: 1.5,
          tags: ['a\tb'],
          'Mixed Case': '1',
          o: null,
          big: null,
        },
        {
          id: '2',
          at: null,
          day: '2024-05-02',
          ok: false,
          n: 2,
          tags: [],
          'Mixed Case': 'x',
          o: { k: [1] },
          big: null,
        },
      ],
    );
    assert.deepEqual(await server.ask(`SELECT big::text FROM ${table} WHERE big IS NOT NULL`), [
      ['123456789012345678901234567890.5'],
    ]);
    await noLoads();
  });

  it('takes the cells of a CSV file by the types that they have, and empty ones for NULL', async () => {
    const table = fresh();
    const file = join(folder, 'a.csv');
    await writeFile(file, 'id,name,price\n1,"a, ""b""",1.50\n2,,\n3,\\.,0.1\n');
    const { code, stderr } = await load(file, table, '--create-table');
    assert.equal(code, 0, stderr);
    assert.deepEqual(await server.ask(`SELECT id::text, name, price FROM ${table} ORDER BY id`), [
      ['1', 'a, "b"', 1.5],
      ['2', null, null],
      ['3', '\\.', 0.1],
    ]);
  });

  it('loads any text as it is', async () => {
    const table = fresh();
    await server.ask(`CREATE TABLE ${table} (n int, v text)`);
    const text = fc.string({ unit: anyCharacter }).map((value) => value.replaceAll('\0', '\\'));
    const some = fc.oneof(
      text,
      fc.constantFrom('\\.', '\\N', '', 'a\r\nb', '\t', '\\\\n', '"'),
      fc.constant(null),
    );
    const asked = fc.array(some, { minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(asked, async (values) => {
        await server.ask(`TRUNCATE ${table}`);
        const file = await write(
          'texts.jsonl',
          values.map((v, n) => ({ v, n })),
        );
        const { code, stderr } = await load(file, table, '--batch', '50');
        assert.equal(code, 0, stderr);
        const found = await server.ask(`SELECT v FROM ${table} ORDER BY n`);
        assert.deepEqual(
          found.map(([v]) => v),
          values,
        );
      }),
      { numRuns: runs(3, 40) },
    );
  });

  it('gives up the rows that the database refuses, and loads the others', async () => {
    const [parents, table] = [fresh(), fresh()];
    await server.ask(`CREATE TABLE ${parents} (id int PRIMARY KEY); INSERT INTO ${parents} VALUES (0), (1)`);
    await server.ask(
      `CREATE TABLE ${table} (id int PRIMARY KEY, n int CHECK (n < 900), parent int REFERENCES ${parents} DEFERRABLE INITIALLY DEFERRED)`,
    );
    const bad = new Map<number, RegExp>([
      [1, /invalid input syntax for type integer: "x" \(22P02\)/],
      [2, /invalid input syntax/],
      [400, /duplicate key value.*already exists \(23505\)/],
      [700, /foreign key constraint.*\(23503\)/],
      [901, /check constraint.*\(23514\)/],
      [1000, /invalid input syntax/],
    ]);
    const rows = Array.from({ length: 1000 }, (_, i) => {
      const id = i + 1;
      if (id === 1 || id === 2 || id === 1000) return { id: 'x', n: 1, parent: 0 };
      return { id: id === 400 ? 399 : id, n: id === 901 ? 950 : id % 900, parent: id === 700 ? 7 : id % 2 };
    });
    const file = await write('rows.jsonl', rows);
    const dead = join(folder, 'dead.jsonl');
    const { code, stderr } = await load(file, table, '--dead-letter', dead, '--batch', '300');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /994 rows accepted .* in 4 batches, 0 retries, 6 given up/);
    const letters = await deadIn(dead);
    assert.deepEqual(
      letters.map(({ row, record }) => [row, record]),
      [...bad.keys()].map((row) => [row, row]),
    );
    for (const { row, reason, raw } of letters) {
      assert.match(reason, bad.get(row) ?? /never/);
      assert.deepEqual(JSON.parse(raw), rows[row - 1]);
    }
    assert.deepEqual(await server.ask(`SELECT count(*)::int FROM ${table}`), [[994]]);
    await noLoads();

    await server.ask(`INSERT INTO ${parents} VALUES (7)`);
    const again = await load(
      dead,
      table,
      '--resend',
      '--dead-letter',
      join(folder, 'dead2.jsonl'),
      'row = 700',
    );
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await server.ask(`SELECT id FROM ${table} WHERE parent = 7`), [[700]]);
  });

  it('loads each row once, and gives up each once, wherever the process is killed', async function () {
    this.timeout(0);
    const count = 2000;
    const rows = Array.from({ length: count }, (_, i) => ({
      id: i % 97 === 5 ? `x${i}` : i,
      pad: 'p'.repeat(50),
    }));
    await server.ask(
      'CREATE TABLE IF NOT EXISTS rowriver_loads (run text PRIMARY KEY, target text NOT NULL, rows bigint NOT NULL, changed timestamptz NOT NULL DEFAULT now())',
    );
    const relay = await TestRelay.start(server.socket);
    try {
      const moment = fc.record({
        after: fc.integer({ min: 3, max: 150 }),
        by: fc.constantFrom('client' as const, 'server' as const),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 3 }), async (moments) => {
          const table = fresh();
          await server.ask(`CREATE TABLE ${table} (id int, pad text)`);
          const file = await write('rows.jsonl', rows);
          const dead = join(folder, `${table}.jsonl`);
          const args = [
            file,
            '--to-url',
            relay.url,
            '--to-table',
            table,
            '--batch',
            '150',
            '--dead-letter',
            dead,
          ];
          let result: CliResult | undefined;
          let runsOfAll = 0;
          while (!result?.stderr.includes(' 0 malformed')) {
            // A server that has not noticed the end of a process yet may refuse the next one.
            assert.ok(runsOfAll < moments.length + 10, result?.stderr);
            const kill = moments.at(runsOfAll++);
            const [[loaded]] = await server.ask(
              `SELECT coalesce((SELECT max(rows) FROM rowriver_loads WHERE target = 'public.${table}'), 0)::int`,
            );
            const resume = loaded === 0 ? [] : ['--resume'];
            const child = startCli([...args, '--no-cache', ...resume], caches());
            let messages = 0;
            const seen = (): 'pass' | 'break' => {
              if (kill === undefined || ++messages < kill.after) return 'pass';
              child.kill('SIGKILL');
              return kill.by === 'client' ? 'break' : 'pass';
            };
            relay.fromClient = kill?.by === 'client' ? seen : () => 'pass';
            relay.fromServer = kill?.by === 'server' ? seen : () => 'pass';
            result = await finished(child);
          }
          const found = await server.ask(`SELECT id FROM ${table} ORDER BY id`);
          const good = rows.flatMap(({ id }) => (typeof id === 'number' ? [id] : []));
          assert.deepEqual(
            found.map(([id]) => id),
            good,
          );
          const letters = await deadIn(dead);
          assert.deepEqual(
            letters.map(({ raw }) => (JSON.parse(raw) as { id: unknown }).id),
            rows.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])),
          );
          await noLoads();
        }),
        { numRuns: runs(3, 60) },
      );
    } finally {
      await relay.close();
    }
  });

  it('asks the database what became of a transaction whose answer was lost', async () => {
    const table = fresh();
    await server.ask(`CREATE TABLE ${table} (id int)`);
    const file = await write(
      'rows.jsonl',
      Array.from({ length: 100 }, (_, id) => ({ id })),
    );
    const relay = await TestRelay.start(server.socket);
    try {
      let [commits, broken] = [0, 0];
      relay.fromServer = (data) => {
        // Of the preparation, and of the first and the second batch.
        if (data.includes('COMMIT\0') && ++commits > 1 && broken < 2) {
          broken++;
          return 'break';
        }
        return 'pass';
      };
      const { code, stderr } = await runCli(
        [
          file,
          '--to-url',
          relay.url,
          '--to-table',
          table,
          '--batch',
          '40',
          '--retry-delay',
          '0.001',
          '--no-cache',
        ],
        caches(),
      );
      assert.equal(code, 0, stderr);
      assert.equal(broken, 2);
      assert.match(stderr, /100 rows accepted .* in 3 batches, 2 retries/);
      assert.deepEqual(await server.ask(`SELECT count(*)::int, count(DISTINCT id)::int FROM ${table}`), [
        [100, 100],
      ]);
      await noLoads();
    } finally {
      await relay.close();
    }
  });

  it('does not load again what a run that ended early has loaded, and goes on with --resume', async () => {
    const table = fresh();
    await server.ask(`CREATE TABLE ${table} (id int)`);
    const file = await write(
      'rows.jsonl',
      Array.from({ length: 100 }, (_, i) => ({ id: i === 70 ? 'x' : i })),
    );
    const first = await load(file, table, '--batch', '30');
    assert.equal(first.code, 1);
    assert.match(first.stderr, /60 rows accepted .* before the run ended/);
    assert.match(first.stderr, /row 71 not accepted: invalid input syntax/);
    assert.match(first.stderr, /run the same command again with --resume/);
    const second = await load(file, table, '--batch', '30');
    assert.match(
      second.stderr,
      /an earlier run has loaded 60 of the same rows and ended early\. Go on with --resume, or/,
    );
    // Batches of another size are no other rows.
    const third = await load(
      file,
      table,
      '--batch',
      '7',
      '--resume',
      '--dead-letter',
      join(folder, 'dead.jsonl'),
    );
    assert.match(third.stderr, /60 rows were loaded before/);
    assert.match(third.stderr, /39 rows accepted/);
    assert.deepEqual(await server.ask(`SELECT count(*)::int, count(DISTINCT id)::int FROM ${table}`), [
      [99, 99],
    ]);
    await noLoads();
    const fourth = await load(file, table, '--resume');
    assert.match(fourth.stderr, /There is nothing to resume/);
  });

  it('says what is wrong, and never a password', async () => {
    const table = fresh();
    await server.ask(`CREATE TABLE ${table} (id int)`);
    const file = await write('rows.jsonl', [{ id: 1, other: 2 }]);
    const wrong = server.url.replace(/:[^:@/]+@/, ':wr0ng@');
    const from = ['--to-url', wrong, '--to-table', table, '--no-cache'];
    const cases: [CliResult, RegExp][] = [
      [await runCli([file, ...from], caches()), /password authentication failed for user "rower" \(28P01\)/],
      [await load(file, 'absent'), /there is no such table: --create-table makes it/],
      [
        await load(file, table),
        /the table has no column "other": leave it out, or name it otherwise, with SELECT/,
      ],
      [await load(file, table, '--create-table'), /the table is there already: leave out --create-table/],
      [await load(file, 'a.b.c'), /--to-table takes a table/],
      [await runCli([file, '--to-url', server.url]), /--to-table NAME/],
      [
        await runCli([file, '--to-url', 'postgres://rower:wr0ng@[/x', '--to-table', table]),
        /not a complete address/,
      ],
    ];
    for (const [{ code, stdout, stderr }, expected] of cases) {
      assert.notEqual(code, 0);
      assert.match(stderr, expected);
      for (const secret of [TestPostgres.password, encodeURIComponent(TestPostgres.password), 'wr0ng'])
        assert.ok(!`${stdout.toString()}${stderr}`.includes(secret), stderr);
    }
    assert.deepEqual(await server.ask(`SELECT * FROM ${table}`), []);
  });

  it('ends at Ctrl+C while the server keeps it waiting', async () => {
    const table = fresh();
    await server.ask(`CREATE TABLE ${table} (id int)`);
    const file = await write('rows.jsonl', [{ id: 1 }]);
    const relay = await TestRelay.start(server.socket);
    const holder = await server.connect();
    try {
      await holder.query(`BEGIN; LOCK ${table}`);
      const held = new Promise<void>((resolve) => {
        relay.fromClient = (data) => {
          if (data.includes('COPY ')) resolve();
          return 'pass';
        };
      });
      const child = startCli([file, '--to-url', relay.url, '--to-table', table, '--no-cache'], caches());
      const ended = finished(child);
      await held;
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      assert.equal(code, 130, stderr);
    } finally {
      await holder.end();
      await relay.close();
    }
    assert.deepEqual(await server.ask(`SELECT * FROM ${table}`), []);
  });
});
