import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { said } from '../../said/said.ts';
import type { PatternStep } from '../format/json/document/pattern.ts';
import { streamElements } from '../format/json/document/stream.ts';
import { SourceError, type Source } from '../source/source.ts';
import { makeTemporaryFolder, temporaryError, temporaryRoom } from '../temporaryFolder.ts';

/** A temporary file of JSON Lines, and what removes it. */
export interface Spool {
  readonly path: string;
  remove(): Promise<void>;
}

const pieceLength = 256 * 1024;

/**
 * Writes the rows that a path through several lists leads to, which lie here and there in a document, into a
 * temporary file: what is paged and filtered then is that file.
 * @param comments whether comments and trailing commas are allowed
 * @throws SourceError, also where the document is malformed or its rows need more room than may be taken;
 * TemporaryError; the signal's reason
 */
export async function spoolElements(
  source: Source,
  steps: readonly PatternStep[],
  comments: boolean,
  signal: AbortSignal,
): Promise<Spool> {
  const folder = await makeTemporaryFolder();
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'rows.jsonl');
    const file = await open(path, 'wx', 0o600);
    let written = 0;
    try {
      const room = await temporaryRoom();
      let piece = '';
      for await (const element of streamElements(source, steps, comments, signal)) {
        piece += `${element}\n`;
        if (piece.length < pieceLength) continue;
        written += piece.length;
        if (written > room) throw tooLarge(source, room);
        await file.appendFile(piece);
        piece = '';
      }
      written += piece.length;
      await file.appendFile(piece);
    } catch (error) {
      throw temporaryError(error, dirname(folder), written);
    } finally {
      await file.close();
    }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function tooLarge({ name }: Source, room: number): SourceError {
  const megabytes = Math.floor(room / 1e6).toLocaleString('en');
  return new SourceError(
    'failed',
    said`The rows of ${name} need more than the ${megabytes} MB allowed for temporary files.`,
  );
}
