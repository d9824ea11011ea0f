import assert from 'node:assert/strict';
import type { Message } from '../../../src/protocol/rpc.ts';
import { unpackMessage } from '../../../src/protocol/wire.ts';
import { Outbox } from '../../../src/serve/outbox.ts';

/** A client that takes bytes when the test says so. */
function slowClient() {
  const sent: Message[] = [];
  const taken: (() => void)[] = [];
  const crowded: boolean[] = [];
  const outbox = new Outbox({
    send: (bytes, done) => {
      sent.push(unpackMessage(new Uint8Array(bytes)));
      taken.push(done);
    },
    crowded: (is) => crowded.push(is),
  });
  /** Takes what was sent, and what is sent then. */
  const takeAll = (): void => {
    for (let done = taken.shift(); done; done = taken.shift()) done();
  };
  return { outbox, sent, crowded, takeAll };
}

const big = (id: number, bytes: number): Message => ({ type: 'result', id, value: new Uint8Array(bytes) });
const progress = (id: number, value: number): Message => ({ type: 'progress', id, value });
const file = (value: number): Message => ({ type: 'event', name: 'file', value });
const columns = (view: number, value: number): Message => ({
  type: 'event',
  name: 'columns',
  value: { view, value },
});

describe('serve/outbox', () => {
  it('sends what comes as long as the client takes it', () => {
    const { outbox, sent, crowded, takeAll } = slowClient();
    const messages = [progress(1, 1), progress(1, 2), file(1), file(2), big(1, 10)];
    for (const message of messages) {
      outbox.post(message);
      takeAll();
    }
    assert.deepEqual(sent, messages);
    assert.equal(outbox.bytes, 0);
    assert.deepEqual(crowded, []);
  });

  it('keeps of what only tells how things stand the latest for a slow client, and all else in order', () => {
    const { outbox, sent, takeAll } = slowClient();
    const first = big(0, 2 * 1024 * 1024);
    outbox.post(first);
    for (let step = 0; step < 1000; step++) {
      outbox.post(progress(1, step));
      outbox.post(file(step));
      outbox.post(columns(3, step));
      if (step % 500 === 0) outbox.post(big(10 + step, 8));
    }
    outbox.post(progress(2, 7));
    outbox.post(columns(4, 1));
    assert.deepEqual(sent, [first]);
    assert(outbox.bytes < 3 * 1024 * 1024, `${outbox.bytes} bytes`);
    takeAll();
    const rest = [big(10, 8), big(510, 8), progress(1, 999), file(999), columns(3, 999)];
    assert.deepEqual(sent, [first, ...rest, progress(2, 7), columns(4, 1)]);
    assert.equal(outbox.bytes, 0);
  });

  it('says when too much is waiting, and when nothing is any more', () => {
    const { outbox, sent, crowded, takeAll } = slowClient();
    for (let id = 0; id < 12; id++) outbox.post(big(id, 1024 * 1024));
    assert.deepEqual(crowded, [true]);
    takeAll();
    assert.deepEqual(crowded, [true, false]);
    assert.equal(sent.length, 12);
  });

  it('sends nothing once it is closed', () => {
    const { outbox, sent, takeAll } = slowClient();
    outbox.post(big(1, 2 * 1024 * 1024));
    outbox.post(big(2, 1));
    outbox.close();
    outbox.post(big(3, 1));
    takeAll();
    assert.equal(sent.length, 1);
    assert.equal(outbox.bytes, 0);
  });
});
