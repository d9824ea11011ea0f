import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { WorkerLost, WorkerPool, type Priority } from '../../../src/engine/pool/pool.ts';

/** A real worker thread that does what its task says. */
const program = `
import { parentPort, threadId } from 'node:worker_threads';
const stop = new Map();
const released = [];
parentPort.on('message', async (message) => {
  if (message.type === 'release') return released.push(message.key);
  if (message.type === 'cancel') return stop.get(message.id)?.();
  if (message.type !== 'task') return;
  const { id, task } = message;
  if (task.do === 'die') process.exit(3);
  if (task.do === 'dieOnce' && Atomics.add(task.died, 0, 1) === 0) process.exit(3);
  if (task.do === 'spin') { Atomics.store(task.flag, 0, 1); Atomics.notify(task.flag, 0); for (;;); }
  if (task.do === 'wait') {
    Atomics.store(task.flag, 0, 1);
    Atomics.notify(task.flag, 0);
    await new Promise((resolve) => stop.set(id, resolve));
    Atomics.store(task.flag, 0, 2);
    Atomics.notify(task.flag, 0);
    return parentPort.postMessage({ type: 'failed', id, error: 'cancelled' });
  }
  if (task.do === 'fail') return parentPort.postMessage({ type: 'failed', id, error: 'as told' });
  parentPort.postMessage({ type: 'done', id, result: { thread: threadId, value: task.value, released } });
});
`;

interface Task {
  readonly do: 'echo' | 'die' | 'dieOnce' | 'spin' | 'wait' | 'fail';
  readonly value?: number;
  readonly flag?: Int32Array;
  readonly died?: Int32Array;
}

interface Answer {
  readonly thread: number;
  readonly value: number;
  /** Keys that the worker was told to let go of. */
  readonly released: readonly string[];
}

const never = new AbortController().signal;

function cell(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4));
}

async function changed(flag: Int32Array<SharedArrayBuffer>, from: number): Promise<void> {
  const waiting = Atomics.waitAsync(flag, 0, from);
  if (waiting.async) await waiting.value;
}

/** Workers that keep this process from ending. */
function holding(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
}

describe('pool/WorkerPool', () => {
  let pool: WorkerPool<Task, Answer>;
  let replaced: string[];

  function start(size: number): void {
    replaced = [];
    pool = new WorkerPool({
      file: new URL(`data:text/javascript,${encodeURIComponent(program)}`),
      size,
      onReplaced: (error) => replaced.push(error.message),
      revive: (error) => new Error(String(error)),
    });
  }

  afterEach(() => pool.close());

  it('answers every task, on no more threads than its size', async () => {
    start(2);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, value) => pool.run({ do: 'echo', value }, 1, never)),
    );
    assert.deepEqual(
      answers.map(({ value }) => value),
      Array.from({ length: 50 }, (_, i) => i),
    );
    assert(new Set(answers.map(({ thread }) => thread)).size <= 2);
  });

  it('shares a listener among the tasks of a signal, and keeps neither it nor the process once it is idle', async () => {
    const before = holding();
    start(1);
    const { signal } = new AbortController();
    const tasks = [1, 2, 3].map((value) => pool.run({ do: 'echo', value }, 1, signal));
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    assert.equal(holding(), before + 1);
    await Promise.all(tasks);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.equal(holding(), before);
  });

  it('tells its workers what to let go of', async () => {
    start(1);
    await pool.run({ do: 'echo' }, 1, never);
    pool.release('a file');
    assert.deepEqual((await pool.run({ do: 'echo' }, 1, never)).released, ['a file']);
  });

  it('runs the task of a worker that has died before those behind it', async () => {
    start(1);
    const order: number[] = [];
    const run = (task: Task) => pool.run(task, 1, never).then(({ value }) => order.push(value));
    const died = cell();
    await Promise.all([
      run({ do: 'dieOnce', died, value: 1 }),
      run({ do: 'echo', value: 2 }),
      run({ do: 'echo', value: 3 }),
    ]);
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('runs what a person waits for before what was queued earlier', async () => {
    start(1);
    const order: number[] = [];
    const run = (value: number, priority: Priority) =>
      pool.run({ do: 'echo', value }, priority, never).then((answer) => order.push(answer.value));
    await Promise.all([run(1, 1), run(2, 1), run(3, 1), run(4, 0)]);
    assert.deepEqual(order, [1, 4, 2, 3]);
  });

  it('carries a failure back', async () => {
    start(1);
    await assert.rejects(pool.run({ do: 'fail' }, 1, never), /as told/);
  });

  it('replaces a worker that dies and runs its task again, once', async () => {
    start(1);
    const died = cell();
    assert.equal((await pool.run({ do: 'dieOnce', died, value: 5 }, 1, never)).value, 5);
    assert.equal(Atomics.load(died, 0), 2);
    assert.equal(replaced.length, 1);
    await assert.rejects(pool.run({ do: 'die' }, 1, never), WorkerLost);
    assert.equal((await pool.run({ do: 'echo', value: 6 }, 1, never)).value, 6);
  });

  it('rejects a cancelled task at once and tells its worker', async () => {
    start(1);
    const controller = new AbortController();
    const flag = cell();
    const task = pool.run({ do: 'wait', flag }, 1, controller.signal);
    await changed(flag, 0);
    controller.abort();
    await assert.rejects(task, { name: 'AbortError' });
    await changed(flag, 1);
    assert.equal((await pool.run({ do: 'echo', value: 7 }, 1, never)).value, 7);
    assert.deepEqual(replaced, []);
  });

  it('kills a worker that does not stop, so that the next task has one', async () => {
    start(1);
    const controller = new AbortController();
    const flag = cell();
    const task = pool.run({ do: 'spin', flag }, 1, controller.signal);
    await changed(flag, 0);
    controller.abort();
    const ended = task.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    );
    const later = new Promise((resolve) => setImmediate(resolve, 'later'));
    assert.equal(await Promise.race([ended, later]), 'AbortError', 'the caller does not wait for the worker');
    assert.equal((await pool.run({ do: 'echo', value: 8 }, 1, never)).value, 8);
  });

  it('forgets a task that is cancelled while it is queued', async () => {
    start(1);
    const controller = new AbortController();
    const flag = cell();
    const blocker = new AbortController();
    const busy = pool.run({ do: 'wait', flag }, 1, blocker.signal);
    const died = cell();
    const queued = pool.run({ do: 'dieOnce', died }, 1, controller.signal);
    controller.abort();
    await assert.rejects(queued, { name: 'AbortError' });
    blocker.abort();
    await assert.rejects(busy, { name: 'AbortError' });
    await pool.run({ do: 'echo', value: 9 }, 1, never);
    assert.equal(Atomics.load(died, 0), 0);
  });

  it('rejects what is open when it is closed, and ends its workers', async () => {
    const before = holding();
    start(1);
    const flag = cell();
    const tasks = [pool.run({ do: 'spin', flag }, 1, never), pool.run({ do: 'echo' }, 1, never)];
    await changed(flag, 0);
    assert.equal(holding(), before + 1);
    const rejected = tasks.map((task) => assert.rejects(task, /has been closed/));
    await pool.close();
    assert.equal(holding(), before);
    await Promise.all(rejected);
    await assert.rejects(pool.run({ do: 'echo' }, 1, never), /has been closed/);
  });
});
