/**
 * Writes a sample file: a worker thread of the extension, and a program for the project's own scripts
 * (`node dist/sample.js FILE BYTES`).
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { sampleText } from './sampleData.ts';

export interface SampleJob {
  /** Its extension decides the format: .csv, else JSON Lines. */
  readonly file: string;
  /** The file ends with the first batch that reaches this size. */
  readonly bytes: number;
}

/** The file lies under its name only when it is whole. */
async function writeSample({ file, bytes }: SampleJob, progress: (written: number) => void): Promise<void> {
  const partial = `${file}.partial`;
  await mkdir(dirname(file), { recursive: true });
  try {
    const out = createWriteStream(partial);
    let written = 0;
    for (const text of sampleText(file.endsWith('.csv') ? 'csv' : 'jsonl')) {
      if (!out.write(text)) await once(out, 'drain');
      written += text.length;
      progress(written);
      if (written >= bytes) break;
    }
    out.end();
    await finished(out);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

const job: unknown = parentPort ? workerData : { file: process.argv[2], bytes: Number(process.argv[3]) };
if (!isJob(job)) throw new Error('Give a file and its size in bytes.');
await writeSample(job, (written) => parentPort?.postMessage(written));

function isJob(value: unknown): value is SampleJob {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'file') === 'string' &&
    Number.isFinite(Reflect.get(value, 'bytes'))
  );
}
