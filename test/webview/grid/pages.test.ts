import assert from 'node:assert/strict';
import { CellKind, type Page } from '../../../src/protocol/preview.ts';
import { createPages, pageRows, type RowsRequest } from '../../../src/webview/grid/pages.ts';

interface Asked {
  readonly request: RowsRequest;
  readonly signal: AbortSignal;
  answer(rows?: number): void;
  fail(): void;
}

/** An answer whose cells say where they are from. */
function pageFor(request: RowsRequest, rows: number): Page {
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (const column of request.columns) texts.push(`${request.view}:${request.first + row}:${column}`);
  }
  const encoder = new TextEncoder();
  const ends = new Uint32Array(texts.length);
  let length = 0;
  texts.forEach((text, index) => {
    length += text.length;
    ends[index] = length;
  });
  return {
    view: request.view,
    first: request.first,
    rows,
    columns: request.columns,
    text: encoder.encode(texts.join('')),
    ends,
    kinds: new Uint8Array(texts.length).fill(CellKind.Text),
    records: Float64Array.from({ length: rows }, (_, row) => request.first + row + 1),
    faults: new Array<null>(rows).fill(null),
  };
}

function bench(capacity = 1e9) {
  const asked: Asked[] = [];
  const timers: { at: number; run: () => void }[] = [];
  let now = 0;
  let arrivals = 0;
  const errors: unknown[] = [];
  const pages = createPages({
    fetch: (request, signal) =>
      new Promise((resolve, reject) => {
        asked.push({
          request,
          signal,
          answer: (rows = request.count) => resolve(pageFor(request, rows)),
          fail: () => reject(new Error('no')),
        });
      }),
    arrived: () => arrivals++,
    failed: (error) => errors.push(error),
    clock: {
      now: () => now,
      after(ms, run) {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer), 1);
      },
    },
    capacity,
  });
  return {
    pages,
    asked,
    errors,
    arrivals: () => arrivals,
    pass: (ms: number) => {
      now += ms;
      for (const timer of timers.splice(0)) {
        if (timer.at <= now) timer.run();
        else timers.push(timer);
      }
    },
    settle: async () => {
      for (const call of asked) call.answer();
      await turn();
    },
  };
}

/** Until all promises that can go on have done so. */
function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

