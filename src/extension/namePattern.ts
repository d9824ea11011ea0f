import { basename, extname } from 'node:path';

/**
 * `*.csv`, `*.jsonl.gz`: the files whose names end as this one's does, with the ending of a compressed file before it.
 * Undefined where it has no ending: then the pattern would be that of all files.
 */
export function namePattern(path: string): string | undefined {
  const name = basename(path).toLowerCase();
  const outer = extname(name);
  if (outer === '' || outer === '.') return undefined;
  const inner = outer === '.gz' || outer === '.zst' ? extname(name.slice(0, -outer.length)) : '';
  return `*${inner}${outer}`;
}
