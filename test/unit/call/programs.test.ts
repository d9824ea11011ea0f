import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AskedPrograms } from '../../../src/engine/call/askedPrograms.ts';
import { recordText } from '../../../src/engine/call/recordText.ts';
import { Programs } from '../../../src/engine/call/programs.ts';
import type { CallLimits } from '../../../src/engine/call/thread.ts';
import { QuerySyntaxError, plannedFor } from '../../../src/engine/dataset/plan.ts';
import { english } from '../../../src/said/said.ts';
import type { CallFailure, CallInput } from '../../../src/engine/stage/calls.ts';

interface Asked {
  readonly batches?: readonly (readonly unknown[])[];
  readonly limits?: Partial<CallLimits>;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Outputs that are taken before the caller has enough. */
  readonly take?: number;
}

describe('a program that a query calls', () => {
  let folder = '';
  let number = 0;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-call-'))));
  after(() => rm(folder, { recursive: true }));

  /** Runs a program on rows, and answers what it made of them. */
  async function run(
    source: string,
    {
      batches = [[{ id: 1 }]],
      limits,
      threads = 1,
      signal = new AbortController().signal,
      take = Infinity,
    }: Asked = {},
  ): Promise<{ rows: unknown[]; failures: CallFailure[]; said: string[] }> {
    const file = join(folder, `program${number++}.mjs`);
    await writeFile(file, source);
    const said: string[] = [];
    const worker = pathToFileURL(resolve('dist/stage.js'));
    const programs = new Programs({ worker, threads, limits: limits ?? {}, say: (text) => said.push(text) });
    const call = await programs.open(file, { factor: 10 }, signal);
    try {
      const rows: unknown[] = [];
      const failures: CallFailure[] = [];
      let taken = 0;
      for await (const made of call.process(given(batches))) {
        rows.push(...linesOf(made.rows));
        failures.push(...made.failures);
        if (++taken === take) break;
      }
      return { rows, failures, said };
    } finally {
      await call.close();
    }
  }

  const fails = (message: RegExp, source: string, asked?: Asked): Promise<void> =>
    assert.rejects(run(source, asked), { name: 'CallError', message });

  const many = Array.from({ length: 40 }, (_, batch) =>
    Array.from({ length: 5 }, (_, i) => ({ id: 5 * batch + i })),
  );

  it('makes one record of a record, several, or none', async () => {
    const { rows, failures } = await run(
      `export function stage(record, { options, offset }) {
        if (record.id === 0) return undefined;
        if (record.id === 1) return [record, null, { twice: true }];
        if (record.id === 2) return (function* () { yield { a: 1 }; yield { a: 2 }; })();
        if (record.id === 3) return Promise.resolve({ later: true });
        return { id: record.id * options.factor, offset };
      }`,
      { batches: [[0, 1, 2, 3, 4].map((id) => ({ id }))] },
    );
    assert.deepEqual(failures, []);
    assert.deepEqual(rows, [
      { id: 1 },
      { twice: true },
      { a: 1 },
      { a: 2 },
      { later: true },
      { id: 40, offset: 400 },
    ]);
  });

  it('keeps the order of the rows, whichever thread is done first', async () => {
    const source = `export const stateless = true;
      export async function stage({ id }) {
        await new Promise((done) => setTimeout(done, id % 7 === 0 ? 5 : 0));
        return { id };
      }`;
    const { rows } = await run(source, { batches: many, threads: 3 });
    assert.deepEqual(rows, many.flat());
  });

  it('runs what keeps state in one thread', async () => {
    const source = 'let sum = 0; export function stage({ id }) { sum += id; return { sum }; }';
    const { rows } = await run(source, { batches: many, threads: 3 });
    assert.deepEqual(rows.at(-1), { sum: (199 * 200) / 2 });
  });

  it('hands batches to a generator, which gives what and when it wants', async () => {
    const source = `export async function* batches(input, { options }) {
        let count = 0;
        for await (const records of input) {
          count += records.length;
          if (count % 10 === 0) yield [{ count }, { count: count * options.factor }];
        }
        yield { end: count };
      }`;
    const { rows } = await run(source, { batches: many });
    assert.equal(rows.length, 41);
    assert.deepEqual(rows.slice(-2), [{ count: 2000 }, { end: 200 }]);
    const early = 'export async function* batches(input) { yield { first: true }; }';
    assert.deepEqual((await run(early, { batches: many })).rows, [{ first: true }]);
    const endless = 'export async function* batches() { for (let n = 0; ; n++) yield { n }; }';
    assert.deepEqual((await run(endless, { take: 3 })).rows, [{ n: 0 }, { n: 1 }, { n: 2 }]);
  });

  it('notes which rows fail and where in the program, and goes on with the others', async () => {
    const source = `export function stage(record) {
        if (record.id === 1) throw new RangeError('no ones');
        if (record.id === 2) throw 'text';
        if (record.id === 3) return 7;
        if (record.id === 4) return [{ ok: true }, [1]];
        if (record.id === 5) return { toJSON() { throw new Error("no text"); } };
        if (record.id === 6) { const own = {}; own.own = own; return own; }
        return record;
      }`;
    const ids = [0, 1, 2, 3, 4, 5, 6, 7].map((id) => ({ id }));
    const { rows, failures } = await run(source, { batches: [ids] });
    assert.deepEqual(rows, [{ id: 0 }, { id: 7 }]);
    assert.deepEqual(
      failures.map(({ place, raw }) => [place?.offset, raw]),
      [1, 2, 3, 4, 5, 6].map((id) => [100 * id, `{"id":${id}}`]),
    );
    const messages = failures.map(({ reason }) => english(reason));
    assert.equal(messages[0], 'RangeError: no ones (line 2)');
    assert.equal(messages[1], 'It threw text.');
    assert.match(messages[2], /returned a number\. A stage returns a record, a list of records, or nothing/);
    assert.match(messages[3], /a list inside a list/);
    assert.match(messages[4], /no text/);
    assert.match(messages[5], /holds itself/);
  });

  it('says why a program cannot be run', async () => {
    await fails(/has failed\. SyntaxError/, 'export function stage( {');
    await fails(/exports neither a function stage/, 'export const nothing = 1;');
    await fails(/has failed\. Error: at once \(line 1\)/, "throw new Error('at once');");
    await fails(
      /has failed\. Error: midway \(line 1\)/,
      "export async function* batches() { throw new Error('midway'); }",
    );
    await fails(/ended its own thread/, 'export function stage() { process.exit(0); }');
    await fails(
      /has failed\. .*nobody waits/,
      "export async function stage(r) { Promise.reject(new Error('nobody waits')); await new Promise((f) => setTimeout(f, 50)); return r; }",
    );
    const programs = new Programs({ worker: pathToFileURL('/none'), threads: 1, say: () => undefined });
    await assert.rejects(
      programs.open('nope.mjs', {}, new AbortController().signal),
      /nope\.mjs is not a file/,
    );
  });

  it('takes TypeScript where Node strips types, and says so where it does not', async () => {
    const file = join(folder, 'typed.ts');
    await writeFile(file, 'export function stage(record: { id: number }) { return { id: record.id + 1 }; }');
    const worker = pathToFileURL(resolve('dist/stage.js'));
    const programs = new Programs({ worker, threads: 1, say: () => undefined });
    const opened = programs.open(file, {}, new AbortController().signal);
    const strips = 'typescript' in process.features && process.features.typescript !== false;
    if (!strips) {
      await assert.rejects(opened, /does not strip types\. TypeScript needs Node 22\.18/);
      return;
    }
    const call = await opened;
    try {
      for await (const { rows } of call.process(given([[{ id: 1 }]])))
        assert.deepEqual(linesOf(rows), [{ id: 2 }]);
    } finally {
      await call.close();
    }
  });

  it('ends a program that hangs', async () => {
    const limits = { batchMs: 500 };
    await fails(/did not finish a batch of rows in 0\.5 s/, 'export function stage() { for (;;); }', {
      limits,
    });
    await fails(/did not finish/, 'export function stage() { return new Promise(() => {}); }', { limits });
    await fails(/did not finish/, 'export async function* batches() { await new Promise(() => {}); }', {
      limits,
    });
    await fails(/did not finish/, 'for (;;);', { limits });
  });

  it('ends a program that takes memory without end', async () => {
    const source = 'const all = []; export function stage() { for (;;) all.push(new Array(1e4).fill({})); }';
    await fails(/needs more than 32 MB of memory/, source, { limits: { heapMb: 32 } });
    const text =
      "const text = 'x'.repeat(1e6); export function stage() { return Array(400).fill({ text }); }";
    await fails(/made more than 256 MB/, text, { limits: { heapMb: 1000 } });
  });

  it('ends at once when the run is cancelled, whatever it does', async () => {
    const sources = [
      'export function stage() { for (;;); }',
      'export async function* batches(input) { for await (const b of input); for (;;); }',
    ];
    for (const source of sources) {
      const controller = new AbortController();
      const { signal } = controller;
      const running = run(source, { signal, batches: many });
      setImmediate(() => controller.abort());
      await assert.rejects(running, { name: 'AbortError' });
    }
  });

  it('says what it prints, and does not let it into the output', async () => {
    const source =
      "export function stage(record) { console.log('out', record.id); process.stderr.write('err\\n'); return record; }";
    const { rows, said } = await run(source, { batches: [[{ id: 1 }], [{ id: 2 }]] });
    assert.deepEqual(rows, [{ id: 1 }, { id: 2 }]);
    assert.match(said[0], /^CALL runs .*program\d+\.mjs$/);
  });

  it('says all that it prints, also what it prints last and much of it', async () => {
    const source = `let n = 0;
      export function stage(record) {
        for (let i = 0; i < 300; i++) console.log('line', n++, 'x'.repeat(200));
        console.error('err', record.id);
        if (record.id === 3) throw new Error('enough');
        return record;
      }`;
    for (const last of [2, 3]) {
      const { said } = await run(source, { batches: [[{ id: 1 }], [{ id: last }]] });
      const lines = said.filter((text) => text.startsWith('line')).map((text) => Number(text.split(' ')[1]));
      assert.deepEqual(
        lines,
        Array.from({ length: 600 }, (_, n) => n),
      );
      assert.deepEqual(
        said.filter((text) => text.startsWith('err')),
        ['err 1', `err ${last}`],
      );
    }
  });

  it('returns values that JSON has no words for as queries have them', async () => {
    assert.equal(recordText({ n: 2n ** 64n, list: [-1n] }), '{"n":18446744073709551616,"list":[-1]}');
    const source = `export function stage({ id }) {
      if (id === 1) return new Map([['a', new Set([1, NaN])], [2, -Infinity], ['__proto__', 1]]);
      if (id === 2) return { big: 2n ** 64n, at: new Date(0), none: new Date(NaN), left: undefined, list: [undefined, 1n] };
      if (id === 3) { const self = {}; self.self = self; return self; }
      return { own: { toJSON: () => new Map([['x', 1]]) }, map: new Map() };
    }`;
    const { rows, failures } = await run(source, { batches: [[1, 2, 3, 4].map((id) => ({ id }))] });
    assert.deepEqual(
      rows.map((row) => JSON.stringify(row)),
      [
        '{"2":"-Infinity","a":[1,"NaN"],"__proto__":1}',
        '{"big":18446744073709552000,"at":"1970-01-01T00:00:00.000Z","none":null,"list":[null,1]}',
        '{"own":{"x":1},"map":{}}',
      ],
    );
    assert.deepEqual(
      failures.map(({ reason }) => english(reason)),
      ['TypeError: A value holds itself, and has no end.'],
    );
  });

  it('does not see headers that are kept from others', async () => {
    process.env.ROWRIVER_HEADERS = 'Authorization: secret';
    try {
      const { rows } = await run(
        'export function stage() { return { env: process.env.ROWRIVER_HEADERS ?? null }; }',
      );
      assert.deepEqual(rows, [{ env: null }]);
    } finally {
      delete process.env.ROWRIVER_HEADERS;
    }
  });

  it('is not run where its file is no longer what was allowed, and where it was not', async () => {
    const file = join(folder, 'changed.mjs');
    await writeFile(file, 'export function stage(row) { return row; }');
    const worker = pathToFileURL(resolve('dist/stage.js'));
    const said: string[] = [];
    const programs = new Programs({ worker, threads: 1, say: (text) => said.push(text) });
    const { signal } = new AbortController();
    const sha256 = '0'.repeat(64);
    const changed = new AskedPrograms(programs, () => Promise.resolve({ path: file, sha256 }));
    await assert.rejects(changed.open('./changed.mjs', {}, signal), /has just been changed/);
    const refused = new AskedPrograms(programs, () => Promise.reject(new Error('No.')));
    await assert.rejects(refused.open(file, {}, signal), { name: 'CallError', message: 'No.' });
    assert.deepEqual(said, []);
  });

  it('is refused where a query does not come from a terminal', () => {
    assert.throws(
      () => plannedFor("|> CALL './x.mjs'", { kind: 'jsonl' }),
      (error) => {
        assert.ok(error instanceof QuerySyntaxError);
        assert.match(error.message, /works only in a terminal/);
        return true;
      },
    );
  });
});

async function* given(batches: Asked['batches'] = []): AsyncGenerator<CallInput> {
  for (const batch of batches) {
    const rows = new Uint8Array(
      new TextEncoder().encode(batch.map((row) => `${JSON.stringify(row)}\n`).join('')),
    );
    const numbers = Float64Array.from(batch, (_, at) => at + 1);
    const offset = Float64Array.from(batch, (row) => 100 * (row as { readonly id: number }).id);
    const places = { record: numbers, line: numbers, offset };
    yield await Promise.resolve({ rows, count: batch.length, places });
  }
}

function linesOf(bytes: Uint8Array): unknown[] {
  const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}
