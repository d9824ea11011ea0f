import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { folder } from '../data.ts';
import { median, numberFrom, type Job } from '../measure.ts';
import type { Ours } from '../ours.ts';

const text = { type: 'string' };

/** What the records of the sample are. */
const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['id', 'ts', 'level', 'status', 'user'],
  properties: {
    id: { type: 'integer', minimum: 0 },
    ts: text,
    level: { type: 'string', minLength: 1 },
    // One in forty is larger.
    status: { type: 'integer', minimum: 100, maximum: 499 },
    method: text,
    path: { type: 'string', minLength: 1 },
    latency_ms: { type: 'number', minimum: 0 },
    user: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'integer' }, country: text, agent: text },
    },
    message: text,
    tags: { type: 'array', items: text },
    bytes: { type: 'integer' },
    cached: { type: 'boolean' },
  },
};

const program = `export const stateless = true;
export function stage({ user, ...rest }) {
  return { ...rest, group: user.id % 10 };
}
`;

/** How fast rows are sent to a service on this machine that only takes them, in MB/s of the file: the median of some rounds. */
export async function sendingSpeed(ours: Ours, file: string, rounds: number): Promise<number> {
  const drain = spawn(process.execPath, [resolve('test/bench/drain.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(drain.stdout, 'data')) as [Buffer];
    const { size } = await stat(file);
    const speeds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await ours.send(file, `http://127.0.0.1:${Number(port)}/`, 500);
      speeds.push(size / 1000 / (performance.now() - began));
    }
    return median(speeds);
  } finally {
    drain.kill();
  }
}

/** Checks by a schema and stages of one's own, beside loops over the lines in Node. */
export async function pipelineJobs(ours: Ours, jsonl: string): Promise<Job[]> {
  const [schemaFile, programFile] = [join(folder, 'event.schema.json'), join(folder, 'stage.mjs')];
  await writeFile(schemaFile, JSON.stringify(schema));
  await writeFile(programFile, program);
  const loop = (...args: string[]) =>
    numberFrom(process.execPath, [resolve('test/bench/loops.mjs'), ...args]);
  const target = join(folder, 'export.out');
  return [
    {
      work: 'JSONL, checked by a JSON Schema',
      ours: { name: 'rowriver', run: () => ours.check(jsonl, schemaFile) },
      peers: [{ name: 'node, ajv', target: 5, run: () => loop('check', jsonl, schemaFile) }],
    },
    {
      work: "JSONL, through a stage of one's own",
      ours: { name: 'rowriver', run: () => ours.call(jsonl, programFile, target) },
      peers: [{ name: 'node', target: 3, run: () => loop('call', jsonl, programFile, target) }],
    },
  ];
}
