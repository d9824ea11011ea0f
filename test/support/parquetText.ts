import { readFile } from 'node:fs/promises';
import { Marks } from '../../src/engine/source/compressed/marks.ts';
import { decodeRows } from '../../src/engine/source/parquet/rows.ts';
import { memorySource } from './memory.ts';

/** The text of a Parquet file from a row on, where nothing before that was decoded. */
export async function parquetTextFrom(path: string, row: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  const base = memorySource(await readFile(path));
  for await (const step of decodeRows(base, { position: 0, at: 0, row }, new Marks(1e9), undefined)) {
    if (step instanceof Uint8Array) chunks.push(step);
  }
  return Buffer.concat(chunks).toString();
}
