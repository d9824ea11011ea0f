import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Peer, RemoteError, type Message } from '../../../src/protocol/rpc.ts';
import { said } from '../../../src/said/said.ts';

interface Served {
  add: { params: { a: number; b: number }; result: number };
  count: { params: number; result: string; progress: number };
  wait: { params: null; result: null };
}
type Nothing = Record<string, never>;

function pair() {
  const seen: Message[] = [];
  let aborted = false;
  const server = new Peer<Served, Nothing, { tick: number }>({
    post: (message) => {
      seen.push(message);
      client.receive(structuredClone(message));
    },
    handlers: {
      add: ({ a, b }) => {
        if (Number.isNaN(a)) throw new TypeError('not a number');
        return a + b;
      },
      count: (to, { progress }) => {
        for (let i = 1; i <= to; i++) progress(i);
        return 'done';
      },
      wait: (_, { signal }) =>
        new Promise<null>((resolve) =>
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(null);
          }),
        ),
    },
    kindOf: (error) => (error instanceof TypeError ? 'type' : 'failed'),
  });
  const events: unknown[] = [];
  const client = new Peer<Nothing, Served, Nothing>({
    post: (message) => server.receive(structuredClone(message)),
    handlers: {},
    onEvent: (name, value) => events.push([name, value]),
  });
  return { client, server, seen, events, wasAborted: () => aborted };
}

describe('protocol/rpc', () => {
  it('leaves the calls of some methods, of which an answer that still comes is not heard', async () => {
    const { client, wasAborted } = pair();
    const left = client.call('wait', null);
    const kept = client.call('add', { a: 1, b: 2 });
    client.abandon((method) => method === 'wait', new Error('read anew'));
    await assert.rejects(left, /read anew/);
    assert.equal(await kept, 3);
    assert.equal(wasAborted(), false, 'nothing is told to a side that is not there any more');
  });

  it('answers calls, errors with their kind, and events', async () => {
    const { client, server, events } = pair();
    assert.equal(await client.call('add', { a: 1, b: 2 }), 3);
    await assert.rejects(client.call('add', { a: NaN, b: 2 }), (error) => {
      assert(error instanceof RemoteError);
      assert.deepEqual([error.kind, error.message], ['type', 'not a number']);
      return true;
    });
    server.send('tick', 7);
    assert.deepEqual(events, [['tick', 7]]);
  });

  it('reports progress before the answer', async () => {
    const { client } = pair();
    const steps: number[] = [];
    assert.equal(await client.call('count', 3, { onProgress: (n) => steps.push(n) }), 'done');
    assert.deepEqual(steps, [1, 2, 3]);
  });

  it('carries an abort to the handler, rejects at once, and posts no answer', async () => {
    const { client, seen, wasAborted } = pair();
    const controller = new AbortController();
    const call = client.call('wait', null, { signal: controller.signal });
    controller.abort();
    await assert.rejects(call, { name: 'AbortError' });
    assert(wasAborted());
    await new Promise(setImmediate);
    assert.deepEqual(seen, []);
  });

  it('calls nobody for what was cancelled before, and leaves no listener on a signal', async () => {
    const { client, seen } = pair();
    const signal = AbortSignal.abort();
    await assert.rejects(client.call('add', { a: 1, b: 2 }, { signal }), { name: 'AbortError' });
    assert.deepEqual(seen, []);
    const controller = new AbortController();
    const call = client.call('add', { a: 1, b: 2 }, { signal: controller.signal });
    assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
    await call;
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  it('rests when the last handler has cleaned up behind itself', async () => {
    const cleaned: string[] = [];
    let finish = (): void => undefined;
    const peer = new Peer<Served, Nothing, Nothing>({
      post: () => undefined,
      handlers: {
        add: () => 0,
        count: () => '',
        wait: async (_, { signal }) => {
          await new Promise<void>((resolve) => (finish = resolve));
          cleaned.push(signal.aborted ? 'aborted' : 'not aborted');
          return null;
        },
      },
    });
    await peer.rested();
    peer.receive({ type: 'call', id: 1, method: 'wait', params: null });
    peer.close();
    const rested = peer.rested().then(() => cleaned.push('rested'));
    await new Promise(setImmediate);
    assert.deepEqual(cleaned, []);
    finish();
    await rested;
    assert.deepEqual(cleaned, ['aborted', 'rested']);
  });

  it('names a method that is not there, not one inherited from Object', async () => {
    const { client, server } = pair();
    await assert.rejects(client.call('toString' as 'add', { a: 1, b: 1 }), /There is no method toString/);
    server.close();
  });

  it('rejects what is pending and aborts what is at work when closed', async () => {
    const { client, server, wasAborted } = pair();
    const call = client.call('wait', null);
    client.close({ kind: 'restarted', said: said`The engine was restarted.` });
    server.close();
    await assert.rejects(call, /The engine was restarted/);
    await assert.rejects(client.call('add', { a: 1, b: 1 }), /The engine was restarted/);
    assert(wasAborted());
  });
});
