import assert from 'node:assert/strict';
import { Relay } from '../../../src/host/relay.ts';
import type { Message } from '../../../src/protocol/rpc.ts';
import { said } from '../../../src/said/said.ts';

describe('relay', () => {
  function ends() {
    const page: Message[] = [];
    const engine: Message[] = [];
    const host: Message[] = [];
    let reopened = 0;
    const relay = new Relay({
      toPage: (message) => page.push(message),
      toEngine: (message) => engine.push(message),
      toHost: (message) => host.push(message),
      reopen: () => reopened++,
    });
    return { relay, page, engine, host, reopened: () => reopened };
  }

  function call(id: number, method: string): Message {
    return { type: 'call', id, method, params: null };
  }

  it('gives the host its own calls, and their cancellation, and the engine the others', () => {
    const { relay, engine, host } = ends();
    relay.opened();
    relay.fromPage(call(1, 'host/copy'));
    relay.fromPage(call(2, 'rows'));
    relay.fromPage({ type: 'cancel', id: 1 });
    relay.fromPage({ type: 'cancel', id: 2 });
    assert.deepEqual(host, [call(1, 'host/copy'), { type: 'cancel', id: 1 }]);
    assert.deepEqual(engine, [call(1, 'rows'), { type: 'cancel', id: 1 }]);
  });

  it('brings progress, answers and events back under the ids of the page', () => {
    const { relay, page } = ends();
    relay.opened();
    relay.fromPage(call(41, 'run'));
    relay.fromEngine({ type: 'progress', id: 1, value: 'a' });
    relay.fromEngine({ type: 'event', name: 'file', value: 'b' });
    relay.fromEngine({ type: 'result', id: 1, value: 'c' });
    assert.deepEqual(page, [
      { type: 'progress', id: 41, value: 'a' },
      { type: 'event', name: 'file', value: 'b' },
      { type: 'result', id: 41, value: 'c' },
    ]);
  });

  it('holds calls back until the file is open, in their order, less those cancelled by then', () => {
    const { relay, engine } = ends();
    relay.fromPage(call(1, 'info'));
    relay.fromPage(call(2, 'rows'));
    relay.fromPage({ type: 'cancel', id: 2 });
    assert.deepEqual(engine, []);
    relay.opened();
    assert.deepEqual(engine, [call(1, 'info'), call(2, 'rows'), { type: 'cancel', id: 2 }]);
  });

  it('keeps answers to an earlier page from a later one that counts from 1 again', () => {
    const { relay, page, engine } = ends();
    relay.opened();
    relay.fromPage(call(1, 'info'));
    relay.fromPage(call(2, 'rows'));
    relay.fromPage(call(3, 'run'));
    relay.forgetPage();
    assert.deepEqual(engine.slice(3), [
      { type: 'cancel', id: 1 },
      { type: 'cancel', id: 2 },
    ]);
    relay.fromPage(call(1, 'info'));
    relay.fromEngine({ type: 'result', id: 2, value: 'late' });
    relay.fromEngine({ type: 'result', id: 3, value: 'late' });
    relay.fromEngine({ type: 'result', id: 4, value: 'new' });
    assert.deepEqual(page, [{ type: 'result', id: 1, value: 'new' }]);
  });

  it('forgets a call once it is answered', () => {
    const { relay, page, engine } = ends();
    relay.opened();
    relay.fromPage(call(1, 'rows'));
    relay.fromEngine({ type: 'result', id: 1, value: 'a' });
    relay.forgetPage();
    relay.interrupted({ kind: 'restarted', said: said`` });
    assert.deepEqual(engine, [call(1, 'rows')]);
    assert.deepEqual(page, [{ type: 'result', id: 1, value: 'a' }]);
  });

  it('takes a first call for a new page, even where nobody saw the old one go', () => {
    const { relay, page, engine } = ends();
    relay.opened();
    relay.fromPage(call(1, 'info'));
    relay.fromPage(call(1, 'info'));
    relay.fromEngine({ type: 'result', id: 1, value: 'old' });
    relay.fromEngine({ type: 'result', id: 2, value: 'new' });
    assert.deepEqual(engine, [call(1, 'info'), { type: 'cancel', id: 1 }, call(2, 'info')]);
    assert.deepEqual(page, [{ type: 'result', id: 1, value: 'new' }]);
  });

  it('answers what was under way when the engine dies, and sends what follows to the next one', () => {
    const { relay, page, engine } = ends();
    relay.opened();
    relay.fromPage(call(1, 'run'));
    const error = { kind: 'restarted', said: said`The engine stopped.` };
    relay.interrupted(error);
    assert.deepEqual(page, [{ type: 'error', id: 1, error }]);
    relay.fromPage(call(2, 'rows'));
    assert.equal(engine.length, 1);
    relay.opened();
    assert.deepEqual(engine.slice(1), [call(2, 'rows')]);
  });

  it('answers with the reason while the file cannot be opened, and tries again when the page asks anew', () => {
    const { relay, page, engine, reopened } = ends();
    const error = { kind: 'missing', said: said`The file is not there.` };
    relay.fromPage(call(1, 'info'));
    relay.failed(error);
    relay.fromPage(call(2, 'rows'));
    assert.deepEqual(page, [
      { type: 'error', id: 1, error },
      { type: 'error', id: 2, error },
    ]);
    assert.equal(reopened(), 0);
    relay.fromPage(call(3, 'reload'));
    assert.equal(reopened(), 1);
    assert.equal(engine.length, 0);
    relay.opened();
    assert.deepEqual(engine, [call(2, 'reload')]);
  });

  describe('when a page comes back', () => {
    function run(id: number, query: string): Message {
      return { type: 'call', id, method: 'run', params: { query } };
    }

    function hidden() {
      const all = ends();
      all.relay.opened();
      all.relay.fromPage(run(7, 'a = 1'));
      all.relay.fromEngine({ type: 'progress', id: 1, value: 'half' });
      all.relay.forgetPage();
      all.page.length = 0;
      all.engine.length = 0;
      return all;
    }

    it('lets it join the query that is still running', () => {
      const { relay, page, engine } = hidden();
      relay.fromPage(run(3, 'a = 1'));
      relay.fromEngine({ type: 'result', id: 1, value: 'all' });
      assert.deepEqual(engine, []);
      assert.deepEqual(page, [
        { type: 'progress', id: 3, value: 'half' },
        { type: 'result', id: 3, value: 'all' },
      ]);
    });

    it('gives it the answer that came while it was away, once', () => {
      const { relay, page, engine } = hidden();
      relay.fromEngine({ type: 'result', id: 1, value: 'all' });
      assert.deepEqual(page, []);
      relay.fromPage(run(3, 'a = 1'));
      assert.deepEqual(page, [{ type: 'result', id: 3, value: 'all' }]);
      relay.fromPage(run(4, 'a = 1'));
      assert.deepEqual(engine, [run(2, 'a = 1')]);
    });

    it('stops the query that it no longer asks for', () => {
      const { relay, engine } = hidden();
      relay.fromPage(run(3, 'a = 2'));
      assert.deepEqual(engine, [{ type: 'cancel', id: 1 }, run(2, 'a = 2')]);
    });

    it('runs the query anew after the file was reloaded, after a cancel, and in a new engine', () => {
      for (const forget of [
        ({ relay }: ReturnType<typeof ends>) => relay.fromPage(call(9, 'reload')),
        ({ relay }: ReturnType<typeof ends>) => {
          relay.interrupted({ kind: 'restarted', said: said`` });
          relay.opened();
        },
      ]) {
        const all = hidden();
        forget(all);
        all.relay.fromPage(run(3, 'a = 1'));
        assert.deepEqual(all.engine.at(-1), run(all.engine.length + 1, 'a = 1'));
      }
      const { relay, engine } = ends();
      relay.opened();
      relay.fromPage(run(1, 'a = 1'));
      relay.fromPage({ type: 'cancel', id: 1 });
      relay.forgetPage();
      relay.fromPage(run(1, 'a = 1'));
      assert.deepEqual(engine, [run(1, 'a = 1'), { type: 'cancel', id: 1 }, run(2, 'a = 1')]);
    });
  });
});
