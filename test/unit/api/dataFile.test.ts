import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openFile } from '../../../src/api/dataFile.ts';
import { rowsOf } from '../../../src/api/rows.ts';
import { RowriverError, type DataFile, type OpenOptions, type Row } from '../../../src/api/types.ts';
import { EngineHost } from '../../../src/host/engineHost.ts';

const count = 200_000;

describe('the interface for programs', () => {
  let folder = '';
  let engine: EngineHost;
  let big = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    engine = new EngineHost({
      script: 'dist/engine.js',
      settings: () => ({ cacheFolder: null, cacheBytes: 0, keepBytes: 0 }),
      log: () => undefined,
    });
    const lines = Array.from({ length: count }, (_, id) => `{"id":${id},"text":"${'x'.repeat(id % 50)}"}\n`);
    big = await write('big.jsonl', lines.join(''));
  });
  after(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  async function write(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  async function using<T>(
    path: string,
    work: (file: DataFile) => Promise<T>,
    options?: OpenOptions,
  ): Promise<T> {
    const file = await openFile(engine, path, options);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  async function all(file: DataFile, query: string): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const batch of file.query(query)) rows.push(...batch);
    return rows;
  }

  it('gives all rows in order, in batches, as often as they are asked for', () =>
    using(big, async (file) => {
      const rows = file.query('');
      for (let time = 0; time < 2; time++) {
        let next = 0;
        let batches = 0;
        for await (const batch of rows) {
          batches++;
          for (const { id } of batch) assert.equal(id, next++);
        }
        assert.equal(next, count);
        assert.ok(batches >= 15);
        assert.deepEqual(rows.summary, { rows: count, records: count, malformed: 0, replaced: false });
      }
      assert.equal(await file.count(), count);
      assert.equal(await file.count('id % 10 = 3'), count / 10);
      assert.equal(await file.count('SELECT id % 7 AS rest GROUP BY rest'), 7);
    }));

  it('reads no further than somebody asks', () =>
    using(big, async (file) => {
      const rows = file.query('');
      for await (const batch of rows) {
        assert.equal(batch[0].id, 0);
        break;
      }
      assert.equal(rows.summary, undefined);
      // The next one is not disturbed.
      assert.equal((await all(file, 'id < 5')).length, 5);
    }));

  it('closes a file whose rows somebody has begun to read and forgotten', async () => {
    const file = await openFile(engine, big);
    const rows = file.query('')[Symbol.asyncIterator]();
    await rows.next();
    await file.close();
    await assert.rejects(rows.next(), { name: 'RowriverError', kind: 'closed' });
    await assert.rejects(file.count(), { name: 'RowriverError', kind: 'closed' });
    await file.close();
  });

  it('ends with its signal, and throws its reason', () =>
    using(big, async (file) => {
      const stop = new AbortController();
      const reason = new Error('enough');
      await assert.rejects(async () => {
        for await (const batch of file.query('', { signal: stop.signal })) {
          assert.ok(batch.length > 0);
          stop.abort(reason);
        }
      }, reason);
      // Also in the last rows, where nothing more would come.
      const late = new AbortController();
      let seen = 0;
      const rows = file.query('id < 12000', { signal: late.signal });
      await assert.rejects(async () => {
        for await (const batch of rows) {
          seen += batch.length;
          // Meanwhile the rest is read to its end.
          await file.count("text ~ 'xx'");
          if (seen === 12_000) late.abort(reason);
        }
      }, reason);
      assert.equal(rows.summary, undefined);
      await assert.rejects(file.count("text ~ '(x*)*y'", { signal: stop.signal }), reason);
      const { signal } = stop;
      await assert.rejects(openFile(engine, big, { signal }), reason);
    }));

  it('does not warn when many questions share a file or a signal', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => {
      if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning);
    };
    process.on('warning', warned);
    try {
      const { signal } = new AbortController();
      const files = await Promise.all(Array.from({ length: 12 }, () => openFile(engine, big, { signal })));
      const counts = await Promise.all(Array.from({ length: 12 }, (_, n) => files[0].count(`id < ${n}`)));
      assert.deepEqual(counts, [...counts.keys()]);
      await Promise.all(files.map((file) => file.close()));
      // A warning comes one tick later.
      await new Promise(setImmediate);
    } finally {
      process.off('warning', warned);
    }
    assert.deepEqual(warnings, []);
  });

  it('says what is wrong with a file or a query', async () => {
    await assert.rejects(openFile(engine, join(folder, 'none.csv')), { kind: 'not-found' });
    await assert.rejects(openFile(engine, folder), { kind: 'is-folder' });
    await using(big, async (file) => {
      await assert.rejects(
        all(file, 'id ='),
        (error) => error instanceof RowriverError && error.kind === 'query',
      );
      await assert.rejects(file.count('|> NOTHING'), { kind: 'query' });
    });
  });

  it('refuses what a program without types may give it, and says what it takes', async () => {
    const path = await write('typed.csv', 'a,n\n1,2\n');
    for (const [given, message] of [
      [{ decimal: 'x' }, /decimal is one of ',', '\.', 'none', not 'x'/],
      [{ headerrows: 1 }, /no option headerrows\. Options are .*headerRows/],
      [{ format: 'xml' }, /format is one of/],
      [{ delimiter: 5 }, /delimiter is a text of at least one character, not 5/],
      [{ quote: 'x' }, /quote is one of '"', ''', ''/],
      [{ headerRows: -1 }, /headerRows is a whole number from 0 on, not -1/],
      [{ nulls: 'a' }, /nulls is a list of texts, not 'a'/],
      [{ signal: 5 }, /signal is an AbortSignal/],
      [{ headers: { a: 1 } }, /headers is an object of texts/],
      [{ headers: new Headers({ a: 'b' }) }, /headers is an object of texts/],
      [{ headers: ['a'] }, /headers is an object of texts/],
      [null, /options are an object, not null/],
    ] as const) {
      const untyped = (given: unknown): Promise<DataFile> =>
        Reflect.apply(openFile, undefined, [engine, path, given]) as Promise<DataFile>;
      await assert.rejects(untyped(given), { name: 'TypeError', message });
    }
    for (const wrong of [undefined, 5, new URL('file:///a.csv'), '']) {
      const opened = Reflect.apply(openFile, undefined, [engine, wrong]) as Promise<DataFile>;
      await assert.rejects(opened, {
        name: 'TypeError',
        message: /the file is a path or an address as a text/,
      });
    }
    await using(path, async (file) => {
      const called = (name: 'query' | 'count', ...given: unknown[]): unknown =>
        Reflect.apply(Reflect.get(file, name) as () => unknown, file, given);
      for (const wrong of [null, 5]) {
        const refusal = { name: 'TypeError', message: new RegExp(`a query is a text, not ${wrong}`) };
        assert.throws(() => called('query', wrong), refusal);
        await assert.rejects(called('count', wrong) as Promise<number>, refusal);
      }
      const misspelled = called('count', '', { singal: undefined }) as Promise<number>;
      await assert.rejects(misspelled, { name: 'TypeError', message: /no option singal/ });
      assert.equal(await file.count(undefined, {}), 1);
    });
  });

  it('refuses to guess how numbers are written, and says which option decides', async () => {
    const path = await write('open.csv', 'a,n\n1,"1,234"\n2,"2,345"\n');
    await using(path, (file) => assert.rejects(all(file, 'SELECT sum(n) AS n'), /decimal: '[.,]'/));
    const summed = await using(path, (file) => all(file, 'SELECT sum(n) AS n'), { decimal: '.' });
    assert.deepEqual(summed, [{ n: 3579 }]);
  });

  it('reads what is not a plain object as well, and leaves out what is no record', async () => {
    const text = '\ufeff{"a":1}\r\n{bad\n5\n\n{"a":12345678901234567890,"b":[{"c":9007199254740993}]}';
    const path = await write('odd.jsonl', text);
    await using(path, async (file) => {
      const rows = file.query('');
      const found: Row[] = [];
      for await (const batch of rows) found.push(...batch);
      assert.deepEqual(found, [
        { a: 1 },
        { _value: 5 },
        { a: 12345678901234567890n, b: [{ c: 9007199254740993n }] },
      ]);
      assert.equal(rows.summary?.malformed, 1);
      assert.equal(await file.count(), found.length);
    });
  });

  it('reads JSON as JSON.parse does, but for long whole numbers', () => {
    const values = fc.dictionary(
      fc.string(),
      fc.jsonValue().map((value) => value ?? null),
    );
    fc.assert(
      fc.property(
        values,
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.string(),
        (row, long, text) => {
          const line = JSON.stringify({ ...row, text: `${text}1234567890123456789` });
          const expected = JSON.parse(line, exact) as Row;
          const whole = Number.isSafeInteger(Number(long)) ? Number(long) : long;
          const [parsed] = rowsOf(`${line.slice(0, -1)},"long":${long}}\n`);
          assert.deepEqual({ ...parsed }, { ...expected, long: whole });
        },
      ),
    );
  });
});

/** JSON.stringify writes an unsafe whole number as digits, which are then read exactly. */
function exact(_: string, value: unknown): unknown {
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(String(value));
  return isLong ? BigInt(String(value)) : value;
}
