import { readFile } from 'node:fs/promises';
import { type Mark, Marks } from '../../src/engine/source/compressed/marks.ts';
import { rowNumbers, type SourcePart } from '../../src/engine/source/part.ts';
import { decodeRows } from '../../src/engine/source/parquet/rows.ts';
import { memorySource } from './memory.ts';

/** The text of a Parquet file from a row on, where nothing before that was decoded. */
export async function parquetTextFrom(path: string, row: number): Promise<string> {
  return Buffer.concat(await piecesOf(path, { position: 0, at: 0, row }, undefined)).toString();
}

/** The text of rows of a Parquet file, in their order. */
export async function parquetTextOf(path: string, rows: readonly number[]): Promise<string> {
  return Buffer.concat(await parquetPiecesOf(path, rows)).toString();
}

/** As `parquetTextOf`, piece by piece as it is made. */
export function parquetPiecesOf(path: string, rows: readonly number[]): Promise<Uint8Array[]> {
  return piecesOf(path, { position: 0, at: 0 }, { columns: undefined, bounds: [], rows: rowNumbers(rows) });
}

async function piecesOf(path: string, from: Mark, part: SourcePart | undefined): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const base = memorySource(await readFile(path));
  for await (const step of decodeRows(base, from, new Marks(1e9), part)) {
    if (step instanceof Uint8Array) chunks.push(step);
  }
  return chunks;
}
