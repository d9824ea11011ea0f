/** The entry of a scan worker's thread. */
import { parentPort } from 'node:worker_threads';
import { SchemaError } from '../schema/schemaError.ts';
import { SinkError } from '../sink/sinkError.ts';
import { asMemoryLimit } from '../stage/memoryLimit.ts';
import { SourceError } from '../source/source.ts';
import { Performer } from './perform.ts';
import type { FromWorker, ToWorker } from './pool.ts';
import type { Result, ScanResult, Task } from './task.ts';
import type { WireFailure } from './wire.ts';

const port = parentPort;
if (!port) throw new Error('A scan worker runs in a thread of its own.');
const performer = new Performer(true);
/** Tasks at work. A task gives way to messages between blocks, every few milliseconds. */
const working = new Map<number, AbortController>();

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'task':
      void work(message.id, message.task as Task);
      return;
    case 'cancel':
      working.get(message.id)?.abort();
      return;
    case 'release':
      void performer.release(message.key);
      return;
  }
});

async function work(id: number, task: Task): Promise<void> {
  const controller = new AbortController();
  working.set(id, controller);
  try {
    const result = await performer.perform(task, controller.signal);
    answer({ type: 'done', id, result }, buffersOf(result));
  } catch (error) {
    answer({ type: 'failed', id, error: failureOf(error) }, []);
  } finally {
    working.delete(id);
  }
}

function answer(message: FromWorker, transfer: readonly ArrayBuffer[]): void {
  port?.postMessage(message, transfer);
}

function buffersOf(result: Result): ArrayBuffer[] {
  if (result.kind === 'compare') return [];
  const views =
    result.kind === 'scan'
      ? [
          result.bytes,
          result.located,
          result.rowEnds,
          ...(result.groups ?? []).map(({ bytes }) => bytes),
          ...(result.also ?? []).map(({ bytes }) => bytes),
          ...checkedArrays(result),
        ]
      : [result.text, result.ends, result.kinds, result.records];
  return [...new Set(views.flatMap((view) => (view?.buffer instanceof ArrayBuffer ? [view.buffer] : [])))];
}

function checkedArrays({ checked }: ScanResult): (ArrayBufferView | undefined)[] {
  const listed = checked?.listed;
  const { records, lines, offsets, kinds, values, valueEnds } = listed ?? {};
  return [checked?.bytes, records, lines, offsets, kinds, values, valueEnds];
}

function failureOf(error: unknown): WireFailure {
  if (error instanceof SourceError) {
    return { kind: 'source', failure: error.failure, said: error.said, position: error.position };
  }
  if (error instanceof SinkError) return { kind: 'sink', failure: error.failure, said: error.said };
  if (error instanceof SchemaError) return { kind: 'schema', said: error.said };
  const memory = asMemoryLimit(error);
  if (memory) return { kind: 'memory', said: memory.said };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'bug', message, stack: stack ?? '' };
}
