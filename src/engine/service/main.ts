/** The entry of the engine's thread, which the extension host starts. */
import { parentPort } from 'node:worker_threads';
import type { Tagged } from '../../protocol/engine.ts';
import { Programs } from '../call/programs.ts';
import { WorkerPool } from '../pool/pool.ts';
import { poolSize } from '../pool/poolSize.ts';
import type { Result, Task } from '../pool/task.ts';
import { reviveFailure } from '../pool/wire.ts';
import { EngineService } from './service.ts';

const port = parentPort;
if (!port) throw new Error('The engine runs in a thread of its own.');

const pool = new WorkerPool<Task, Result>({
  file: new URL('worker.js', import.meta.url),
  size: poolSize(),
  revive: reviveFailure,
});
const programs = new Programs({
  worker: new URL('stage.js', import.meta.url),
  threads: poolSize(),
  say: (text) => service.log(text),
});
const service = new EngineService(
  pool,
  (tagged, transfer = []) => port.postMessage(tagged, [...transfer]),
  () => port.close(),
  { programs },
);
port.on('message', (tagged: Tagged) => service.receive(tagged));
