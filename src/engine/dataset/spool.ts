import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamElements, type PatternStep } from '../format/jsonStream.ts';
import type { Source } from '../source/source.ts';

/** A temporary file of JSON Lines, and what removes it. */
export interface Spool {
  readonly path: string;
  remove(): Promise<void>;
}

const pieceLength = 256 * 1024;

/**
 * Writes the rows that a path through several lists leads to, which lie here and there in a document, into a temporary
 * file: what is paged and filtered then is that file.
 * @throws SourceError; Error with a sentence where the document is malformed; the signal's reason
 */
export async function spoolElements(
  source: Source,
  steps: readonly PatternStep[],
  signal: AbortSignal,
): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'rows.jsonl');
    const file = await open(path, 'wx');
    try {
      let piece = '';
      for await (const element of streamElements(source, steps, false, signal)) {
        piece += `${element}\n`;
        if (piece.length < pieceLength) continue;
        await file.appendFile(piece);
        piece = '';
      }
      await file.appendFile(piece);
    } finally {
      await file.close();
    }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * The steps of a path with more than one `[*]` or `.*` in it; undefined for one that leads to a single list, which
 * needs no spool.
 */
export function patternSteps(path: string): PatternStep[] | undefined {
  const steps: PatternStep[] = [];
  const step = /^(?:\.?\$)?(?:\[\*\]|\.\*|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]*]+))/;
  for (let rest = path.trim().replace(/^\$/, ''); rest !== '';) {
    const match = step.exec(rest);
    if (!match) return undefined;
    const [text, index, quoted, name] = match;
    if (index) steps.push(Number(index));
    else if (quoted) steps.push(JSON.parse(`"${quoted}"`) as string);
    else steps.push(name || null);
    rest = rest.slice(text.length);
  }
  return steps.filter((one) => one === null).length > 1 ? steps : undefined;
}
