import assert from 'node:assert/strict';
import { computed, signal } from '@preact/signals';
import type { GridView } from '../../../src/webview/grid/contract.ts';
import { start } from '../../../src/webview/grid/selection.ts';
import { createFilter, type Filtered } from '../../../src/webview/model/filter.ts';
import type { PreviewCalls, PreviewEvents, ViewState } from '../../../src/protocol/preview.ts';
import { Peer, type Handlers, type Message } from '../../../src/protocol/rpc.ts';

type Nothing = Record<string, never>;
type Served = Pick<
  PreviewCalls,
  'run' | 'locate' | 'record' | 'edit' | 'conditions' | 'host/filters' | 'host/keepFilters'
>;

describe('webview/model/filter', () => {
  const state: ViewState = {
    view: 1,
    query: 'n > 1',
    outcome: { rows: 'records', filtered: true, limited: false, additive: [], order: [] },
    phase: 'done',
    matched: 10,
    records: 100,
    malformed: 0,
    scanned: 0,
    total: undefined,
    skipped: 0,
    elapsedMs: 0,
    columns: undefined,
    said: undefined,
  };

  /** A filter over an engine that answers so, and where its grid was told to go. */
  function filterOver(
    engine: Pick<Handlers<Served>, 'run' | 'locate'> & Partial<Pick<Handlers<Served>, 'edit'>>,
  ) {
    const page: Peer<Nothing, PreviewCalls, Nothing> = new Peer<Nothing, PreviewCalls, Nothing>({
      post: (message: Message) => queueMicrotask(() => serving.receive(message)),
      handlers: {},
    });
    const serving = new Peer<Served, Nothing, PreviewEvents>({
      post: (message) => queueMicrotask(() => page.receive(message)),
      handlers: {
        edit: ({ query }) => ({ query }),
        ...engine,
        record: () => Promise.reject(new Error('Rows tell of their records.')),
        conditions: () => [],
        'host/filters': () => ({ history: [], saved: [] }),
        'host/keepFilters': () => null,
      },
    });
    const [result, inContext] = [signal<ViewState | undefined>(undefined), signal(false)];
    const wentTo: (readonly [view: number, row: number])[] = [];
    const shown = computed<GridView>(() => {
      const query = inContext.value ? undefined : result.value;
      const [view, rows] = query ? [query.view, query.matched] : [0, 100];
      return { view, rows, exact: true, numbered: view === 0, records: 100 };
    });
    const preview: Filtered = {
      link: { call: page.call.bind(page) },
      grid: {
        selection: start,
        layout: { lanes: [], pinned: 0, pinnedWidth: 0, scrolledWidth: 0, hidden: 0 },
        facts: () => ({ record: 7, fault: null, raw: undefined }),
        aboveOf: () => 0,
        goTo: (row) => wentTo.push([shown.peek().view, row]),
        focus: () => undefined,
        refresh: () => undefined,
      },
      file: signal(undefined),
      ...{ result, inContext, shown },
      ...{ awaited: signal(false), starting: signal(false), paused: signal(undefined), notice: signal('') },
    };
    return { filter: createFilter(preview, () => undefined), preview, wentTo };
  }

  it('that is being cleared is gone when a record is gone to', async () => {
    const { filter, preview, wentTo } = filterOver({
      run: () => state,
      locate: ({ place }) => ({ row: place.by === 'record' ? place.value - 1 : 0, exact: true }),
    });
    await filter.run(state.query);
    const cleared = filter.clear();
    await filter.goToRecord(51);
    await cleared;
    assert.deepEqual([filter.applied.value, filter.wanted(), preview.result.value], ['', '', undefined]);
    assert.equal(preview.inContext.value, false);
    assert.deepEqual(wentTo, [[0, 50]]);
  });

  it('that is being cleared is gone when a match is shown in context, and when a condition is removed', async () => {
    const edits: string[] = [];
    const { filter, preview, wentTo } = filterOver({
      run: ({ query }) => ({ ...state, query }),
      locate: ({ place }) => ({ row: place.by === 'record' ? place.value - 1 : 0, exact: true }),
      edit: ({ query }) => {
        edits.push(query);
        return { query };
      },
    });
    const act = [() => filter.showInContext(), () => filter.edit({ kind: 'remove', from: 0, to: 5 })];
    for (const also of act) {
      await filter.run(state.query);
      await Promise.all([filter.clear(), also()]);
      assert.deepEqual([filter.text.value, filter.applied.value, preview.result.value], ['', '', undefined]);
      assert.equal(preview.inContext.value, false);
    }
    assert.deepEqual(wentTo, [
      [0, 6],
      [0, 6],
    ]);
    assert.deepEqual(edits, []);
  });

  for (const isMatch of [true, false])
    it(`that has not come to a record yet ${isMatch ? 'shows it' : 'is laid aside'} once it has`, async () => {
      let goOn = (): void => undefined;
      const looked = new Promise<void>((resolve) => (goOn = resolve));
      let records = 40;
      const asked: number[] = [];
      const { filter, preview, wentTo } = filterOver({
        async run(_, { progress }) {
          progress({ ...state, phase: 'running', matched: 4, records });
          await looked;
          records = 60;
          progress({ ...state, phase: 'running', matched: 6, records });
          return new Promise(() => undefined);
        },
        locate({ view }) {
          asked.push(records);
          goOn();
          return view === 0 ? { row: 50, exact: true } : { row: 5, exact: isMatch && records > 50 };
        },
      });
      void filter.run(state.query);
      await new Promise<void>((resolve) => preview.result.subscribe((now) => now && resolve()));
      await filter.goToRecord(51);
      assert.deepEqual(wentTo, [isMatch ? [1, 5] : [0, 50]]);
      assert.equal(preview.inContext.value, !isMatch);
      assert.deepEqual(asked.slice(0, 2), [40, 60]);
    });
});
