import { createWriteStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { DuckDb } from './duckdb.ts';
import { sampleText } from '../support/sample.ts';

/** Where the files are that are measured on: made once, and kept. */
export const folder = resolve('.vscode-test/bench');

/** The path of a file of so many megabytes. */
export async function sampleFile(format: 'jsonl' | 'csv', megabytes: number): Promise<string> {
  const path = join(folder, `sample-${megabytes}.${format}`);
  const there = await stat(path).catch(() => undefined);
  if (!there) {
    await mkdir(folder, { recursive: true });
    await pipeline(Readable.from(sampleText(format, megabytes * 1e6)), createWriteStream(path));
  }
  return path;
}

/** The records of a file of JSON Lines as Parquet, as DuckDB writes it. */
export async function parquetFile(duck: DuckDb, jsonl: string): Promise<string> {
  const path = jsonl.replace(/\.jsonl$/, '.parquet');
  if (!(await stat(path).catch(() => undefined)))
    await duck.copy(`COPY (FROM read_ndjson('${jsonl}')) TO '${path}' (FORMAT parquet)`, path);
  return path;
}

/** So that every contender reads from the page cache. */
export async function warm(path: string): Promise<void> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(8 << 20);
    while ((await file.read(buffer)).bytesRead > 0);
  } finally {
    await file.close();
  }
}
