import assert from 'node:assert/strict';
import { Gate } from '../../../src/engine/tools/gate.ts';

/** Work that goes on until it is let go, with the order in which work has begun. */
class Held {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  work(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.set(name, () => resolve(name)));
    };
  }

  end(name: string): void {
    this.#ends.get(name)?.();
  }
}

describe('Gate', () => {
  const never = new AbortController().signal;
  const reason = new Error('cancelled by the client');

  it('lets so many in, and the others in their order', async () => {
    const held = new Held();
    const gate = new Gate(2);
    const calls = ['a', 'b', 'c', 'd'].map((name) => gate.pass(never, held.work(name)));
    await new Promise(setImmediate);
    assert.deepEqual(held.begun, ['a', 'b']);
    held.end('b');
    await calls[1];
    await new Promise(setImmediate);
    assert.deepEqual(held.begun, ['a', 'b', 'c']);
    for (const name of ['a', 'c']) held.end(name);
    await Promise.all([calls[0], calls[2]]);
    held.end('d');
    assert.equal(await calls[3], 'd');
    // All places are free again, and no more than those.
    for (const name of ['e', 'f', 'g']) void gate.pass(never, held.work(name));
    await new Promise(setImmediate);
    assert.deepEqual(held.begun, ['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('begins no work for a call that was cancelled before', async () => {
    const held = new Held();
    const gate = new Gate(1);
    await assert.rejects(gate.pass(AbortSignal.abort(reason), held.work('a')), reason);
    assert.deepEqual(held.begun, []);
    // Its place is free.
    const next = gate.pass(never, held.work('b'));
    await new Promise(setImmediate);
    assert.deepEqual(held.begun, ['b']);
    held.end('b');
    await next;
  });

  it('tells a call that is cancelled while it waits at once, and never begins its work', async () => {
    const held = new Held();
    const gate = new Gate(1);
    const cancel = new AbortController();
    const first = gate.pass(never, held.work('first'));
    const waiting = gate.pass(cancel.signal, held.work('cancelled'));
    const last = gate.pass(never, held.work('last'));
    cancel.abort(reason);
    // The first is still at work.
    await assert.rejects(waiting, reason);
    held.end('first');
    await first;
    await new Promise(setImmediate);
    assert.deepEqual(held.begun, ['first', 'last']);
    held.end('last');
    await last;
  });
});
