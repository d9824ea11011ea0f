import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { splitCompression } from '../engine/sink/compressor.ts';
import type { ExportFormat } from '../protocol/engine.ts';
import type { FileInfo } from '../protocol/preview.ts';

interface Named {
  readonly format: Exclude<ExportFormat, 'same'>;
  readonly of: FileInfo['format'];
}

const formats: Readonly<Record<string, Named | undefined>> = {
  '.jsonl': { format: 'jsonl', of: 'jsonl' },
  '.ndjson': { format: 'jsonl', of: 'jsonl' },
  '.csv': { format: 'csv', of: 'csv' },
  '.tsv': { format: 'tsv', of: 'csv' },
  '.tab': { format: 'tsv', of: 'csv' },
  '.json': { format: 'json', of: 'json' },
};

/**
 * The format that a target's name asks for. `same` keeps the source's bytes: where the extension is the source's own
 * or another name of its format, and where it names no format. Compression (`.gz`) is not looked at.
 */
export function exportFormat(source: string, sourceFormat: FileInfo['format'], target: string): ExportFormat {
  const extension = extname(splitCompression(target).plain).toLowerCase();
  if (extension === extname(splitCompression(source).plain).toLowerCase()) return 'same';
  const named = formats[extension];
  if (named === undefined) return 'same';
  // Comma and tab are two dialects of one format, so among these the name decides.
  return named.of === sourceFormat && named.of !== 'csv' ? 'same' : named.format;
}

/**
 * Beside the source, under a name that is not the source's; compressed like it, unless it has an extension of
 * its own.
 */
export function proposedTarget(source: string, word: string, extension?: string): string {
  const { plain, suffix } = splitCompression(source);
  const own = extname(plain);
  return join(dirname(source), `${basename(plain, own)}.${word}${extension ?? own + suffix}`);
}

/** Whether two paths are one file, also through links. A file that is not there is none. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  try {
    const [x, y] = await Promise.all([stat(a), stat(b)]);
    // Where the file system has no numbers, the names must do.
    if (x.ino !== 0 && x.ino === y.ino && x.dev === y.dev) return true;
    return (await realpath(a)) === (await realpath(b));
  } catch {
    return false;
  }
}