describe('webview/grid/pages', () => {
  it('asks for what is looked at and the page ahead, once', async () => {
    const { pages, asked } = bench();
    pages.reset(3, 1000);
    pages.look({ from: 10, to: 50, columns: [1, 2] });
    pages.look({ from: 12, to: 52, columns: [1, 2] });
    assert.deepEqual(
      asked.map(({ request }) => [request.view, request.first, request.count, request.columns]),
      [
        [3, 0, pageRows, [1, 2]],
        [3, pageRows, pageRows, [1, 2]],
      ],
    );
    asked.at(0)?.answer();
    await turn();
    assert.equal(pages.cell(12, 2)?.text, '3:12:2');
    assert.equal(pages.facts(12)?.record, 13);
    assert.equal(pages.cell(12, 7), undefined);
    assert.equal(pages.cell(600, 1), undefined);
  });

  it('asks only for the columns that are not here', async () => {
    const { pages, asked } = bench();
    pages.reset(0, 100);
    pages.look({ from: 0, to: 20, columns: [1, 2] });
    asked.at(0)?.answer();
    await turn();
    pages.look({ from: 0, to: 20, columns: [2, 3] });
    assert.deepEqual(asked.at(1)?.request.columns, [3]);
    asked.at(1)?.answer();
    await turn();
    assert.equal(pages.cell(5, 1)?.text, '0:5:1');
    assert.equal(pages.cell(5, 3)?.text, '0:5:3');
  });

  it('serves the newest viewport: stale calls are called off after a moment', async () => {
    const { pages, asked, pass } = bench();
    pages.reset(0, 1e9);
    for (const from of [0, 1e6, 2e6, 3e6]) pages.look({ from, to: from + 30, columns: [0] });
    assert.equal(asked.length, 3);
    pass(60);
    const newest = Math.floor(3e6 / pageRows) * pageRows;
    assert(asked.some(({ request, signal }) => request.first === newest && !signal.aborted));
    assert(asked.some(({ signal }) => signal.aborted));
    // An answer that came too late all the same is not kept.
    for (const call of asked) call.answer();
    await turn();
    assert.notEqual(pages.cell(3e6, 0), undefined);
    for (const { request, signal } of asked) {
      if (signal.aborted) assert.equal(pages.cell(request.first, 0), undefined);
    }
  });

  it('never has more than three calls under way', () => {
    const { pages, asked, pass } = bench();
    pages.reset(0, 1e9);
    for (let step = 0; step < 50; step++) {
      pages.look({ from: step * 1e6, to: step * 1e6 + 30, columns: [0] });
      pass(16);
      assert(asked.filter(({ signal }) => !signal.aborted).length <= 3);
    }
    assert(asked.length < 50);
  });

  it('forgets the least recently used pages when it is full, never those in sight', async () => {
    const { pages, asked, settle } = bench(100_000);
    pages.reset(0, 1e6);
    for (let key = 0; key < 40; key++) {
      pages.look({ from: key * pageRows, to: key * pageRows + 30, columns: [0, 1, 2] });
      await settle();
    }
    assert(pages.weight < 250_000);
    assert.notEqual(pages.cell(39 * pageRows, 0), undefined);
    assert.equal(pages.cell(0, 0), undefined);
    const before = asked.length;
    pages.look({ from: 0, to: 30, columns: [0] });
    assert(asked.length > before);
  });

  it('keeps what is in sight even where that is more than its room', async () => {
    const { pages, settle } = bench(1);
    pages.reset(0, 1e6);
    pages.look({ from: 0, to: 300, columns: [0, 1] });
    await settle();
    await settle();
    for (const row of [0, 150, 299]) assert.notEqual(pages.cell(row, 1), undefined);
  });

  it('asks again for a short page when there are more rows, and only then', async () => {
    const { pages, asked } = bench();
    pages.reset(5, 50);
    pages.look({ from: 0, to: 30, columns: [0] });
    asked.at(0)?.answer(20);
    await turn();
    pages.look({ from: 0, to: 30, columns: [0] });
    assert.equal(asked.length, 1);
    assert.equal(pages.cell(25, 0), undefined);
    pages.grow(80);
    assert.equal(asked.length, 2);
    // What was here is shown until the new page comes.
    assert.equal(pages.cell(10, 0)?.text, '5:10:0');
    asked.at(1)?.answer();
    await turn();
    assert.equal(pages.cell(79, 0)?.text, '5:79:0');
  });

  it('tries a page that failed again after a while', async () => {
    const { pages, asked, errors, pass } = bench();
    pages.reset(0, 100);
    pages.look({ from: 0, to: 30, columns: [0] });
    asked.at(0)?.fail();
    await turn();
    assert.equal(errors.length, 1);
    assert.equal(pages.failure(29), errors.at(0));
    pages.look({ from: 0, to: 30, columns: [0] });
    assert.equal(asked.length, 1);
    pass(2000);
    assert.equal(asked.length, 2);
    asked.at(1)?.answer();
    await turn();
    assert.equal(pages.cell(0, 0)?.text, '0:0:0');
    assert.equal(pages.failure(29), undefined);
  });

  it('shows what it has while it is refreshed', async () => {
    const { pages, asked } = bench();
    pages.reset(0, 100);
    pages.look({ from: 0, to: 30, columns: [0] });
    asked.at(0)?.answer();
    await turn();
    pages.refresh();
    assert.equal(pages.cell(3, 0)?.text, '0:3:0');
    assert.equal(asked.length, 2);
  });

  it('forgets everything with another view, and answers of the old one', async () => {
    const { pages, asked, arrivals } = bench();
    pages.reset(0, 100);
    pages.look({ from: 0, to: 30, columns: [0] });
    pages.reset(1, 100);
    assert.equal(asked.at(0)?.signal.aborted, true);
    asked.at(0)?.answer();
    await turn();
    assert.equal(arrivals(), 0);
    assert.equal(pages.cell(0, 0), undefined);
  });

  it('asks for records where no column shows', async () => {
    const { pages, asked } = bench();
    pages.reset(0, 100);
    pages.look({ from: 0, to: 30, columns: [] });
    asked.at(0)?.answer();
    await turn();
    assert.equal(pages.facts(4)?.record, 5);
    pages.look({ from: 0, to: 30, columns: [] });
    assert.equal(asked.length, 1);
  });
});
